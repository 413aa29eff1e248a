// The graphql-sse client in its distinct connections mode: a query, a mutation and a subscription.
import { createClient } from 'graphql-sse';
import { all, bearer, given, KINDS, ME, report, SUBMIT, UPDATES } from './operations.mjs';

const client = createClient({ url: given.events, headers: { authorization: bearer('employee') } });

async function once(query, variables) {
  for await (const result of client.iterate({ query, variables })) {
    if (result.errors) throw new Error(JSON.stringify(result.errors));
    return result.data;
  }
}

await all({
  query: () => once(ME),
  mutate: () => once(SUBMIT, report()),
  subscribe: (hear) =>
    client.subscribe(
      { query: UPDATES, variables: KINDS },
      { next: (result) => hear(result.data), error: (error) => hear({ error: String(error) }), complete: () => {} },
    ),
});
