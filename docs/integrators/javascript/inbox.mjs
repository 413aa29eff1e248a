// What webhooks brought: each message once, and the events of one subject in their order.
//
// A message is kept before it is answered, and worked off afterwards; so an answer takes a millisecond whatever the work
// takes, and what was answered is never lost. The work and the note that it is done are one transaction.
import { DatabaseSync } from 'node:sqlite';

// For so long an event waits for the one before it; then it is taken, and the gap is told.
export const PATIENCE = 60_000;

export class Inbox {
  #file;

  constructor(path) {
    this.#file = new DatabaseSync(path);
    this.#file.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;  -- what is answered survives a power cut
      CREATE TABLE IF NOT EXISTS message (
        id TEXT PRIMARY KEY, subject TEXT NOT NULL, sequence TEXT NOT NULL, previous TEXT, body TEXT NOT NULL,
        came INTEGER NOT NULL, done TEXT);
      CREATE INDEX IF NOT EXISTS waiting ON message (subject, sequence) WHERE done IS NULL;
      CREATE TABLE IF NOT EXISTS reached (subject TEXT PRIMARY KEY, sequence TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS seen (cursor TEXT, kind TEXT, subject TEXT, late INTEGER);
    `);
  }

  // Keeps a message; false when it has come before.
  keep(id, event, now = Date.now()) {
    const written = this.#file
      .prepare('INSERT OR IGNORE INTO message (id, subject, sequence, previous, body, came) VALUES (?, ?, ?, ?, ?, ?)')
      .run(id, event.subject, event.sequence, event.previoussequence ?? null, JSON.stringify(event), now);
    return written.changes === 1;
  }

  // Hands over what is due, in order; says how many. What `handle` throws leaves its event for the next time.
  workOff(handle, now = Date.now()) {
    for (let done = 0; ; done += 1) {
      const found = this.#next(now);
      if (found === undefined) return done;
      this.#file.exec('BEGIN IMMEDIATE');
      try {
        this.#take(found, handle);
      } catch (error) {
        this.#file.exec('ROLLBACK');
        throw error;
      }
      this.#file.exec('COMMIT');
    }
  }

  // Events before which something is missing: ask the API how their subjects stand.
  gaps() {
    const found = this.#file.prepare("SELECT id FROM message WHERE done = 'after a gap' ORDER BY sequence").all();
    return found.map((row) => row.id);
  }

  // The effect of one event, to be replaced by yours: a line for each.
  // `late`: a later event of its subject has been taken already, because this one did not come within `PATIENCE`. Who keeps how
  // things are passes over it; who counts what happened does not.
  see(event, late) {
    this.#file.prepare('INSERT INTO seen VALUES (?, ?, ?, ?)').run(event.cursor, event.type, event.subject, Number(late));
  }

  // The first event of a subject that waits for nothing, or has waited long enough.
  #next(now) {
    return this.#file
      .prepare(
        `SELECT m.id, m.subject, m.sequence, m.body,
           CASE WHEN m.sequence <= coalesce(r.sequence, '') THEN 'late'
                WHEN m.previous > coalesce(r.sequence, '') THEN 'after a gap' ELSE 'in order' END AS how
         FROM message AS m LEFT JOIN reached AS r ON r.subject = m.subject
         WHERE m.done IS NULL
           AND NOT EXISTS (SELECT 1 FROM message AS o
             WHERE o.subject = m.subject AND o.done IS NULL AND o.sequence < m.sequence)
           AND (m.previous IS NULL OR m.previous <= coalesce(r.sequence, '') OR m.came <= ?)
         ORDER BY m.sequence LIMIT 1`,
      )
      .get(now - PATIENCE);
  }

  #take({ id, subject, sequence, body, how }, handle) {
    handle(this, JSON.parse(body), how === 'late');
    if (how !== 'late') this.#file.prepare('INSERT OR REPLACE INTO reached VALUES (?, ?)').run(subject, sequence);
    this.#file.prepare('UPDATE message SET done = ? WHERE id = ?').run(how, id);
  }
}
