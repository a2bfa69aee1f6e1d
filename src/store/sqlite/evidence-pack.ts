/**
 * Evidence pack: gathers what the books of all days know of one number, day by day in short steps.
 */
import { OUTCOME_NAMES } from "../../../protocols/model/outcome.js";
import { isFinal, stateName } from "../../../protocols/model/state.js";
import { messageText } from "../../../protocols/model/text.js";
import { BodyKind } from "../body-cipher.js";
import { contentFlags, unpackContent } from "../content.js";
import { MAX_EVIDENCE } from "../evidence-pack.js";
import type { EvidenceAct, EvidenceInbound, EvidenceMessage, EvidencePack, EvidenceParty, EvidenceRefusal } from "../evidence-pack.js";
import type { Query } from "../query.js";
import { SUBJECTS } from "./audit-subjects.js";
import type { Books, DayFile, Ints } from "./books.js";
import { complaintsOf } from "./complaints.js";
import { findNumber } from "./number-search.js";
import { dayName, dayOfMs } from "./paths.js";

/** Records of the audit log read in one step, and shown at most. */
const AUDIT_STEP = 5_000;
const MOST_ACTS = 1_000;

interface Gathered {
  readonly messages: EvidenceMessage[];
  readonly inbound: EvidenceInbound[];
  readonly refusals: EvidenceRefusal[];
  /** Numbers of the accounts seen. */
  readonly accounts: Set<number>;
  cut: boolean;
}

/** Everything about `number` (normal form) from `fromMs` to `toMs`. */
export function* readEvidence(books: Books, { number, fromMs, toMs, texts }: Extract<Query, { kind: "evidence" }>): Generator<undefined, EvidencePack> {
  const found: Gathered = { messages: [], inbound: [], refusals: [], accounts: new Set(), cut: false };
  const days: string[] = [];
  const names: Names = { accounts: books.accountNames(), operators: books.operatorNames(), signature: signatures(books) };
  for (const day of books.days()) {
    if (day < dayOfMs(fromMs, books.zoneMinutes) || day > dayOfMs(toMs, books.zoneMinutes)) continue;
    const file = books.file(day);
    if (file === null) continue;
    days.push(dayName(day));
    yield* gather(file, number, texts, names, found, fromMs, toMs);
  }
  const complaints = complaintsOf(books, number);
  for (const { account } of complaints) {
    const no = [...names.accounts].find(([, name]) => name === account)?.[0];
    if (no !== undefined) found.accounts.add(no);
  }
  const { messages, inbound, refusals, cut } = found;
  return {
    number, fromMs, toMs, days, cut, messages, inbound, refusals, complaints,
    parties: [...found.accounts].sort((a, b) => a - b).map((no) => party(books, no)).filter((one) => one !== null),
    acts: yield* readActs(books, fromMs, found, new Set(complaints.map(({ id }) => id))),
  };
}

interface Names {
  readonly accounts: ReadonlyMap<number, string>;
  readonly operators: ReadonlyMap<number, string>;
  signature(accountNo: number, no: number): string;
}

function* gather(file: DayFile, number: string, texts: boolean, names: Names, found: Gathered, fromMs: number, toMs: number): Generator<undefined, void> {
  const within = (atMs: number): boolean => atMs >= fromMs && atMs < toMs;
  for (const id of yield* findNumber(file.db, { table: "content", column: "destination" }, number)) {
    const row = file.prepare(MESSAGE(file)).get(id) as MessageRow | undefined;
    // A part's text stands in its whole.
    if (row === undefined || row.whole !== 0n || !within(Number(row.accepted_at))) continue;
    if (room(found.messages, found)) found.messages.push(message(file, row, texts, names));
    found.accounts.add(Number(row.account));
  }
  for (const id of yield* findNumber(file.db, { table: "inbound", column: "source" }, number)) {
    const row = file.prepare("SELECT at, account, operator, source, destination, kinds, body FROM inbound WHERE id = ?").get(id) as
      (Ints<"at" | "account" | "operator" | "kinds"> & Named & { readonly body: Buffer }) | undefined;
    if (row === undefined || !within(Number(row.at)) || !room(found.inbound, found)) continue;
    const { at, account, operator, source, destination } = row;
    found.inbound.push({
      atMs: Number(at), account: names.accounts.get(Number(account)) ?? "", operator: names.operators.get(Number(operator)) ?? "", source, destination,
      text: texts ? textOf(row, Number(id), file.bodies.plain(BodyKind.inbound, id, row.body)) : null,
    });
    if (account !== 0n) found.accounts.add(Number(account));
  }
  for (const id of yield* findNumber(file.db, { table: "refusal", column: "destination" }, number)) {
    const row = file.prepare("SELECT at, account, outcome, rule, source, destination, 0 AS kinds, body FROM refusal WHERE id = ?").get(id) as
      (Ints<"at" | "account" | "outcome" | "kinds"> & Named & { readonly rule: string; readonly body: Buffer }) | undefined;
    if (row === undefined || !within(Number(row.at)) || !room(found.refusals, found)) continue;
    const { at, account, outcome, rule, source, destination } = row;
    found.refusals.push({
      atMs: Number(at), account: names.accounts.get(Number(account)) ?? "", outcome: outcomeName(Number(outcome)), rule: texts ? file.bodies.plainLine(BodyKind.refusalRule, at, rule) : "", source, destination,
      text: texts ? textOf(row, Number(id), file.bodies.plain(BodyKind.refusal, at, row.body)) : null,
    });
    found.accounts.add(Number(account));
  }
}

/** Whether one more may be kept; beyond that the pack says that it was cut. */
function room(list: readonly unknown[], found: Gathered): boolean {
  if (list.length < MAX_EVIDENCE) return true;
  found.cut = true;
  return false;
}

interface Named {
  readonly source: string;
  readonly destination: string;
}

type MessageRow = Ints<"id" | "account" | "state" | "segments" | "operator" | "accepted_at" | "sent_at" | "final_at" | "error" | "word" | "whole" | "kinds" | "wanted" | "expires" | "signature"> &
  Named & { readonly op_id: string; readonly body: Buffer };

/** Files of before version 3 know no signatures. */
function MESSAGE({ version }: DayFile): string {
  return `SELECT a.id, a.account, a.state, a.segments, a.operator, a.accepted_at, a.sent_at, a.final_at, a.error, a.word, a.whole, a.kinds, a.wanted, a.expires,
    a.source, a.destination, a.op_id, c.body, ${version < 3 ? "0" : "c.signature"} AS signature
    FROM message_all a JOIN content c ON c.id = a.id WHERE a.id = ?`;
}

function message(file: DayFile, row: MessageRow, texts: boolean, names: Names): EvidenceMessage {
  const state = Number(row.state);
  const body = file.bodies.plain(BodyKind.content, row.id, row.body);
  const built = unpackContent({
    id: Number(row.id), kinds: Number(row.kinds), source: row.source, destination: row.destination, wanted: Number(row.wanted), expires: Number(row.expires), body,
  });
  return {
    messageId: Number(row.id), acceptedAtMs: Number(row.accepted_at), account: names.accounts.get(Number(row.account)) ?? "",
    source: row.source, destination: row.destination, signature: names.signature(Number(row.account), Number(row.signature)),
    state: stateName(state), segments: Number(row.segments), segmentNumber: built.segmentNumber, segmentTotal: built.segmentTotal,
    operator: names.operators.get(Number(row.operator)) ?? "", operatorMessageId: row.op_id, sentAtMs: Math.max(0, Number(row.sent_at)),
    receipt: isFinal(state) ? { state: stateName(state), word: file.word(row.word), error: file.word(row.error), atMs: Math.max(0, Number(row.final_at)) } : null,
    flags: texts ? contentFlags(body) : "",
    text: texts ? messageText(built) : null,
  };
}

/** The text of a row with a content; null where it is none, or no longer there. */
function textOf(row: Ints<"kinds"> & Named, id: number, body: Buffer): string | null {
  if (body.length === 0) return null;
  return messageText(unpackContent({ id, kinds: Number(row.kinds), source: row.source, destination: row.destination, wanted: 0, expires: 0, body }));
}

function outcomeName(outcome: number): string {
  return OUTCOME_NAMES[outcome] ?? String(outcome);
}

function signatures(books: Books): Names["signature"] {
  const rows = books.ledger.prepare("SELECT account, no, text FROM signature").all() as (Ints<"account" | "no"> & { readonly text: string })[];
  const texts = new Map(rows.map(({ account, no, text }) => [`${account}:${no}`, text]));
  return (account, no) => texts.get(`${account}:${no}`) ?? "";
}

function party(books: Books, no: number): EvidenceParty | null {
  const account = books.ledger.accountRowByNo(no)?.account;
  return account === undefined ? null : { account: account.name, state: account.state, party: account.party, partyContact: account.partyContact, contractNo: account.contractNo };
}

/** What the audit log says since `fromMs` of these messages, complaints and accounts, oldest first. */
function* readActs(books: Books, fromMs: number, found: Gathered, complaints: ReadonlySet<number>): Generator<undefined, EvidenceAct[]> {
  const ids = new Set(found.messages.map(({ messageId }) => messageId));
  const step = books.ledger.prepare(`SELECT no, at, actor, what, reason, subject FROM audit WHERE no < ? ORDER BY no DESC LIMIT ${AUDIT_STEP}`);
  const acts: EvidenceAct[] = [];
  for (let before = BigInt(Number.MAX_SAFE_INTEGER); acts.length < MOST_ACTS; ) {
    const rows = step.all(before) as (Ints<"no" | "at"> & Readonly<Record<"actor" | "what" | "reason" | "subject", string>>)[];
    for (const { no, at, actor, what, reason, subject } of rows) {
      before = no;
      if (Number(at) < fromMs) return acts.reverse();
      if (!concerns(subject, what, ids, found.accounts, complaints)) continue;
      acts.push({ no: Number(no), atMs: Number(at), actor, what: reason === "" ? what : `${what} (reason: ${reason})` });
      if (acts.length >= MOST_ACTS) found.cut = true;
    }
    if (rows.length < AUDIT_STEP) break;
    yield undefined;
  }
  return acts.reverse();
}

function concerns(subject: string, what: string, ids: ReadonlySet<number>, accounts: ReadonlySet<number>, complaints: ReadonlySet<number>): boolean {
  const [kind = "", no = ""] = subject.split(":");
  if (kind === "complaint") return complaints.has(Number(no));
  if (SUBJECTS[kind]?.ofAccount === true && kind !== "topup" && kind !== "invoice") return accounts.has(Number(no));
  for (const match of what.matchAll(/\bmessages? (\d{1,16})\b/g)) if (ids.has(Number(match[1]))) return true;
  return false;
}
