// The graphql-ws client brought to every way in which the server can close a socket; says code and reason of each.
import { createClient } from 'graphql-ws';
import { given, say } from './operations.mjs';

// The client throws a close into the air as well when nobody iterates; each is seen in `closed` below.
process.on('unhandledRejection', () => {});

const COUNT = 'subscription { count(to: 1000, delay: 0.05) }';
const init = JSON.stringify({ type: 'connection_init' });

// One socket of its own; `after` is done when the server has acknowledged it, `first` as soon as it is open.
function closing({ first, after, ...options }) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve([0, 'the socket stayed open']), 8_000);
    const client = createClient({
      url: given.socket,
      lazy: false,
      retryAttempts: 0,
      onNonLazyError: () => {},
      ...options,
      on: {
        opened: (socket) => first?.(socket, client),
        connected: (socket) => after?.(client, socket),
        closed: (event) => {
          clearTimeout(timer);
          resolve([event.code, event.reason]);
        },
      },
    });
  });
}

const with_ = (token) => ({ connectionParams: { authorization: `Bearer ${token}` } });
const sink = { next: () => {}, error: () => {}, complete: () => {} };
const never = { connectionParams: () => new Promise(() => {}) };

class WithoutProtocol extends WebSocket {
  constructor(url) {
    super(url);
  }
}

const ways = {
  noMessage: () => closing({ first: (socket) => socket.send('hello') }),
  noObject: () => closing({ first: (socket) => socket.send('[1]') }),
  notKnown: () => closing({ after: (_, socket) => socket.send('{"type":"start","id":"1"}') }),
  notText: () => closing({ after: (_, socket) => socket.send(new Uint8Array([123, 125])) }),
  idNoString: () =>
    closing({ after: (_, socket) => socket.send('{"type":"subscribe","id":{"a":1},"payload":{"query":"{ hello }"}}') }),
  tooEarly: () =>
    closing({
      first: (socket) => socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: COUNT } })),
    }),
  refused: () => closing(with_('unknown')),
  forbidden: () => closing(with_('forbidden')),
  hasty: () => closing(with_('hasty')),
  away: () => closing(with_('away')),
  broken: () => closing(with_('broken')),
  noProtocol: () => closing({ webSocketImpl: WithoutProtocol }),
  tooLate: () => closing(never),
  idTwice: () =>
    closing({
      generateID: () => 'same',
      after: (client) => {
        client.subscribe({ query: COUNT }, sink);
        client.subscribe({ query: COUNT }, sink);
      },
    }),
  initTwice: () => closing({ first: (socket) => socket.send(init) }),
  tooBig: () => closing({ after: (client) => client.subscribe({ query: `{ hello } #${'x'.repeat(300_000)}` }, sink) }),
  byTheClient: () => closing({ after: (client) => client.dispose() }),
  revoked: () => closing({ ...with_('revoke-me'), after: (client) => client.subscribe({ query: COUNT }, sink) }),
};

const names = Object.keys(ways);
const found = await Promise.all(names.map((name) => ways[name]()));
const closes = Object.fromEntries(names.map((name, at) => [name, found[at]]));

// Last, because it ends the server: it goes when it is told so on the standard output.
closes.going = await closing({ after: () => console.log('ready') });
say(closes);
