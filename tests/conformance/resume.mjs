// The clients of sockets and of event streams, kept up through a server that is killed, told to go, and comes again.
// Each says a line for every update, until the input ends.
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient as streams } from 'graphql-sse';
import { createClient as sockets } from 'graphql-ws';
import { given } from './operations.mjs';

const QUERY = `subscription Updates($kinds: [String!], $after: String) {
  performanceUpdates(kinds: $kinds, after: $after) { cursor kind subject { __typename id } }
}`;
const authorization = `Bearer ${given.token}`;
const soon = () => sleep(50 + Math.random() * 100);
const said = (client, line) => process.stdout.write(`${JSON.stringify({ client, ...line })}\n`);

const clients = {
  'graphql-ws': sockets({
    url: given.socket,
    connectionParams: { authorization },
    retryAttempts: Infinity,
    retryWait: soon,
    shouldRetry: () => true,
    on: { connected: () => said('graphql-ws', { connected: true }) },
  }),
  'graphql-sse': streams({
    url: given.events,
    headers: { authorization },
    retryAttempts: Infinity,
    retry: soon,
    on: { connected: () => said('graphql-sse', { connected: true }) },
  }),
};

for (const [name, client] of Object.entries(clients)) {
  let cursor = '0';
  // Both clients write the variables anew for every connection, so a getter is all that resuming needs.
  const variables = {
    kinds: given.kinds,
    get after() {
      return cursor;
    },
  };
  client.subscribe(
    { query: QUERY, variables },
    {
      next: ({ data, errors }) => {
        if (errors) return said(name, { failed: errors });
        cursor = data.performanceUpdates.cursor;
        said(name, data.performanceUpdates);
      },
      error: (error) => said(name, { failed: String(error?.reason ?? JSON.stringify(error)) }),
      complete: () => said(name, { failed: 'complete' }),
    },
  );
}
process.stdin.on('end', () => process.exit(0)).resume();
