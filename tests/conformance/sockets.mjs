// The graphql-ws client: a query, a mutation and a subscription, all over one socket.
import { createClient } from 'graphql-ws';
import { all, bearer, given, KINDS, ME, report, SUBMIT, UPDATES } from './operations.mjs';

const client = createClient({
  url: given.socket,
  lazy: false,
  connectionParams: { authorization: bearer('employee') },
});

async function once(query, variables) {
  for await (const result of client.iterate({ query, variables })) {
    if (result.errors) throw new Error(JSON.stringify(result.errors));
    return result.data;
  }
}

await all({
  query: () => once(ME),
  mutate: () => once(SUBMIT, report()),
  subscribe: (hear) => {
    const end = client.subscribe(
      { query: UPDATES, variables: KINDS },
      { next: (result) => hear(result.data), error: (error) => hear({ error: String(error) }), complete: () => {} },
    );
    return async () => {
      end();
      await client.dispose();
    };
  },
});
