// The reference audit of GraphQL over HTTP: every requirement, with the caller's token on each request.
import { serverAudits } from "graphql-http";
import { asked, say } from "./talk.mjs";

const { url, token } = await asked();
const fetchFn = (input, init = {}) =>
  fetch(input, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });

const results = [];
for (const audit of serverAudits({ url: `${url}/graphql`, fetchFn })) {
  const { status, reason = "" } = await audit.fn();
  results.push({ id: audit.id, name: audit.name, status, reason });
}
say(results);
