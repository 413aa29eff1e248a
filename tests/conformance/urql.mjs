// urql: queries and mutations over HTTP; the subscription over a socket, or by its own reading of event streams.
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-ws';
import { all, bearer, given, KINDS, ME, report, SUBMIT, UPDATES } from './operations.mjs';

const socket = createClient({ url: given.socket, connectionParams: { authorization: bearer('employee') } });
const overSocket = subscriptionExchange({
  forwardSubscription: (operation) => ({
    subscribe: (sink) => ({ unsubscribe: socket.subscribe(operation, sink) }),
  }),
});
const options = { fetchOptions: { headers: { authorization: bearer('employee') } }, preferGetMethod: false };
const client = new Client({ ...options, url: given.url, exchanges: [fetchExchange, overSocket] });
const listener = given.events
  ? new Client({ ...options, url: given.events, fetchSubscriptions: true, exchanges: [fetchExchange] })
  : client;

function data({ data, error }) {
  if (error) throw error;
  return data;
}

await all({
  query: async () => data(await client.query(ME, {}).toPromise()),
  mutate: async () => data(await client.mutation(SUBMIT, report()).toPromise()),
  subscribe: (hear) => {
    const found = listener.subscription(UPDATES, KINDS);
    const subscription = found.subscribe((result) => hear(result.error ? { error: String(result.error) } : result.data));
    return () => subscription.unsubscribe();
  },
});
