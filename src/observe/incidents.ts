/**
 * Incidents: notes when an operator was not to be had, when the gateway itself was away, and what was announced before.
 *
 * ```
 *  links, once a second ─ none bound ─▶ begun ─ for 5 s ─▶ in the ledger, open ─ one bound ─▶ ended, with who waited meanwhile
 *  start ─ stopped in good order before? ─▶ restart      ─ last seen alive? ─▶ gateway
 * ```
 * An outage is noted with the moment it began, not with that of its writing; shorter ones than 5 s are a reconnect and no incident.
 */
import type { Clock } from "../../protocols/wire/clock.js";
import type { AlarmSink } from "../contract/alarm.js";
import type { Incident } from "../ledger/incident.js";
import type { Store } from "../store/store.js";

const SECOND_MS = 1_000;
/** A link that is bound again sooner was reconnected. */
export const LEAST_MS = 5_000;
const MOST_NAMED = 200;

export interface IncidentParts {
  readonly clock: Clock;
  readonly store: Pick<Store, "change" | "query">;
  readonly alarms: AlarmSink;
  operators(): Iterable<{ readonly name: string; readonly operatorNo: number; readonly anyBound: boolean }>;
  /** Names of accounts that have messages waiting for the operator now. */
  waitingFor(operatorNo: number): Iterable<string>;
  failed(reason: string): void;
}

interface Outage {
  readonly begunMs: number;
  readonly accounts: Set<string>;
  written: boolean;
}

/** How the gateway last ended, as far as anybody knows. */
export interface LastEnd {
  /** Wall ms of the end; 0 = it has never run, or nobody knows. */
  readonly atMs: number;
  /** Stopped in good order: why; "" = it ended by itself. */
  readonly reason: string;
}

export class Incidents {
  readonly #parts: IncidentParts;
  readonly #down = new Map<string, Outage>();
  #planned: Incident[] = [];
  #atMs = -Infinity;

  constructor(parts: IncidentParts) {
    this.#parts = parts;
  }

  /** Takes over what was open when the gateway last ended, and notes how long it was away. */
  async start(last: LastEnd): Promise<void> {
    const { wallMs } = this.#parts.clock;
    if (last.atMs > 0 && last.atMs < wallMs) {
      const restart = last.reason !== "";
      await this.#write({
        kind: restart ? "restart" : "gateway", subject: "gateway", begunMs: last.atMs, endedMs: wallMs, announcedMs: 0, accounts: [],
        detail: restart ? last.reason : "it had ended by itself; the beginning is when it was last seen alive",
      });
    }
    try {
      const answer = await this.#parts.store.query({ kind: "incidents", fromMs: wallMs, toMs: Number.MAX_SAFE_INTEGER, limit: 1_000 });
      if (answer.kind !== "incidents") return;
      for (const incident of answer.incidents) {
        if (incident.kind === "operator" && incident.endedMs === 0) this.#down.set(incident.subject, { begunMs: incident.begunMs, accounts: new Set(incident.accounts), written: true });
        if (incident.kind === "planned") this.#planned.push(incident);
      }
    } catch (error) {
      this.#parts.failed(error instanceof Error ? error.message : String(error));
    }
  }

  /** An interruption is announced. */
  announced(incident: Incident): void {
    this.#planned = [...this.#planned.filter(({ begunMs }) => begunMs !== incident.begunMs), incident];
    this.#atMs = -Infinity;
  }

  /** On the shared tick. */
  tick(nowMs: number): void {
    if (nowMs - this.#atMs < SECOND_MS) return;
    this.#atMs = nowMs;
    const { wallMs } = this.#parts.clock;
    for (const operator of this.#parts.operators()) this.#look(operator.name, operator.operatorNo, operator.anyBound, wallMs);
    this.#planned = this.#planned.filter(({ endedMs }) => endedMs > wallMs);
    const [next] = this.#planned;
    this.#parts.alarms.set("maintenance", "gateway", next !== undefined, next === undefined ? "over" : `from ${new Date(next.begunMs).toISOString()} to ${new Date(next.endedMs).toISOString()}: ${next.detail}`);
  }

  #look(name: string, operatorNo: number, bound: boolean, wallMs: number): void {
    let outage = this.#down.get(name);
    if (bound) {
      if (outage === undefined) return;
      this.#down.delete(name);
      if (outage.written) void this.#write(incidentOf(name, outage, Math.max(outage.begunMs + 1, wallMs)));
      return;
    }
    if (outage === undefined) {
      outage = { begunMs: wallMs, accounts: new Set(), written: false };
      this.#down.set(name, outage);
    }
    for (const account of this.#parts.waitingFor(operatorNo)) if (outage.accounts.size < MOST_NAMED) outage.accounts.add(account);
    if (outage.written || wallMs - outage.begunMs < LEAST_MS) return;
    outage.written = true;
    void this.#write(incidentOf(name, outage, 0));
  }

  async #write(incident: Incident): Promise<void> {
    try {
      const result = await this.#parts.store.change({ kind: "incident", actor: "gateway", incident });
      if (!result.ok) this.#parts.failed(result.message);
    } catch (error) {
      this.#parts.failed(error instanceof Error ? error.message : String(error));
    }
  }
}

function incidentOf(name: string, { begunMs, accounts }: Outage, endedMs: number): Incident {
  return { kind: "operator", subject: name, begunMs, endedMs, announcedMs: 0, accounts: [...accounts].sort(), detail: "no link was bound" };
}
