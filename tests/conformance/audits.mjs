// The server audits of graphql-http: every one of them, with its level and what came of it.
import { auditServer } from 'graphql-http';
import { bearer, given, say } from './operations.mjs';

// As a caller who may ask for the schema: some audits ask for a type by name.
const known = (url, { headers, ...rest } = {}) => fetch(url, { ...rest, headers: { ...headers, authorization: bearer('employee') } });
const results = await auditServer({ url: given.url, fetchFn: known });
say(
  results.map(({ id, name, status, reason }) => ({ id, level: name.split(' ')[0], name, status, reason: reason ?? null })),
);
