// Apollo Client: queries and mutations over HTTP, the subscription over a socket.
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';
import { all, bearer, given, KINDS, ME, report, SUBMIT, UPDATES } from './operations.mjs';

const http = new HttpLink({ uri: given.url, headers: { authorization: bearer('employee') } });
const socket = new GraphQLWsLink(
  createClient({ url: given.socket, connectionParams: { authorization: bearer('employee') } }),
);
const client = new ApolloClient({
  link: ApolloLink.split(({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION, socket, http),
  cache: new InMemoryCache(),
});

await all({
  query: async () => (await client.query({ query: gql(ME) })).data,
  mutate: async () => (await client.mutate({ mutation: gql(SUBMIT), variables: report() })).data,
  subscribe: (hear) => {
    const found = client.subscribe({ query: gql(UPDATES), variables: KINDS });
    const subscription = found.subscribe({ next: (result) => hear(result.data), error: (error) => hear({ error: String(error) }) });
    return () => subscription.unsubscribe();
  },
});
