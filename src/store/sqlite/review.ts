/**
 * Review: messages of one text are held until a person has looked at it, all of them though they lie in two days' files.
 */
import { idSecond } from "../../../protocols/model/message-id.js";
import { Happening, nextState } from "../../lifecycle/transitions.js";
import { MessageState } from "../../../protocols/model/state.js";
import { Commit } from "../store.js";
import { REVIEW_BIT } from "./day-schema.js";
import type { DayWriter } from "./day-writer.js";
import { dueOf } from "./outgoing.js";
import { saveRow } from "./finish.js";
import { putReview } from "./review-rows.js";
import type { Row } from "./row.js";
import type { WriterState } from "./state.js";

/** The review intent; the same again is ok. Those that have ended or gone out meanwhile are left out; notApplicable when all have. */
export function review(state: WriterState): Commit {
  const { from } = state;
  const outcome = from.u8();
  const rule = from.text();
  const dueMs = from.f64();
  const textId = from.f64();
  const count = from.u16();
  let commit: Commit = Commit.notApplicable;
  for (let left = count; left > 0; left--) {
    const id = from.f64();
    const row = state.row(id);
    if (row === undefined) continue;
    if (row.review === 0) {
      if (!waitForPerson(state, row, outcome, rule, dueMs, textId)) continue;
    }
    commit = Commit.ok;
  }
  return commit;
}

/** False: it has ended or gone out. */
export function waitForPerson(state: WriterState, row: Row, outcome: number, rule: string, dueMs: number, textId: number): boolean {
  const to = nextState(row.state, Happening.review);
  if (to === 0) return false;
  // The flow has taken it out of its lane's head.
  if (row.state === MessageState.queued) state.lanes.left(row);
  state.waits.moved(row.account, row.state, to);
  row.state = to;
  row.at = state.nowMs;
  row.review = 1;
  row.due = dueOf(dueMs, row.expires);
  putReview(row.file, row.id, state.nowMs, outcome, rule, textId);
  saveRow(row);
  return true;
}

/** Octets of content.body that say which part of which text it is (store/content.ts): total, number, reference. */
const PLACE = "substr(c.body, 8, 4) AS place FROM message m JOIN content c ON c.id = m.id";
const IS_HELD_PART = `m.due > 0 AND m.state = ${MessageState.held} AND substr(c.body, 8, 1) > x'01'`;
const IN_REVIEW = `SELECT m.id, m.account, c.source, c.destination, r.outcome, r.rule, r.text, m.due, ${PLACE} JOIN review r ON r.id = m.id WHERE ${IS_HELD_PART}`;
const BESIDE = `SELECT m.id, m.account, c.source, c.destination, ${PLACE} WHERE ${IS_HELD_PART} AND (m.try & ${REVIEW_BIT}) = 0`;
/** The parts of one text are not further apart. */
const APART_S = 3_600;

interface PartRow {
  readonly id: number;
  readonly account: number;
  readonly source: string;
  readonly destination: string;
  readonly place: Buffer;
}

interface ReviewRow extends PartRow {
  readonly outcome: number;
  readonly rule: string;
  readonly text: number;
  readonly due: number;
}

/**
 * Parts of one text spread over midnight lie in two files, and a crash between the two commits leaves some of them under review: their held
 * siblings in the other file come to stand there too. At start, in a transaction of its own. @returns how many did
 */
export function makeReviewsWhole(state: WriterState): number {
  const days = state.days.open();
  if (days.length < 2 || state.reviews === 0) return 0;
  const texts = new Map<string, { readonly first: ReviewRow; readonly numbers: Set<number>; readonly files: Set<DayWriter> }>();
  for (const file of days) {
    if (file.reviews === 0) continue;
    for (const row of file.db.prepare(IN_REVIEW).all() as ReviewRow[]) {
      const text = texts.get(keyOf(row)) ?? { first: row, numbers: new Set<number>(), files: new Set<DayWriter>() };
      texts.set(keyOf(row), text);
      text.numbers.add(row.place[1] as number);
      text.files.add(file);
    }
  }
  for (const [key, { first, numbers }] of texts) if (numbers.size === first.place[0]) texts.delete(key);
  let added = 0;
  for (const file of texts.size === 0 ? [] : days) {
    for (const part of file.db.prepare(BESIDE).all() as PartRow[]) {
      const text = texts.get(keyOf(part));
      if (text === undefined || text.files.has(file) || text.numbers.has(part.place[1] as number)) continue;
      const { outcome, rule, text: textId, due, id } = text.first;
      if (Math.abs(idSecond(part.id) - idSecond(id)) > APART_S) continue;
      const row = state.row(part.id);
      if (row !== undefined && waitForPerson(state, row, outcome, rule, due, textId)) added++;
    }
  }
  return added;
}

function keyOf({ account, source, destination, place }: PartRow): string {
  return `${String(account)}\n${source}\n${destination}\n${String(place[0])}\n${String(place.readUInt16LE(2))}`;
}
