/**
 * Complaints: the register as it stands in ledger.db, for reading.
 */
import type { Complaint, ComplaintLine, ComplaintLineKind, ComplaintState } from "../../ledger/complaint.js";
import type { Books, Ints } from "./books.js";

type Row = Ints<"id" | "at" | "due" | "answered_at"> & { readonly source: string; readonly state: ComplaintState; readonly number: string | null; readonly name: string | null };

const ROWS = `SELECT c.id, c.at, c.due, c.source, c.state, c.answered_at, p.number, a.name
  FROM complaint c LEFT JOIN complaint_person p ON p.complaint = c.id LEFT JOIN account a ON a.no = c.account`;

/** Those to be answered, next due first; or all, newest first. Without their lines. */
export function readComplaints(books: Books, which: "open" | "all", limit: number): readonly Complaint[] {
  const rest = which === "open" ? "WHERE c.state = 'open' ORDER BY c.due, c.id LIMIT ?" : "ORDER BY c.id DESC LIMIT ?";
  return (books.ledger.prepare(`${ROWS} ${rest}`).all(limit) as Row[]).map((row) => complaint(row, []));
}

/** One with its lines; null when there is none. */
export function readComplaint(books: Books, id: number): Complaint | null {
  const row = books.ledger.prepare(`${ROWS} WHERE c.id = ?`).get(id) as Row | undefined;
  if (row === undefined) return null;
  const lines = books.ledger.prepare("SELECT no, at, actor, kind, text FROM complaint_line WHERE complaint = ? ORDER BY no").all(id) as
    (Ints<"no" | "at"> & { readonly actor: string; readonly kind: ComplaintLineKind; readonly text: string })[];
  return complaint(row, lines.map(({ no, at, ...same }) => ({ no: Number(no), atMs: Number(at), ...same })));
}

/** Complaints about messages to a number (in its normal form), oldest first. */
export function complaintsOf(books: Books, number: string): readonly Complaint[] {
  const ids = books.ledger.prepare("SELECT complaint FROM complaint_person WHERE number = ? ORDER BY complaint").pluck().all(number) as bigint[];
  return ids.map((id) => readComplaint(books, Number(id))).filter((one) => one !== null);
}

function complaint(row: Row, lines: readonly ComplaintLine[]): Complaint {
  const { id, at, due, answered_at: answeredAt, source, state, number, name } = row;
  return {
    id: Number(id), atMs: Number(at), dueMs: Number(due), source, account: name ?? "", number: number ?? "", state, answeredAtMs: Number(answeredAt), lines,
  };
}
