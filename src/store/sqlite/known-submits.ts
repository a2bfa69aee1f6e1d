/**
 * Known submits: those of the last minutes that bear a key, read at start: a customer that got no answer sends them again.
 */
import { messageId } from "../../../protocols/model/message-id.js";
import type { KnownSubmit } from "../store.js";
import type { DayFiles } from "./day-files.js";

/** A customer resends three times, a minute apart [CMPP 3.0 6.2.3, protocols sheet: T = 60 s, N = 3]. */
const KNOWN_MS = 180_000;
/** Submits remembered, and messages looked at for them, the latest first. */
const KNOWN_MAX = 200_000;
const LOOK_MAX = 2_000_000;

/** Oldest first. */
export function readKnownSubmits(files: DayFiles, nowMs: number): KnownSubmit[] {
  const known: KnownSubmit[] = [];
  const since = nowMs - KNOWN_MS;
  const from = Math.max(0, messageId(Math.floor(since / 1_000), 0, 0));
  // Newest first, as the files are.
  for (const file of files.open()) {
    const latest = file.db.prepare(
      `SELECT c.id, m.account, c.key, c.accepted_at
         FROM (SELECT id, key, accepted_at FROM content WHERE id >= ? ORDER BY id DESC LIMIT ${LOOK_MAX}) c CROSS JOIN message m ON m.id = c.id
        WHERE c.key > 0 AND c.accepted_at >= ? ORDER BY c.id DESC LIMIT ?`,
    ).raw().iterate(from, since, KNOWN_MAX - known.length) as Iterable<[number, number, number, number]>;
    for (const [id, accountNo, key, acceptedAtMs] of latest) known.push({ accountNo, key, messageId: id, acceptedAtMs });
    if (known.length >= KNOWN_MAX) break;
  }
  return known.reverse();
}
