// What every client does against a served town, and how it says what came of it.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export const given = JSON.parse(process.argv[2] ?? '{}');
export const bearer = (role) => `Bearer ${given.tokens[role]}`;

export const ME = 'query Me { me { id name unit { id name } } }';
export const SUBMIT = `mutation Submit($input: SubmitActivityInput!) {
  submitActivity(input: $input) { __typename ... on Activity { id state } ... on Problem { code message field } }
}`;
export const UPDATES = `subscription Updates($kinds: [String!]) {
  performanceUpdates(kinds: $kinds) { cursor kind subject { __typename id } }
}`;
export const KINDS = { kinds: ['activity.submitted'] };

export const report = () => ({ input: { ...given.report, idempotencyKey: `client-${randomUUID()}` } });

// A subscription hears what happens after it has begun, and no client tells when that is: report until one is heard.
export async function all({ query, mutate, subscribe }) {
  const me = await query();
  let heard;
  const stop = subscribe((update) => (heard ??= update));
  const submitted = [];
  for (let turn = 0; turn < 20 && heard === undefined; turn += 1) {
    await sleep(300);
    submitted.push(await mutate());
    await sleep(300);
  }
  await stop();
  say({ query: me, mutations: submitted, subscription: heard });
}

export function say(outcome) {
  process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0));
}
