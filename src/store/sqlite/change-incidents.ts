/**
 * Change of incidents: what did not work, and when; a measurement and no decision, so that only announcements go into the audit log.
 */
import { INCIDENT_KINDS, MAX_AFFECTED, type Incident } from "../../ledger/incident.js";
import { Refused, isLine, type Applied, type ChangeContext, type Of } from "./change-context.js";
import type { LedgerDb } from "./ledger-db.js";

/** Incidents kept; the oldest give way, announced ones among them. */
const MOST = 100_000;

export function writeIncident(change: ChangeContext, { incident }: Of<"incident">): Applied {
  const { ledger } = change;
  const { kind, subject, begunMs, endedMs, announcedMs, accounts, detail } = incident;
  if (!INCIDENT_KINDS.includes(kind) || !isLine(subject, 64) || subject === "" || !isLine(detail, 300)) throw new Refused("invalid_value", "an incident has a kind, a subject and a line of detail");
  if (!Number.isSafeInteger(begunMs) || begunMs <= 0 || (endedMs !== 0 && !(endedMs > begunMs))) throw new Refused("invalid_value", "an incident ends after it begins");
  if (accounts.length > MAX_AFFECTED) throw new Refused("invalid_value", `an incident names at most ${MAX_AFFECTED} accounts`);
  ledger.prepare(`INSERT INTO incident (kind, subject, begun, ended, announced, accounts, detail) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (kind, subject, begun) DO UPDATE SET ended = excluded.ended, announced = excluded.announced, accounts = excluded.accounts, detail = excluded.detail`)
    .run(kind, subject, begunMs, endedMs, announcedMs, JSON.stringify(accounts), detail);
  ledger.prepare(`DELETE FROM incident WHERE no <= (SELECT max(no) FROM incident) - ${MOST}`).run();
  if (kind === "planned") change.log(`interruption announced from ${new Date(begunMs).toISOString()} to ${new Date(endedMs).toISOString()}: ${detail}`, "");
  return { result: { ok: true, repeated: false }, effect: null };
}

/** Those that touch a half-open stretch of time, oldest first. */
export function readIncidents(ledger: LedgerDb, fromMs: number, toMs: number, limit: number): Incident[] {
  const sql = "SELECT kind, subject, begun, ended, announced, accounts, detail FROM incident WHERE begun < ? AND (ended = 0 OR ended > ?) ORDER BY begun, no LIMIT ?";
  const rows = ledger.prepare(sql).all(toMs, fromMs, limit) as
    { kind: Incident["kind"]; subject: string; begun: bigint; ended: bigint; announced: bigint; accounts: string; detail: string }[];
  return rows.map(({ kind, subject, begun, ended, announced, accounts, detail }) => ({
    kind, subject, begunMs: Number(begun), endedMs: Number(ended), announcedMs: Number(announced), accounts: JSON.parse(accounts) as string[], detail,
  }));
}
