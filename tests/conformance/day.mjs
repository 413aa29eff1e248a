// What every client does: ask who I am, report an activity, hear of it by replay, report another, hear of it live.
export const ME = `
  query Me { me { id name unit { id name } } }`;

export const SUBMIT = `
  mutation Submit($input: SubmitActivityInput!) {
    submitActivity(input: $input) {
      __typename
      ... on Activity { id state }
      ... on Problem { code message field }
    }
  }`;

export const UPDATES = `
  subscription Updates($after: String) {
    performanceUpdates(kinds: ["activity.submitted"], after: $after) {
      cursor
      kind
      subject { __typename id }
    }
  }`;

// `client` has query(document), mutate(document, variables) and subscribe(document, variables, next, failed) -> end;
// each gives the data, and throws when there is an error.
export async function day(client, report) {
  const { me } = await client.query(ME);
  const submit = async () =>
    (await client.mutate(SUBMIT, { input: { ...report, idempotencyKey: crypto.randomUUID() } })).submitActivity;
  const first = await submit();
  let second;
  let end;
  const heard = await new Promise((resolve, reject) => {
    const next = ({ performanceUpdates: { subject } }) => {
      if (subject.id === first.id) submit().then((done) => (second = done), reject);
      if (subject.id !== first.id && subject.id !== undefined && subject.id === second?.id) resolve(subject.id);
    };
    end = client.subscribe(UPDATES, { after: "0" }, next, reject);
  });
  end();
  return { me, first, second, heard };
}
