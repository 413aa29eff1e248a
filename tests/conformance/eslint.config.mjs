// The schema against the public rules for GraphQL schemas and for Relay. A rule that is off or loosened says why.
import graphql from "@graphql-eslint/eslint-plugin";

const WITHOUT_ID = ["DayStep", "LeafEvidence", "LeafFact", "PageInfo", "PerformanceUpdate", "Plugin", "Problem", "ScoreLeaf"];

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: "docs/schema.graphql" } } },
    plugins: { "@graphql-eslint": graphql },
    rules: {
      ...graphql.configs["schema-recommended"].rules,
      ...graphql.configs["schema-relay"].rules,
      // A part of a node is named by its node; an update by its cursor, a plugin by its name.
      "@graphql-eslint/strict-id-in-types": [
        "error",
        { exceptions: { types: WITHOUT_ID, suffixes: ["Connection", "Edge"] } },
      ],
      // Lists go forward only: a keyset read backwards would be a second index on every list.
      "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],
      // A connection also has `nodes`, and what is bounded by its owner (the leaves of a score, at most 10 files of an
      // activity) is a plain list.
      "@graphql-eslint/relay-edge-types": ["error", { listTypeCanWrapOnlyEdgeType: false }],
      // `Score.score` is the score of a score: the regulations have one word for both.
      "@graphql-eslint/no-typename-prefix": "off",
    },
  },
];
