// Apollo Client as a frontend sets it up: HTTP for queries and mutations, a socket for subscriptions.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { OperationTypeNode } from "graphql";
import { createClient } from "graphql-ws";
import { day } from "./day.mjs";
import { asked, say, socketOf } from "./talk.mjs";

const { url, token, report } = await asked();
const authorization = `Bearer ${token}`;
const socket = createClient({ url: socketOf(url), connectionParams: { authorization }, retryAttempts: 0 });
const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket),
    new HttpLink({ uri: `${url}/graphql`, headers: { authorization } }),
  ),
});

say(
  await day(
    {
      query: async (document) => (await client.query({ query: gql(document) })).data,
      mutate: async (document, variables) => (await client.mutate({ mutation: gql(document), variables })).data,
      subscribe: (document, variables, next, failed) => {
        const told = ({ data, error }) => (error ? failed(error) : next(data));
        const following = client.subscribe({ query: gql(document), variables }).subscribe({ next: told, error: failed });
        return () => following.unsubscribe();
      },
    },
    report,
  ),
);
client.stop();
await socket.dispose();
