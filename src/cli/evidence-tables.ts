/**
 * Evidence tables: a pack of evidence as titled tables, the same for the terminal and for the printable page.
 */
import type { EvidenceReport } from "../admin/evidence-methods.js";
import { localTime } from "./business-time.js";
import { evidenceWord } from "./evidence-words.js";
import type { EvidenceLanguage, EvidenceWord } from "./evidence-words.js";

export interface EvidenceTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface EvidenceSheet {
  readonly title: string;
  /** Of the head: what, and its value. */
  readonly head: readonly (readonly [name: string, value: string])[];
  /** What a reader must know of the whole. */
  readonly remarks: readonly string[];
  readonly tables: readonly EvidenceTable[];
  /** Said under a title without rows. */
  readonly nothing: string;
}

export function evidenceSheet(report: EvidenceReport, language: EvidenceLanguage, zoneMinutes: number): EvidenceSheet {
  const word = (name: EvidenceWord): string => evidenceWord(name, language);
  const at = (iso: string): string => localTime(iso, zoneMinutes);
  const words = (...names: readonly EvidenceWord[]): string[] => names.map(word);
  const part = (no: number, of: number): string => (of > 1 ? ` (${no}/${of})` : "");
  const texts: readonly EvidenceWord[] = report.texts ? ["text"] : [];
  const withText = (text: string | null): string[] => (report.texts ? [text ?? "-"] : []);
  const { days } = report;
  return {
    title: word("title"),
    nothing: word("nothing"),
    head: [
      [word("number"), report.to],
      [word("tag"), report.tag],
      [word("period"), `${at(report.from)} .. ${at(report.until)}`],
      [word("days"), days.length === 0 ? word("noDays") : `${days.length}: ${days[0] ?? ""} .. ${days.at(-1) ?? ""}`],
      ...(report.complaint === null ? [] : [[word("complaintNo"), String(report.complaint)] as const]),
    ],
    remarks: [...(report.cut ? [word("cut")] : []), ...(report.texts ? [] : [word("withoutTexts")])],
    tables: [
      {
        title: word("messages"),
        columns: words("time", "id", "account", "from", "to", "signature", "segments", "state", "sent", "operator", "theirId", "receipt", ...texts),
        rows: report.messages.map((one) => [
          at(one.acceptedAt), one.messageId, one.account, one.source, one.destination, one.signature || "-",
          `${one.segments}${part(one.segmentNumber, one.segmentTotal)}`, one.state, at(one.sentAt), one.operator || "-", one.operatorMessageId || "-",
          one.receipt === null ? "-" : `${one.receipt.word || one.receipt.state} ${one.receipt.error} ${at(one.receipt.at)}`.replace(/\s+/g, " "),
          ...withText(one.text),
        ]),
      },
      {
        title: word("inbound"), columns: words("time", "account", "operator", "from", "to", ...texts),
        rows: report.inbound.map((one) => [at(one.at), one.account || "-", one.operator || "-", one.source, one.destination, ...withText(one.text)]),
      },
      {
        title: word("refusals"), columns: words("time", "account", "from", "to", "reason", "rule", ...texts),
        rows: report.refusals.map((one) => [at(one.at), one.account, one.source, one.destination, one.outcome, one.rule || "-", ...withText(one.text)]),
      },
      {
        title: word("consents"), columns: words("time", "kind", "account", "signature", "until", "source", "id", "ended"),
        rows: report.consents.map((one) => [
          at(one.at), one.kind, one.account || "*", one.signature || "-", one.beside || "-", one.source || "-", one.messageId || "-",
          one.endedAt === "" ? "" : `${at(one.endedAt)} ${one.endedBy}`.trim(),
        ]),
      },
      {
        title: word("complaints"), columns: words("no", "time", "due", "answered", "state", "source", "account", "done"),
        rows: report.complaints.map((one) => [
          String(one.id), at(one.at), at(one.due), at(one.answeredAt), one.state, one.source, one.account || "-",
          one.lines.map((line) => `${at(line.at)} ${line.actor} ${line.kind}: ${line.text}`).join("; "),
        ]),
      },
      {
        title: word("parties"), columns: words("account", "state", "party", "contact", "contract"),
        rows: report.parties.map((one) => [one.account, one.state, one.party || "-", one.partyContact || "-", one.contractNo || "-"]),
      },
      {
        title: word("acts"), columns: words("no", "time", "who", "what"),
        rows: report.acts.map((one) => [String(one.no), at(one.at), one.actor, one.what]),
      },
    ],
  };
}
