// The lint of the schema as strangers see it: the recommended rules and those of Relay.
import { resolve } from 'node:path';
import plugin from '@graphql-eslint/eslint-plugin';

const repository = resolve(import.meta.dirname, '../..');

export default [
  {
    files: ['docs/schema.graphql'],
    languageOptions: {
      parser: plugin.parser,
      parserOptions: { graphQLConfig: { schema: resolve(repository, 'docs/schema.graphql') } },
    },
    plugins: { '@graphql-eslint': plugin },
    rules: {
      ...plugin.configs['flat/schema-recommended'].rules,
      ...plugin.configs['flat/schema-relay'].rules,
      // Lists go forward only: a keyset's cursor is cheap and stable in the one direction in which a list is read.
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
      // A page has `nodes` beside `edges`, and short lists of values (a score's leaves) are lists, not connections.
      '@graphql-eslint/relay-edge-types': ['error', { listTypeCanWrapOnlyEdgeType: false }],
      // Only what can be asked for with `node(id:)` has an id. A value, a page, a problem is a part of what holds it.
      '@graphql-eslint/strict-id-in-types': [
        'error',
        {
          exceptions: {
            types: [
              'AbsenceYear', 'BandMove', 'ChangedField', 'DayStep', 'Decided', 'Decisions', 'DeviceHealth',
              'DimensionScore', 'DisciplineDuty', 'DisciplineProposal', 'EmployeePresence', 'Holiday',
              'KnownDimensions', 'LeafEvidence', 'LeafFact', 'LeaveRule', 'PageInfo', 'PerformanceUpdate', 'Plugin',
              'PluginHook', 'PluginPlace',
              'PredikatCount', 'PredikatProposal', 'PredikatSpread', 'PresenceUpdate', 'Problem', 'RoleScore',
              'RoundDimension', 'RoundRole', 'ScoreClosed', 'ScoreLeaf', 'StageMove', 'UnitPresence', 'WebhookHeader',
              'WebhookProbe', 'WebhookRedelivery', 'WebhookSecret', 'WhatIfSummary',
            ],
            suffixes: ['Connection', 'Edge'],
          },
        },
      ],
      // A score's `score` is its number, by the word that the rules use; another name would be a second word for it.
      '@graphql-eslint/no-typename-prefix': 'off',
    },
  },
];
