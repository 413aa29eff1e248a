// Takes eperf's webhooks: checks who sent them, keeps each once, answers at once, and works them off in order.
//
//     npm install
//     node receive.mjs --secrets secrets.txt --inbox inbox.db --port 9000
//
// `secrets.txt` holds a secret (`whsec_…`) a line: while one is being rotated, the old and the new one. Put a proxy with TLS
// before it, create the webhook with its address, and call `verifyWebhook`. Change `Inbox.see` to what you need; the rest
// stays.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { Inbox } from './inbox.mjs';

const MOST_BYTES = 1024 * 1024;
const AGAIN = 5_000;

const { values: given } = parseArgs({
  options: {
    secrets: { type: 'string' },
    inbox: { type: 'string', default: 'inbox.db' },
    port: { type: 'string', default: '9000' },
  },
});
if (!given.secrets) {
  console.error('node receive.mjs --secrets FILE [--inbox FILE] [--port PORT]');
  process.exit(2);
}
const inbox = new Inbox(given.inbox);

// The event of a message; undefined when nobody with one of our secrets has signed it within the last five minutes.
// Never parse what was not checked, and check the bytes as they came.
function signed(body, headers) {
  // Read each time, so that a rotation needs no restart.
  for (const secret of readFileSync(given.secrets, 'utf8').split(/\s+/).filter(Boolean)) {
    try {
      const event = new Webhook(secret).verify(body, headers);
      if (typeof event?.type === 'string') return event;
    } catch {
      // The library says in many ways that senseless headers are no signature.
    }
  }
  return undefined;
}

// The bytes of a message; undefined when they are too many.
async function bodyOf(request) {
  const pieces = [];
  let size = 0;
  for await (const piece of request) {
    size += piece.length;
    if (size > MOST_BYTES) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

// One message: status and text. 204 when it is kept, also when it was kept before; 401 when it is not eperf's.
async function take(request) {
  if (request.method !== 'POST' || request.url !== '/') return [404];
  const body = await bodyOf(request);
  if (body === undefined) return [413];
  const event = signed(body, request.headers);
  if (event === undefined) return [401];
  if (event.type === 'webhook.verification') return [200, event.data.challenge];
  if (event.sequence === undefined) {
    console.warn(`${event.type} tried the address`);
    return [204];
  }
  const id = request.headers['webhook-id'];
  if (!inbox.keep(id, event)) console.warn(`${id} came again`);
  setImmediate(work);
  return [204];
}

// Looks again by itself for those whose patience ends, and after a failure.
let later;
function work() {
  clearTimeout(later);
  later = setTimeout(work, AGAIN);
  try {
    inbox.workOff((kept, event, late) => kept.see(event, late));
  } catch (error) {
    console.error('an event could not be worked off; it is tried again', error);
  }
}

createServer(async (request, response) => {
  try {
    const [status, text] = await take(request);
    response.writeHead(status, status === 413 ? { connection: 'close' } : {}).end(text);
  } catch (error) {
    console.error(error); // what is not kept is not acknowledged: it comes again
    response.writeHead(500).end();
  }
}).listen(Number(given.port), '127.0.0.1', () => console.log(`receives at http://127.0.0.1:${given.port}/`));
work();
