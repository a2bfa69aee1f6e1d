/**
 * Complaint methods: the part of the admin API that keeps the register of complaints and their working-hours clock.
 */
import { z } from "zod";
import { maskNumber, normaliseDestination } from "../../protocols/model/address.js";
import type { Complaint } from "../ledger/complaint.js";
import { maskNumber as maskNumbers } from "../observe/mask.js";
import { AdminError } from "./errors.js";
import type { AdminHost } from "./host.js";
import { ask, by, change } from "./ledger-calls.js";
import { asked } from "./params.js";
import { isoTime } from "./reports.js";

const id = z.int().min(1);
const note = z.string().max(2_000);

export const COMPLAINT_METHODS = {
  /** `at`: when it came in, now when left out; the clock runs from then. */
  "complaint.add": z.strictObject({
    ...asked, to: z.string().min(3).max(32), source: z.string().min(1).max(64), account: z.string().max(64).default(""), note: note.default(""),
    atMs: z.int().min(0).max(8_640_000_000_000_000),
  }),
  "complaint.list": z.strictObject({ all: z.boolean().default(false), limit: z.int().min(1).max(1_000) }),
  "complaint.show": z.strictObject({ id }),
  "complaint.note": z.strictObject({ ...asked, id, note }),
  "complaint.answer": z.strictObject({ ...asked, id, note }),
  "complaint.close": z.strictObject({ ...asked, id, note: note.default("") }),
} as const;

type Params<M extends keyof typeof COMPLAINT_METHODS> = z.output<(typeof COMPLAINT_METHODS)[M]>;

export interface ComplaintResults {
  "complaint.add": ComplaintReport;
  "complaint.list": readonly ComplaintReport[];
  "complaint.show": ComplaintReport;
  "complaint.note": ComplaintReport;
  "complaint.answer": ComplaintReport;
  "complaint.close": ComplaintReport;
}

/** A complaint for people: numbers masked, in its words too. */
export interface ComplaintReport {
  readonly id: number;
  readonly at: string;
  readonly due: string;
  readonly state: string;
  readonly source: string;
  readonly account: string;
  /** Masked; "" when the person was forgotten. */
  readonly to: string;
  /** "" while there is none. */
  readonly answeredAt: string;
  /** What must be known of the due time; "" where nothing is. */
  readonly remark: string;
  readonly lines: readonly { readonly at: string; readonly actor: string; readonly kind: string; readonly text: string }[];
}

export const COMPLAINT_ANSWERS = {
  "complaint.add": async (host: AdminHost, { to, source, account, note: words, atMs, ...asker }: Params<"complaint.add">): Promise<ComplaintReport> => {
    const number = normaliseDestination(to, 0);
    if (number === null) throw new AdminError("invalid_value", "to: is no telephone number");
    const calendar = host.calendar();
    const dueMs = calendar.after(atMs, host.complaintMs);
    const { complaintId = 0 } = await change(host, { kind: "complaint.add", number, source: maskNumbers(source), account, note: words, dueMs, ...quiet(asker) });
    const report = await show(host, complaintId);
    return calendar.knows(dueMs) ? report : { ...report, remark: `the table of holidays does not know the year of ${isoTime(dueMs)}: only days of the week were counted` };
  },
  "complaint.list": async (host: AdminHost, { all, limit }: Params<"complaint.list">): Promise<readonly ComplaintReport[]> =>
    (await ask(host, { kind: "complaints", which: all ? "all" : "open", limit })).complaints.map(complaintReport),
  "complaint.show": (host: AdminHost, params: Params<"complaint.show">): Promise<ComplaintReport> => show(host, params.id),
  "complaint.note": (host: AdminHost, params: Params<"complaint.note">): Promise<ComplaintReport> => line(host, params, "note"),
  "complaint.answer": (host: AdminHost, params: Params<"complaint.answer">): Promise<ComplaintReport> => line(host, params, "answer"),
  "complaint.close": (host: AdminHost, params: Params<"complaint.close">): Promise<ComplaintReport> => line(host, params, "close"),
};

/** The whole of a complaint, number and all. Throws AdminError `no_such_complaint`. */
export async function complaintOf(host: AdminHost, no: number): Promise<Complaint> {
  const { complaint } = await ask(host, { kind: "complaint", id: no });
  if (complaint === null) throw new AdminError("no_such_complaint", `there is no complaint ${no}`, "tollgate complaint list --all names them all");
  return complaint;
}

async function show(host: AdminHost, no: number): Promise<ComplaintReport> {
  return complaintReport(await complaintOf(host, no));
}

async function line(host: AdminHost, { id: no, note: text, ...asker }: Params<"complaint.note">, kind: "note" | "answer" | "close"): Promise<ComplaintReport> {
  await change(host, { kind: "complaint.line", id: no, line: kind, text, ...quiet(asker) });
  return show(host, no);
}

/** A reason goes into the audit log, where no number may stand. */
export function quiet(asker: { readonly actor: string; readonly reason?: string | undefined }): { actor: string; reason?: string } {
  const who = by(asker);
  return who.reason === undefined ? who : { ...who, reason: maskNumbers(who.reason) };
}

export function complaintReport(complaint: Complaint): ComplaintReport {
  const { id: no, atMs, dueMs, state, source, account, number, answeredAtMs, lines } = complaint;
  return {
    id: no, at: isoTime(atMs), due: isoTime(dueMs), state, source, account, to: maskNumber(number), answeredAt: isoTime(answeredAtMs), remark: "",
    lines: lines.map(({ atMs: when, actor, kind, text }) => ({ at: isoTime(when), actor, kind, text: maskNumbers(text) })),
  };
}
