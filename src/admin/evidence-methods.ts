/**
 * Evidence methods: the part of the admin API that hands out packs of evidence about a number; each is audited, by a tag of the number.
 */
import { z } from "zod";
import { normaliseDestination } from "../../protocols/model/address.js";
import type { EvidenceAct, EvidenceInbound, EvidenceMessage, EvidencePack, EvidenceParty, EvidenceRefusal } from "../store/query.js";
import { complaintOf, complaintReport, quiet } from "./complaint-methods.js";
import type { ComplaintReport } from "./complaint-methods.js";
import { AdminError } from "./errors.js";
import type { AdminHost } from "./host.js";
import { ask, change } from "./ledger-calls.js";
import { listedOf } from "./number-methods.js";
import type { NumberReport } from "./number-methods.js";
import { asked, wallMs } from "./params.js";
import { isoTime } from "./reports.js";

/** With texts a reason must be given. */
const wanted = { ...asked, fromMs: wallMs, toMs: wallMs, texts: z.boolean().default(false) };

export const EVIDENCE_METHODS = {
  "evidence": z.strictObject({ ...wanted, to: z.string().min(3).max(32) }),
  /** The pack of the number that a complaint is about; noted in the register. */
  "complaint.evidence": z.strictObject({ ...wanted, id: z.int().min(1) }),
} as const;

type Params<M extends keyof typeof EVIDENCE_METHODS> = z.output<(typeof EVIDENCE_METHODS)[M]>;
type Wanted = Omit<Params<"evidence">, "to">;

export interface EvidenceResults {
  "evidence": EvidenceReport;
  "complaint.evidence": EvidenceReport;
}

type Timed<T, K extends string> = Omit<T, K>;

export interface EvidenceReport {
  readonly to: string;
  /** Names the number in the audit log. */
  readonly tag: string;
  readonly from: string;
  readonly until: string;
  /** The days whose books were read. */
  readonly days: readonly string[];
  readonly cut: boolean;
  /** Whether texts are in it. */
  readonly texts: boolean;
  /** The one it was made for, null when it was made for none. */
  readonly complaint: number | null;
  readonly messages: readonly (Timed<EvidenceMessage, "messageId" | "acceptedAtMs" | "sentAtMs" | "receipt"> & {
    readonly messageId: string; readonly acceptedAt: string; readonly sentAt: string;
    readonly receipt: { readonly state: string; readonly word: string; readonly error: string; readonly at: string } | null;
  })[];
  readonly inbound: readonly (Timed<EvidenceInbound, "atMs"> & { readonly at: string })[];
  readonly refusals: readonly (Timed<EvidenceRefusal, "atMs"> & { readonly at: string })[];
  readonly parties: readonly EvidenceParty[];
  /** What is on record of the person's own will, and where else the number stands or stood. */
  readonly consents: readonly NumberReport[];
  readonly complaints: readonly ComplaintReport[];
  readonly acts: readonly (Timed<EvidenceAct, "atMs"> & { readonly at: string })[];
}

export const EVIDENCE_ANSWERS = {
  "evidence": (host: AdminHost, { to, ...asking }: Params<"evidence">): Promise<EvidenceReport> => {
    const number = normaliseDestination(to, 0);
    if (number === null) throw new AdminError("invalid_value", "to: is no telephone number");
    return pack(host, number, asking, null);
  },
  "complaint.evidence": async (host: AdminHost, { id, ...asking }: Params<"complaint.evidence">): Promise<EvidenceReport> => {
    const { number } = await complaintOf(host, id);
    if (number === "") throw new AdminError("invalid_value", `complaint ${id}: the person it was about was forgotten`);
    const report = await pack(host, number, asking, id);
    await change(host, { kind: "complaint.line", id, line: "evidence", text: summary(report), ...quiet(asking) });
    return report;
  },
};

async function pack(host: AdminHost, number: string, { fromMs, toMs, texts, ...asker }: Wanted, complaint: number | null): Promise<EvidenceReport> {
  if (fromMs >= toMs) throw new AdminError("invalid_params", "evidence: the period ends before it begins");
  if (texts && (asker.reason ?? "").trim() === "") throw new AdminError("invalid_value", "texts are shown for a reason only", "say why with --reason; it goes into the audit log");
  const tag = await host.keys.tag(number);
  const { pack: found } = await ask(host, { kind: "evidence", number, fromMs, toMs, texts });
  // Short codes stand on no list.
  const consents = /^(1[3-9][0-9]{9}|\+.*)$/.test(number) ? await listedOf(host, number) : [];
  const report = evidenceReport(found, consents, tag, texts, complaint);
  // Nothing is handed out that the log does not tell of.
  const whose = complaint === null ? "" : ` for complaint ${complaint}`;
  await change(host, { kind: "audit", what: `evidence of number ${tag}${whose}: ${summary(report)}`, ...quiet(asker) });
  return report;
}

function summary({ messages, inbound, refusals, texts, from, until }: EvidenceReport): string {
  return `${messages.length} messages, ${inbound.length} inbound, ${refusals.length} refusals, ${texts ? "with texts" : "without texts"}, ${from} to ${until}`;
}

function evidenceReport(found: EvidencePack, consents: readonly NumberReport[], tag: string, texts: boolean, complaint: number | null): EvidenceReport {
  const timed = <T extends { readonly atMs: number }>({ atMs, ...same }: T): Omit<T, "atMs"> & { readonly at: string } => ({ ...same, at: isoTime(atMs) });
  return {
    to: found.number, tag, from: isoTime(found.fromMs), until: isoTime(found.toMs), days: found.days, cut: found.cut, texts, complaint,
    messages: found.messages.map(({ messageId, acceptedAtMs, sentAtMs, receipt, ...same }) => ({
      messageId: String(messageId), acceptedAt: isoTime(acceptedAtMs), sentAt: isoTime(sentAtMs), ...same, receipt: receipt === null ? null : timed(receipt),
    })),
    inbound: found.inbound.map(timed),
    refusals: found.refusals.map(timed),
    parties: found.parties,
    consents,
    complaints: found.complaints.map(complaintReport),
    acts: found.acts.map(timed),
  };
}

