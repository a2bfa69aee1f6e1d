/**
 * Replay texts: what the days on disk hold of texts that customers submitted, oldest first, for word lists to be tried on.
 *
 * Opened read-only by whoever tries them, beside a running daemon or without one: nothing is recovered, migrated or locked, and each step
 * is one short statement, so that no log of a live file is pinned.
 */
import { existsSync, statSync } from "node:fs";
import type { Message } from "../../../protocols/model/message.js";
import { firstIdOfDay, idDay, messageId } from "../../../protocols/model/message-id.js";
import { Outcome } from "../../../protocols/model/outcome.js";
import type { Account } from "../../ledger/account.js";
import { ChargeState } from "../../ledger/settlement.js";
import { unpackContent } from "../content.js";
import { Books, type DayFile, type Ints } from "./books.js";
import { ledgerPath } from "./paths.js";

/** Rows of one step. */
const STEP = 2_000;

export interface ReplayText {
  readonly accountNo: number;
  readonly message: Message;
  /** It was refused for a word then, and never accepted. */
  readonly refusedThen: boolean;
}

interface Row extends Ints<"id" | "account" | "kinds" | "wanted" | "expires"> {
  readonly source: string;
  readonly destination: string;
  readonly body: Buffer;
}

/** Whether there are books in a folder that this user may read without leaving files of his own there. */
export function readableBooks(dir: string): boolean {
  if (!existsSync(ledgerPath(dir))) return false;
  // Reading makes the files of the log beside a book where they are not: they have to be the owner's.
  const self = process.getuid?.();
  return self === undefined || statSync(dir).uid === self;
}

/** The accounts of a folder; null when its books are not readable. */
export function readReplayAccounts(dir: string, zoneMinutes: number): readonly Account[] | null {
  if (!readableBooks(dir)) return null;
  const books = Books.open(dir, zoneMinutes);
  try {
    return books.ledger.accountRows().map(({ account }) => account);
  } finally {
    books.close();
  }
}

/**
 * Texts accepted, or refused for a word, from `fromMs` on, a step at a time. Messages that went out in parts are told as their customers
 * gave them.
 * @param accountNo 0 = of every account
 */
export function* readReplayTexts(dir: string, zoneMinutes: number, fromMs: number, accountNo: number): Generator<readonly ReplayText[], void> {
  const books = Books.open(dir, zoneMinutes);
  try {
    const firstId = Math.max(0, messageId(Math.floor(fromMs / 1_000), 0, 0));
    const firstDay = idDay(firstId, zoneMinutes);
    for (const day of books.days()) {
      const file = day < firstDay ? null : books.file(day);
      if (file === null) continue;
      yield* accepted(file, Math.max(firstId, firstIdOfDay(day, zoneMinutes)), accountNo);
      yield* refused(file, fromMs, accountNo);
    }
  } finally {
    books.close();
  }
}

function* accepted(file: DayFile, firstId: number, accountNo: number): Generator<readonly ReplayText[], void> {
  const bound = file.prepare(`SELECT max(id) FROM (SELECT id FROM message WHERE id > ? ORDER BY id LIMIT ${STEP})`).pluck();
  const rows = file.prepare(
    `SELECT m.id, m.account, c.kinds, c.wanted, c.expires, c.source, c.destination, c.body FROM message m CROSS JOIN content c ON c.id = m.id
      WHERE m.id > ? AND m.id <= ? AND m.charge_state <> ${ChargeState.part} AND (? = 0 OR m.account = ?) ORDER BY m.id`,
  );
  for (let after = firstId - 1; ;) {
    const last = bound.get(after) as bigint | null;
    if (last === null) return;
    yield (rows.all(after, last, accountNo, accountNo) as Row[]).map((row) => textOf(row, false));
    after = Number(last);
  }
}

function* refused(file: DayFile, fromMs: number, accountNo: number): Generator<readonly ReplayText[], void> {
  const rows = file.prepare(
    `SELECT id, account, 0 AS kinds, 0 AS wanted, 0 AS expires, source, destination, body FROM refusal
      WHERE id > ? AND at >= ? AND outcome = ${Outcome.blocked_content} AND (? = 0 OR account = ?) ORDER BY id LIMIT ${STEP}`,
  );
  for (let after = 0n; ;) {
    const step = rows.all(after, fromMs, accountNo, accountNo) as Row[];
    const last = step.at(-1);
    if (last === undefined) return;
    yield step.map((row) => textOf(row, true));
    after = last.id;
  }
}

function textOf(row: Row, refusedThen: boolean): ReplayText {
  const { source, destination, body } = row;
  return {
    accountNo: Number(row.account), refusedThen,
    message: unpackContent({ id: Number(row.id), kinds: Number(row.kinds), source, destination, wanted: Number(row.wanted), expires: Number(row.expires), body }),
  };
}
