/**
 * Review list: what is held for a person, text by text, with its messages as the flow takes them up.
 *
 * Only what waits stands in the table, so that reading it costs no more than that; days that are sealed hold nothing open.
 */
import type { MessageState } from "../../../protocols/model/state.js";
import type { Outcome } from "../../../protocols/model/outcome.js";
import { BodyKind } from "../body-cipher.js";
import { unpackContent } from "../content.js";
import type { Answer, Query, ReviewEntry } from "../query.js";
import type { StoredMessage } from "../store.js";
import type { Books, DayFile, Ints } from "./books.js";
import { KEPT_BIT } from "./day-schema.js";

/** Texts told at once, and messages of one. */
const TEXTS_MAX = 500;
const MESSAGES_MAX = 1_000;
/** Texts looked at in one step. */
const STEP = 200;

const MESSAGES = `SELECT r.id, r.at AS since, r.outcome, r.rule, r.text, m.account, m.lane, m.operator, m.segments, m.try AS tries, m.state, m.due, c.words, c.kinds, c.source,
  c.destination, c.wanted, c.expires, c.body FROM review r CROSS JOIN message m ON m.id = r.id CROSS JOIN content c ON c.id = r.id WHERE r.text = ? ORDER BY r.id LIMIT ${MESSAGES_MAX}`;

type Row = Ints<"id" | "since" | "outcome" | "text" | "account" | "lane" | "operator" | "segments" | "tries" | "state" | "due" | "words" | "kinds" | "wanted" | "expires"> & {
  readonly rule: string;
  readonly source: string;
  readonly destination: string;
  readonly body: Buffer;
};

export function* readReview(books: Books, asked: Extract<Query, { kind: "review" }>): Generator<undefined, Extract<Answer, { kind: "review" }>> {
  const accounts = books.accountNames();
  const limit = Math.min(TEXTS_MAX, Math.max(1, asked.limit));
  const entries: ReviewEntry[] = [];
  let looked = 0;
  for (const file of books.openFiles(books.ledger.sealedDays())) {
    for (const textId of textIds(file, asked)) {
      if (++looked % STEP === 0) yield undefined;
      const rows = file.prepare(MESSAGES).all(textId) as Row[];
      const [first] = rows;
      if (first === undefined) continue;
      const account = accounts.get(Number(first.account)) ?? "";
      if ((asked.account !== "" && asked.account !== account) || (asked.outcome !== null && asked.outcome !== Number(first.outcome))) continue;
      const rule = file.bodies.plainLine(BodyKind.reviewRule, first.id, first.rule);
      if (asked.rule !== "" && !isFoundBy(rule, asked.rule)) continue;
      if (entries.length === limit) return { kind: "review", entries, more: true };
      entries.push({
        textId: Number(textId), account, atMs: Number(first.since), dueMs: Number(first.due), outcome: Number(first.outcome) as Outcome, rule,
        messages: rows.map((row) => stored(file, row)),
      });
    }
  }
  return { kind: "review", entries, more: false };
}

function textIds(file: DayFile, { ids, after }: Extract<Query, { kind: "review" }>): readonly bigint[] {
  if (ids.length === 0) return file.prepare("SELECT DISTINCT text FROM review WHERE text > ? ORDER BY text").pluck().all(after) as bigint[];
  const found = new Set<bigint>();
  const ofMessage = file.prepare("SELECT text FROM review WHERE id = ? OR text = ? LIMIT 1").pluck();
  for (const id of ids) {
    const text = ofMessage.get(id, id) as bigint | undefined;
    if (text !== undefined && text > BigInt(after)) found.add(text);
  }
  return [...found].sort((one, other) => (one < other ? -1 : 1));
}

/** Evidence is "category:word@rule": the whole of it, its category, or where the word is listed. */
function isFoundBy(evidence: string, rule: string): boolean {
  return evidence === rule || evidence.startsWith(`${rule}:`) || evidence.endsWith(`@${rule}`);
}

function stored(file: DayFile, row: Row): StoredMessage {
  const tries = Number(row.tries);
  const id = Number(row.id);
  const kept = (tries & KEPT_BIT) !== 0;
  return {
    message: unpackContent({
      id, kinds: Number(row.kinds), source: row.source, destination: row.destination, wanted: Number(row.wanted), expires: Number(row.expires), body: file.bodies.plain(BodyKind.content, row.id, row.body),
    }),
    accountNo: Number(row.account), laneNo: Number(row.lane), operatorNo: Number(row.operator), attempts: kept ? 0 : tries & 255, segments: Number(row.segments),
    wordsVersion: Number(row.words), state: Number(row.state) as MessageState, dueMs: Number(row.due),
    partIds: kept ? tries & 255 : 0, firstPartId: kept ? id + Math.floor(tries / 65_536) + 1 : 0, reviewFor: Number(row.outcome) as Outcome,
  };
}
