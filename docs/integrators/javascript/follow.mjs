// Follows eperf's updates and keeps a table of scores equal to eperf's, through whatever happens on the way.
//
//     npm install
//     node follow.mjs https://kinerja.example.go.id --token token.txt --ledger scores.db [--over sockets|streams]
//
// Sockets are graphql-ws, streams are graphql-sse; both resume in the same way. Change `take`, `Ledger.put` and the two
// documents to what you need; the rest stays. `take` is synchronous on purpose: while it works nothing more is read, so
// updates do not heap up in memory.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createClient as streamClient } from 'graphql-sse';
import { createClient as socketClient } from 'graphql-ws';
import { Ledger, START } from './ledger.mjs';

const SCORE = 'fragment Kept on Score { id period score state employee { id } }';
const UPDATES = `${SCORE}
subscription Follow($kinds: [String!], $after: String) {
  performanceUpdates(kinds: $kinds, after: $after) { cursor kind occurredAt subject { __typename ...Kept } }
}`;
// Everybody in reach, and of each the last ten years of months.
const EVERYTHING = `${SCORE}
query Everything($after: String) {
  employees(first: 100, after: $after) {
    nodes { scores(first: 120) { nodes { ...Kept } } }
    pageInfo { hasNextPage endCursor }
  }
}`;
const KINDS = ['score.changed'];
const LONGEST_WAIT = 60_000;
const COME_AGAIN = new Set(['UNAVAILABLE', 'TIMEOUT', 'RATE_LIMITED', 'INTERNAL_SERVER_ERROR']);
// Close codes that say the request or the client is at fault: the same would be refused again.
const OUR_FAULT = new Set([1002, 1003, 1007, 1008, 1009, 4400, 4401, 4406, 4409, 4429]);

// To be tried again; `milliseconds` where the server said when.
class Interrupted extends Error {
  constructor(why, milliseconds) {
    super(why);
    this.milliseconds = milliseconds;
  }
}
// The token has expired or was revoked. The next try reads the file again, so put a new one there.
class TokenRefused extends Interrupted {}
// The log no longer holds what came next. `oldest` is where it can be gone on from, after a full read.
class CursorGone extends Error {
  constructor(oldest) {
    super(oldest);
    this.oldest = oldest;
  }
}
// The request itself is refused; the same request would be refused again.
class Wrong extends Error {}

// The effect of one update. Its subject is the thing as it is now, null where it is gone or no longer in reach.
function take(ledger, update) {
  if (update.subject !== null) ledger.put(update.subject);
}

// Goes on until the request itself is `Wrong`. `source`: url, token (a file), over ('sockets' or 'streams').
export async function follow(source, ledger) {
  let tries = 0;
  const wait = async (cut) => {
    const longest = Math.min(LONGEST_WAIT, 1000 * 2 ** Math.min(tries, 10));
    tries += 1;
    const milliseconds = cut.milliseconds ?? longest * (0.5 + Math.random() / 2);
    console.warn(`${cut.constructor.name}: ${cut.message}; again in ${(milliseconds / 1000).toFixed(1)} s`);
    await sleep(milliseconds);
  };
  const hear = (update) => {
    ledger.keep(update, take);
    tries = 0;
  };
  const over = source.over === 'streams' ? fromStream : fromSocket;
  for (let oldest; ; ) {
    try {
      if (oldest !== undefined) {
        // A failure begins the read anew; what changes meanwhile comes as updates after `oldest`.
        ledger.replace(await everything(source), oldest);
        oldest = undefined;
      }
      await over(source, ledger.cursor, hear);
    } catch (cut) {
      if (cut instanceof CursorGone) {
        console.warn(`the log begins at ${cut.oldest} now: reading everything`);
        oldest = cut.oldest;
      } else if (cut instanceof Interrupted) await wait(cut);
      else throw cut;
    }
  }
}

const bearer = (source) => `Bearer ${readFileSync(source.token, 'utf8').trim()}`;
const asked = (after) => ({ query: UPDATES, variables: { kinds: KINDS, after } });

// One result of the subscription; what an error of GraphQL means is thrown.
function heard({ data, errors }, hear) {
  if (errors?.length) throw failure(errors[0]);
  hear(data.performanceUpdates);
}

// One socket until it ends; always by throwing.
function fromSocket(source, after, hear) {
  let answered;
  const client = socketClient({
    url: `${source.url.replace(/^http/, 'ws')}/graphql`,
    connectionParams: () => ({ authorization: bearer(source) }),
    retryAttempts: 0, // how to wait and what to resume from is said once, in `follow`
    keepAlive: 15_000,
    on: {
      // A connection that is broken but not closed answers no ping.
      ping: (received) => {
        if (!received) answered = setTimeout(() => client.terminate(), 10_000);
      },
      pong: (received) => received && clearTimeout(answered),
      closed: () => clearTimeout(answered),
    },
  });
  return untilItEnds(client, after, hear);
}

// One event stream until it ends; always by throwing. One that is broken but not closed is noticed by Node in five minutes.
function fromStream(source, after, hear) {
  const client = streamClient({
    url: `${source.url}/graphql/stream`,
    headers: () => ({ authorization: bearer(source) }),
    retryAttempts: 0,
  });
  return untilItEnds(client, after, hear);
}

async function untilItEnds(client, after, hear) {
  try {
    await new Promise((_, end) => {
      let over = false;
      const ended = (cut) => {
        over = true;
        end(cut);
      };
      client.subscribe(asked(after), {
        next: (result) => {
          if (over) return; // nothing after a failure may move the cursor past what failed
          try {
            heard(result, hear);
          } catch (error) {
            ended(error);
          }
        },
        error: (error) => ended(meaning(error)),
        complete: () => ended(new Interrupted('the server completed the stream')),
      });
    });
  } finally {
    // What is not connected any more need not be closed.
    Promise.resolve(client.dispose()).catch(() => {});
  }
}

// What the clients hand over when a stream ends: errors of GraphQL, how a socket was closed, an HTTP answer, or neither.
function meaning(error) {
  if (Array.isArray(error)) return failure(error[0]);
  if (typeof error?.code === 'number') {
    const said = `closed with ${error.code} ${error.reason}`;
    if (error.code === 4403) return new TokenRefused(said);
    return OUR_FAULT.has(error.code) ? new Wrong(said) : new Interrupted(said);
  }
  if (error?.response) return refusal(error.response);
  return new Interrupted(String(error?.message ?? error));
}

function refusal(response) {
  const said = `status ${response.status}`;
  if (response.status === 401) return new TokenRefused(said);
  if (response.status === 408 || response.status === 429 || response.status >= 500) {
    const after = Number(response.headers.get('retry-after') ?? NaN);
    return new Interrupted(said, Number.isFinite(after) ? after * 1000 : undefined);
  }
  return new Wrong(said);
}

function failure({ message, extensions = {} }) {
  const said = `${extensions.code}: ${message}`;
  if (extensions.code === 'CURSOR_TOO_OLD') return new CursorGone(String(extensions.oldest));
  // A cursor that was never given out: the server was restored from a backup, and its log is another one.
  if (extensions.code === 'BAD_USER_INPUT' && extensions.field === 'after') return new CursorGone(START);
  if (extensions.code === 'UNAUTHENTICATED') return new TokenRefused(said);
  if (!COME_AGAIN.has(extensions.code)) return new Wrong(said);
  return new Interrupted(said, extensions.retryAfter && extensions.retryAfter * 1000);
}

// All scores in reach, page by page.
async function everything(source) {
  const found = [];
  for (let after = null; ; ) {
    const page = (await ask(source, { query: EVERYTHING, variables: { after } })).employees;
    found.push(...page.nodes.flatMap((employee) => employee.scores.nodes));
    if (!page.pageInfo.hasNextPage) return found;
    after = page.pageInfo.endCursor;
  }
}

async function ask(source, request) {
  let response, answer;
  try {
    response = await fetch(`${source.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: bearer(source) },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(60_000),
    });
    if (response.ok) answer = await response.json();
  } catch (error) {
    throw new Interrupted(String(error.cause ?? error));
  }
  if (!response.ok) throw refusal(response);
  if (answer.errors?.length) throw failure(answer.errors[0]);
  return answer.data;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      token: { type: 'string' },
      ledger: { type: 'string', default: 'scores.db' },
      over: { type: 'string', default: 'sockets' },
    },
  });
  if (positionals.length !== 1 || !values.token) {
    console.error('node follow.mjs URL --token FILE [--ledger FILE] [--over sockets|streams]');
    process.exit(2);
  }
  const source = { url: positionals[0].replace(/\/+$/, ''), token: values.token, over: values.over };
  await follow(source, new Ledger(values.ledger));
}
