// What came of the updates, and how far: one SQLite file, so that an effect and its cursor are kept together or not at all.
//
// Where effects go elsewhere (a queue, another service) there is no such transaction. Then do the effect first and keep the
// cursor after it: whoever dies in between does it again, so send the update's cursor along as its idempotency key.
import { DatabaseSync } from 'node:sqlite';

// Before the first update: what is still kept comes from its beginning, or a full read is asked for.
export const START = '0';

export class Ledger {
  #file;

  constructor(path) {
    this.#file = new DatabaseSync(path);
    this.#file.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;  -- what is kept survives a power cut
      CREATE TABLE IF NOT EXISTS place (one INTEGER PRIMARY KEY CHECK (one = 1), cursor TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS score (id TEXT PRIMARY KEY, employee TEXT, period TEXT, score TEXT, state TEXT);
    `);
  }

  // The place in the log up to which everything is kept.
  get cursor() {
    return this.#file.prepare('SELECT cursor FROM place').get()?.cursor ?? START;
  }

  // Does the effect of one update and moves the cursor; false, and nothing is done, for one that came before.
  keep(update, take) {
    if (BigInt(update.cursor) <= BigInt(this.cursor)) return false;
    this.#transaction(() => {
      take(this, update);
      this.#moved(update.cursor);
    });
    return true;
  }

  // All that is kept gives way to a full read; goes on from the cursor that was known before the read began.
  replace(scores, cursor) {
    this.#transaction(() => {
      this.#file.exec('DELETE FROM score');
      for (const score of scores) this.put(score);
      this.#moved(cursor);
    });
  }

  // A score as it is now: doing it twice is doing it once.
  put(score) {
    this.#file
      .prepare('INSERT OR REPLACE INTO score VALUES (?, ?, ?, ?, ?)')
      .run(score.id, score.employee?.id ?? null, score.period, score.score, score.state);
  }

  close() {
    this.#file.close();
  }

  #moved(cursor) {
    this.#file.prepare('INSERT OR REPLACE INTO place (one, cursor) VALUES (1, ?)').run(cursor);
  }

  #transaction(work) {
    this.#file.exec('BEGIN IMMEDIATE');
    try {
      work();
    } catch (error) {
      this.#file.exec('ROLLBACK');
      throw error;
    }
    this.#file.exec('COMMIT');
  }
}
