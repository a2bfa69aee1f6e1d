/**
 * Alarms: the one place that every alarm goes through: told once when it begins and once when it is over.
 *
 * ```
 *  set(kind, subject, on) ─ as it was? ─▶ nothing
 *            │ changed
 *            ├─▶ a log line (alarm_raised | alarm_cleared)
 *            ├─▶ the gauge tollgate_alarm
 *            ├─▶ the webhooks
 *            └─▶ alarms.json in the data folder: what stands there is not told again after a restart
 * ```
 */
import { readFileSync, renameSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../protocols/wire/clock.js";
import type { ALARMS, AlarmKind, AlarmSink } from "../contract/alarm.js";
import type { Log } from "./log.js";
import type { Series } from "./metrics.js";
import type { AlarmEvent, WaitingEvent, Webhooks } from "./webhook.js";

/** Alarms that may stand at once; more are counted and logged, not kept. */
export const MAX_RAISED = 5_000;
const MAX_SUBJECT_UNITS = 100;
const MAX_DETAIL_UNITS = 300;

/** An alarm that stands. */
export interface RaisedAlarm {
  readonly kind: AlarmKind;
  readonly subject: string;
  readonly detail: string;
  /** Wall ms. */
  readonly sinceMs: number;
}

export interface AlarmsParts {
  readonly clock: Clock;
  readonly log: Log;
  /** null: nobody is told by webhook. */
  readonly webhooks: Webhooks | null;
  /** The folder that alarms.json lies in. */
  readonly dir: string;
  /** What each kind means, the closed list itself. */
  readonly kinds: typeof ALARMS;
  /** Whether this is the name of an account or operator of ours: no other may stand in a metric's label. */
  isName(subject: string): boolean;
}

/** What is kept over a restart. */
interface Kept {
  readonly raised: readonly RaisedAlarm[];
  readonly waiting: readonly WaitingEvent[];
  /** Wall ms at which the gateway was last seen alive; 0 = not known. */
  readonly aliveMs: number;
  /** Why it was stopped in good order, at aliveMs; "" = it ended by itself, or runs. */
  readonly stopped: string;
}

export class Alarms implements AlarmSink {
  readonly #parts: AlarmsParts;
  readonly #path: string;
  readonly #raised = new Map<string, RaisedAlarm>();
  #saving: Promise<void> | null = null;
  #dirty = false;
  /** Before load() the folder may be another process's. */
  #loaded = false;
  #lastEvent = 0;
  #aliveMs = 0;
  #stopped = "";
  /** Alarms that found no room, since start. */
  overflowed = 0;

  constructor(parts: AlarmsParts) {
    this.#parts = parts;
    this.#path = join(parts.dir, "alarms.json");
    if (parts.webhooks !== null) parts.webhooks.settled = () => this.#save();
  }

  /**
   * Takes over what stood when the gateway last ended, and what the webhooks had not been told then; the data folder is there.
   * @returns when it was last seen alive (wall ms, 0 when nobody knows), and why it was stopped ("": it ended by itself)
   */
  load(): { readonly atMs: number; readonly reason: string } {
    this.#loaded = true;
    const kept = this.#read();
    for (const alarm of kept.raised) this.#raised.set(keyOf(alarm.kind, alarm.subject), alarm);
    this.#parts.webhooks?.restore(kept.waiting);
    this.#aliveMs = kept.aliveMs;
    this.#stopped = kept.stopped;
    return { atMs: kept.aliveMs, reason: kept.stopped };
  }

  get size(): number {
    return this.#raised.size;
  }

  /** Oldest first. */
  get raised(): readonly RaisedAlarm[] {
    return [...this.#raised.values()];
  }

  isRaised(kind: AlarmKind, subject: string): boolean {
    return this.#raised.has(keyOf(kind, subject));
  }

  set(kind: AlarmKind, subject: string, on: boolean, detail: string): void {
    const about = subject.slice(0, MAX_SUBJECT_UNITS);
    const key = keyOf(kind, about);
    const raised = this.#raised.get(key);
    if (on === (raised !== undefined)) return;
    const { clock, log, webhooks } = this.#parts;
    const words = detail.slice(0, MAX_DETAIL_UNITS);
    const { wallMs } = clock;
    if (on) {
      if (this.#raised.size >= MAX_RAISED) {
        this.overflowed++;
        log.sampled("error", "alarms_full", kind, { kind, subject: about, most: MAX_RAISED, hint: "as many alarms stand as are kept: `tollgate alarms` lists them" });
        return;
      }
      this.#raised.set(key, { kind, subject: about, detail: words, sinceMs: wallMs });
      log.warn("alarm_raised", { kind, subject: about, meaning: this.#parts.kinds[kind], detail: words });
    } else {
      this.#raised.delete(key);
      log.info("alarm_cleared", { kind, subject: about, detail: words, seconds: Math.round((wallMs - (raised as RaisedAlarm).sinceMs) / 1000) });
    }
    webhooks?.send(this.#event(on ? "alarm_raised" : "alarm_cleared", kind, about, words));
    this.#save();
  }

  /** A test to every webhook, at once and beside the queue. */
  test(): ReturnType<Webhooks["test"]> {
    return this.#parts.webhooks?.test(this.#event("alarm_test", "", "", "a test: nothing is wrong")) ?? Promise.resolve([]);
  }

  /** For tollgate_alarm: 1 for each that stands. */
  series(): Series {
    return this.raised.map(({ kind, subject }) => [{ kind, account: this.#parts.isName(subject) ? subject : "" }, 1] as const);
  }

  /** Notes that the gateway lives, or (with a reason) that it is being stopped. */
  alive(wallMs: number, stopped = ""): void {
    this.#aliveMs = wallMs;
    this.#stopped = stopped;
    this.#save();
  }

  /** Stops telling; resolves when what stands, and what was not told, is on disk. */
  async close(): Promise<void> {
    this.#parts.webhooks?.close();
    this.#save();
    while (this.#saving !== null) await this.#saving;
  }

  #event(event: AlarmEvent["event"], kind: AlarmEvent["kind"], subject: string, detail: string): AlarmEvent {
    const { wallMs } = this.#parts.clock;
    // Never the same twice, also when two come in one millisecond or the clock steps back.
    this.#lastEvent = Math.max(this.#lastEvent + 1, wallMs * 1000);
    return { id: this.#lastEvent.toString(36), event, kind, subject, detail, at: new Date(wallMs).toISOString() };
  }

  /** Writes go one after the other; changes during one are in the next. */
  #save(): void {
    if (!this.#loaded) return;
    this.#dirty = true;
    this.#saving ??= this.#write().finally(() => {
      this.#saving = null;
    });
  }

  async #write(): Promise<void> {
    while (this.#dirty) {
      this.#dirty = false;
      const kept: Kept = { raised: this.raised, waiting: this.#parts.webhooks?.waiting() ?? [], aliveMs: this.#aliveMs, stopped: this.#stopped };
      try {
        const file = await open(`${this.#path}.new`, "w", 0o640);
        try {
          await file.writeFile(JSON.stringify(kept));
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(`${this.#path}.new`, this.#path);
      } catch (error) {
        this.#parts.log.sampled("error", "alarms_not_kept", "", { reason: error instanceof Error ? error.message : String(error), hint: "alarms that stand would be told again after a restart" });
      }
    }
  }

  #read(): Kept {
    try {
      return keptOf(JSON.parse(readFileSync(this.#path, "utf8")), this.#parts.kinds);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
        this.#parts.log.warn("alarms_unreadable", { path: this.#path, reason: error instanceof Error ? error.message : String(error), hint: "it is put aside; alarms that stand are told again" });
        try {
          renameSync(this.#path, `${this.#path}.bad`);
        } catch {
          // The next write replaces it.
        }
      }
      return { raised: [], waiting: [], aliveMs: 0, stopped: "" };
    }
  }
}

/** What a file says stands, read without a daemon; empty when there is none or it cannot be read. */
export function readRaised(dir: string, kinds: typeof ALARMS): readonly RaisedAlarm[] {
  try {
    return keptOf(JSON.parse(readFileSync(join(dir, "alarms.json"), "utf8")), kinds).raised;
  } catch {
    return [];
  }
}

function keyOf(kind: AlarmKind, subject: string): string {
  return `${kind} ${subject}`;
}

/** Takes only what is as it should be; kinds of another version are left out. */
function keptOf(json: unknown, kinds: typeof ALARMS): Kept {
  const { raised = [], waiting = [], aliveMs = 0, stopped = "" } = json as Partial<Record<keyof Kept, unknown>>;
  const alarms = Array.isArray(raised) ? (raised as readonly Partial<RaisedAlarm>[]) : [];
  const events = Array.isArray(waiting) ? (waiting as readonly Partial<WaitingEvent>[]) : [];
  return {
    raised: alarms.slice(0, MAX_RAISED).flatMap(({ kind, subject, detail, sinceMs }) =>
      typeof kind === "string" && Object.hasOwn(kinds, kind) && typeof subject === "string" && typeof detail === "string" && typeof sinceMs === "number"
        ? [{ kind, subject, detail, sinceMs }]
        : []),
    waiting: events.flatMap(({ url, event }) => (typeof url === "string" && typeof event?.id === "string" ? [{ url, event }] : [])),
    aliveMs: typeof aliveMs === "number" ? aliveMs : 0,
    stopped: typeof stopped === "string" ? stopped : "",
  };
}
