// The schema against the public rules for GraphQL schemas and for Relay. A rule that is off says why.
import graphql from "@graphql-eslint/eslint-plugin";

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: "docs/schema.graphql" } } },
    plugins: { "@graphql-eslint": graphql },
    rules: {
      ...graphql.configs["schema-recommended"].rules,
      ...graphql.configs["schema-relay"].rules,
    },
  },
];
