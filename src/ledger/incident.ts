/**
 * Incident: a stretch of time in which something did not work or was not to work, as it stands in the ledger.
 */

/**
 * `operator`: no link of it was bound; `restart`: the gateway was stopped in good order and started again; `gateway`: it had ended by
 * itself; `planned`: an interruption that was announced.
 */
export const INCIDENT_KINDS = ["operator", "restart", "gateway", "planned"] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];

/** The same kind, subject and beginning are the same incident. */
export interface Incident {
  readonly kind: IncidentKind;
  /** The operator's name; "gateway" else. */
  readonly subject: string;
  /** Wall ms. */
  readonly begunMs: number;
  /** Wall ms; 0 while it goes on. */
  readonly endedMs: number;
  /** Wall ms at which it was announced; 0 = it was not. */
  readonly announcedMs: number;
  /** Names of accounts that had messages waiting for it; none of a restart: all are. */
  readonly accounts: readonly string[];
  readonly detail: string;
}

/** Accounts named with one incident; more are counted in its detail. */
export const MAX_AFFECTED = 200;
