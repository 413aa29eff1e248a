// urql as a frontend sets it up: HTTP for queries and mutations, a socket for subscriptions.
import { Client, cacheExchange, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-ws";
import { day } from "./day.mjs";
import { asked, say, socketOf } from "./talk.mjs";

const { url, token, report } = await asked();
const authorization = `Bearer ${token}`;
const socket = createClient({ url: socketOf(url), connectionParams: { authorization }, retryAttempts: 0 });
const client = new Client({
  url: `${url}/graphql`,
  fetchOptions: { headers: { authorization } },
  exchanges: [
    cacheExchange,
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
      }),
    }),
  ],
});
const data = ({ data, error }) => {
  if (error) throw error;
  return data;
};

say(
  await day(
    {
      query: async (document) => data(await client.query(document, {}).toPromise()),
      mutate: async (document, variables) => data(await client.mutation(document, variables).toPromise()),
      subscribe: (document, variables, next, failed) => {
        const told = (result) => (result.error ? failed(result.error) : next(result.data));
        return client.subscription(document, variables).subscribe(told).unsubscribe;
      },
    },
    report,
  ),
);
await socket.dispose();
