// How a script and its test talk: one JSON value in on stdin, one out on stdout.
import { text } from "node:stream/consumers";

export const asked = async () => JSON.parse(await text(process.stdin));

export const say = (value) => {
  process.stdout.write(JSON.stringify(value));
};

export const socketOf = (url) => `${url.replace("http", "ws")}/graphql`;
