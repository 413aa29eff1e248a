// The peer as its makers mean it to be run: the Amber preset, in production, on the tables themselves, a pool of four.
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { makePgService } from "postgraphile/adaptors/pg";

export default {
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({
      connectionString: process.env.BENCH_DATABASE_URL,
      schemas: ["public", "bench_peer"],
      poolConfig: { max: 4 },
    }),
  ],
  grafserv: { host: "127.0.0.1", port: Number(process.env.BENCH_PORT), graphiql: false, websockets: false, watch: false },
  // Lists, not connections: it has less to answer, and what is compared are the members.
  schema: { defaultBehavior: "-connection +list" },
};
