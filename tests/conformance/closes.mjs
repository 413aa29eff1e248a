// The graphql-ws client meets every close code of the protocol. What a sound client never does is done under it: on the
// open socket, or by a socket that sends something else than it was told to.
import { createClient } from "graphql-ws";
import { asked, say, socketOf } from "./talk.mjs";

const { url, token } = await asked();
const params = { authorization: `Bearer ${token}` };
const STAY = { query: `subscription { performanceUpdates(kinds: ["none.such"]) { cursor } }` };

const instead = (first) =>
  class extends WebSocket {
    send(message) {
      super.send(JSON.parse(message).type === "connection_init" ? first : message);
    }
  };

// A client that offers only another protocol fails by itself when the server takes none, and sees no code.
class Bare extends WebSocket {
  constructor(address) {
    super(address);
  }
}

const upon = (message) => ({ on: { connected: (socket) => socket.send(message) } });

const SUBSCRIBE = JSON.stringify({ id: "early", type: "subscribe", payload: { query: "{ __typename }" } });
const WAYS = {
  "no JSON": upon("{"),
  "JSON but no message": upon("[]"),
  "a message of no known type": upon('{"type": "start"}'),
  "a number as id": upon('{"type": "subscribe", "id": 1, "payload": {"query": "{ __typename }"}}'),
  "subscribe before connection_init": { webSocketImpl: instead(SUBSCRIBE) },
  "a token that nobody gave out": { connectionParams: { authorization: "Bearer nobody" } },
  "no protocol offered": { webSocketImpl: Bare },
  "no connection_init": { connectionParams: () => new Promise(() => {}) },
  "one id twice": { generateID: () => "same", twice: true },
  "connection_init twice": upon('{"type": "connection_init"}'),
};

const closing = async ({ twice = false, ...options }) => {
  const client = createClient({ url: socketOf(url), connectionParams: params, retryAttempts: 0, ...options });
  const ended = () =>
    new Promise((resolve) => {
      const told = (how) => (value) => resolve({ how, code: value?.code ?? null, reason: value?.reason ?? String(value) });
      client.subscribe(STAY, { next: told("next"), error: told("error"), complete: told("complete") });
    });
  const found = await Promise.all(twice ? [ended(), ended()] : [ended()]);
  await client.dispose();
  return found[0];
};

const met = Object.entries(WAYS).map(async ([name, options]) => [name, await closing(options)]);
say(Object.fromEntries(await Promise.all(met)));
