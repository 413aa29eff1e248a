// The graphql-sse client through a stream's life: refused, revoked, kept up through a server that goes and comes again.
import { createClient } from 'graphql-sse';
import { given, say } from './operations.mjs';

const COUNT = 'subscription { count(to: 1000, delay: 0.05) }';

function life(query, token, options = {}) {
  const client = createClient({ url: given.events, headers: { authorization: `Bearer ${token}` }, retryAttempts: 0, ...options });
  return new Promise((resolve) => {
    const results = [];
    const end = client.subscribe(
      { query },
      {
        next: (result) => {
          results.push(result);
          options.heard?.(results, end);
        },
        error: (error) => resolve({ results, error: error.response?.status ?? String(error) }),
        complete: () => resolve({ results, complete: true }),
      },
    );
  });
}

let connections = 0;
const lives = {
  whole: await life('subscription { count(to: 3) }', 'a'),
  invalid: await life('subscription { nothing }', 'a'),
  refused: await life(COUNT, 'unknown'),
  hasty: await life(COUNT, 'hasty'),
  revoked: await life(COUNT, 'revoke-me'),
  left: await life(COUNT, 'a', { heard: (results, end) => results.length === 2 && end() }),
};
console.log('ready');
lives.again = await life(COUNT, 'a', {
  retryAttempts: 20,
  retry: () => new Promise((resolve) => setTimeout(resolve, 100)),
  heard: (results, end) => {
    if (results.at(-1).data.count === 0) connections += 1;
    if (connections === 2) end();
  },
});
say(lives);
