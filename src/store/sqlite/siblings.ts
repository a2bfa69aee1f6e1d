/**
 * Siblings: the parts of the texts that given parts belong to, wherever those stand by now, for the flow to judge them anew.
 *
 * No index has parts by their reference, it would cost every message. But parts of one text are submitted close to one another,
 * and ids follow time:
 *
 * ```
 *  ids ──┬──────────────[ neighbours ]──────────────┬──▶    the nearest some hundred, which nearly always will do; or
 *        '── as long as a text may take to arrive ──'       all that were accepted as close as a text's parts may be
 * ```
 */
import { idDay, idSecond, messageId } from "../../../protocols/model/message-id.js";
import type { Message } from "../../../protocols/model/message.js";
import { MessageState } from "../../../protocols/model/state.js";
import { BodyKind } from "../body-cipher.js";
import { unpackContent } from "../content.js";
import type { Query, SiblingText } from "../query.js";
import type { Books, DayFile } from "./books.js";

/** Messages looked at before a part and behind it. */
const NEIGHBOURS = 256;
/** Messages looked at in one step of a longer search. */
const STEP = 20_000;
/** Parts found of one text, and of all: beyond it a text is answered as cut short. */
const PARTS_MAX = 512;
const ALL_PARTS_MAX = 50_000;

/** Octets of content.body that say which part of which text it is (store/content.ts): total, number, reference. */
const PLACE = "substr(c.body, 8, 4)";
const IS_PART = "substr(c.body, 8, 1) > x'01'";
/** Taken back by its customer, and never out: it is no part of what a phone gets. */
const FOUND = `SELECT c.id, c.kinds, c.source, c.destination, c.wanted, c.expires, c.body, m.account FROM content c CROSS JOIN message m ON m.id = c.id
  WHERE c.id BETWEEN ? AND ? AND ${IS_PART} AND m.state <> ${MessageState.deleted}`;
const NEAR = `${FOUND} AND c.destination = ? AND c.source = ? AND m.account = ? ORDER BY c.id`;
const ALL = `${FOUND} ORDER BY c.id`;
const ASKED = `SELECT m.account, c.source, c.destination, ${PLACE} AS place FROM content c CROSS JOIN message m ON m.id = c.id WHERE c.id = ? AND ${IS_PART}`;
const BEFORE = `SELECT min(id) FROM (SELECT id FROM content WHERE id <= ? ORDER BY id DESC LIMIT ${NEIGHBOURS})`;
const BEHIND = `SELECT max(id) FROM (SELECT id FROM content WHERE id >= ? ORDER BY id LIMIT ${NEIGHBOURS})`;
const STEP_END = `SELECT id FROM content WHERE id > ? AND id <= ? ORDER BY id LIMIT 1 OFFSET ${STEP - 1}`;

interface FoundRow {
  readonly id: bigint;
  readonly kinds: bigint;
  readonly source: string;
  readonly destination: string;
  readonly wanted: bigint;
  readonly expires: bigint;
  readonly body: Buffer;
  readonly account: bigint;
}

interface Own {
  readonly account: bigint;
  readonly source: string;
  readonly destination: string;
  readonly place: Buffer;
}

/** A text under one reference: those of its parts that were asked about, and all that were found. */
class Text {
  readonly asked: number[] = [];
  readonly parts = new Map<number, Message>();
  cut = false;
}

/** What has been found so far. */
class Search {
  readonly texts = new Map<string, Text>();
  #size = 0;

  take(text: Text, file: DayFile, row: FoundRow): void {
    const id = Number(row.id);
    if (text.parts.has(id)) return;
    if (text.parts.size >= PARTS_MAX || this.#size >= ALL_PARTS_MAX) {
      text.cut = true;
      return;
    }
    this.#size++;
    text.parts.set(id, unpackContent({
      ...row, body: file.bodies.plain(BodyKind.content, id, row.body), id, kinds: Number(row.kinds), wanted: Number(row.wanted), expires: Number(row.expires),
    }));
  }
}

function keyOf(account: bigint, source: string, destination: string, body: Buffer, at: number): string {
  return `${String(account)}\n${source}\n${destination}\n${String(body[at])}\n${String(body.readUInt16LE(at + 2))}`;
}

/** Ids in the second of another, so many seconds from it. */
function secondsFrom(id: number, seconds: number): number {
  return Math.max(0, messageId(idSecond(id) + seconds, 0, 0));
}

/** One text for each reference that the messages asked about are parts under; those that are no parts, or gone, are left out. */
export function* findSiblings(books: Books, { messageIds, withinMs }: Extract<Query, { kind: "siblings" }>): Generator<undefined, SiblingText[]> {
  const search = new Search();
  for (const id of messageIds) {
    const file = books.fileOf(id);
    const own = file?.prepare(ASKED).get(id) as Own | undefined;
    if (file === null || own === undefined) continue;
    const key = keyOf(own.account, own.source, own.destination, own.place, 0);
    const text = search.texts.get(key) ?? new Text();
    search.texts.set(key, text);
    text.asked.push(id);
    if (withinMs > 0 || text.parts.has(id)) continue;
    lookNear(search, file, text, key, id, own);
    yield undefined;
  }
  if (withinMs > 0) yield* lookFar(books, search, Math.ceil(withinMs / 1_000) + 1);
  return [...search.texts.values()].map(({ asked, parts, cut }) => ({ messageIds: asked, cut, parts: [...parts.values()].sort((a, b) => a.id - b.id) }));
}

function lookNear(search: Search, file: DayFile, text: Text, key: string, id: number, own: Own): void {
  const from = file.prepare(BEFORE).pluck().get(id);
  const to = file.prepare(BEHIND).pluck().get(id);
  for (const row of file.prepare(NEAR).all(from, to, own.destination, own.source, own.account) as FoundRow[]) {
    if (keyOf(row.account, row.source, row.destination, row.body, 7) === key) search.take(text, file, row);
  }
}

/** Reads all that was accepted so many seconds around the messages asked about, each stretch once. */
function* lookFar(books: Books, search: Search, seconds: number): Generator<undefined, void> {
  const ids = [...search.texts.values()].flatMap(({ asked }) => asked).sort((a, b) => a - b);
  let read = -1;
  for (const id of ids) {
    const to = secondsFrom(id, seconds + 1) - 1;
    const from = Math.max(read, secondsFrom(id, -seconds) - 1);
    for (let day = idDay(from + 1, books.zoneMinutes); day <= idDay(to, books.zoneMinutes); day++) {
      const file = books.file(day);
      for (let at = from; file !== null && at < to; ) {
        const end = Number((file.prepare(STEP_END).pluck().get(at, to) as bigint | undefined) ?? to);
        for (const row of file.prepare(ALL).iterate(at + 1, end) as IterableIterator<FoundRow>) {
          const text = search.texts.get(keyOf(row.account, row.source, row.destination, row.body, 7));
          if (text !== undefined) search.take(text, file, row);
        }
        at = end;
        yield undefined;
      }
    }
    read = Math.max(read, to);
  }
}
