/**
 * Statement lines: which figures stand in a statement's head, in which order, whatever it is printed as.
 */
import type { TotalsReport } from "../admin/statement-report.js";
import { localTime } from "./business-time.js";
import type { Labels, Word } from "./statement-labels.js";

/** In the order of the identity: opening + top-ups + refunds - charges - forfeits = closing. */
export const MONEY_LINES: readonly (readonly [label: Word, value: (statement: TotalsReport) => string])[] = [
  ["opening", ({ opening }) => opening],
  ["topUps", ({ topUps }) => topUps],
  ["reversals", ({ reversals }) => reversals],
  ["refunds", ({ refunds }) => refunds],
  ["failureRefunds", ({ failureRefunds }) => failureRefunds],
  ["messageRefunds", ({ messageRefunds }) => messageRefunds],
  ["charges", ({ charges }) => charges],
  ["forfeits", ({ forfeits }) => forfeits],
  ["closing", ({ closing }) => closing],
  ["held", ({ held }) => held],
];

/** Those that are part of the line before. */
export const PART_LINES: ReadonlySet<Word> = new Set(["reversals", "failureRefunds", "messageRefunds", "held"]);

type Traffic = (statement: TotalsReport, labels: Labels, zoneMinutes: number) => string;

export const TRAFFIC_LINES: readonly (readonly [label: Word, value: Traffic])[] = [
  ["submitted", ({ submitted }) => String(submitted)],
  ["refusedMessages", ({ refusedMessages }) => String(refusedMessages)],
  ["accepted", ({ messages }) => String(messages)],
  ["segments", ({ segments }) => String(segments)],
  ["parts", ({ parts }) => String(parts)],
  ["delivered", ({ delivered }) => String(delivered)],
  ["failed", ({ failed }) => String(failed)],
  ["cancelled", ({ cancelled }) => String(cancelled)],
  ["unknown", ({ unknown }) => String(unknown)],
  ["pending", ({ pending }) => String(pending)],
  ["successRate", ({ successRate }) => (successRate === "" ? "-" : `${successRate}%`)],
  ["inbound", ({ inbound }) => String(inbound)],
  ["optOuts", ({ optOuts }) => String(optOuts)],
  ["peakSecond", ({ peakSecond }, labels, zone) => (peakSecond === null ? "-" : `${peakSecond.segments} ${labels.of("aSecond")}, ${localTime(peakSecond.at, zone)}`)],
  ["peakHour", ({ peakHour }, labels, zone) => (peakHour === null ? "-" : `${peakHour.messages} ${labels.of("anHour")}, ${localTime(peakHour.at, zone).slice(0, 16)}`)],
];
