/**
 * Timers: one session's deadlines as plain integers; `tick(now)` says what is due. No timer object, no clock inside.
 *
 * ```
 *   real time     bind deadline, write stall
 *   session time  enquire, idle, frame age, (the window's) response time
 * ```
 * Session time stands still while reading is paused, so that our own back-pressure never makes a live peer look dead.
 */
import type { SessionTimers } from "./protocol.js";

/** What a tick asks for; at most one at a time. */
export type Verdict =
  | "none"
  | "send_enquire"
  | "bind_deadline"
  | "enquire_unanswered"
  | "idle"
  | "frame_too_slow"
  | "write_stalled";

/** Probes in a row without a sign of life that end a session whose protocol does not say how many. */
export const ENQUIRE_TRIES = 2;

export class Timers {
  readonly #limits: SessionTimers;
  readonly #enquireMs: number;
  readonly #enquireTries: number;
  readonly #startedMs: number;
  #bound = false;
  #pausedAtMs = -1;
  #pausedTotalMs = 0;
  #heardMs: number;
  #transactionMs: number;
  #enquiredMs = -1;
  #enquires = 0;
  #frameSinceMs = -1;
  #stalledSinceMs = -1;
  #writtenOut = 0;

  /**
   * `jitter` in [0, 1) spreads the enquire interval over 90-110% so that sessions do not probe in step.
   * `enquireTries`, from 1: probes without a sign of life, the response time apart, before the session is given up.
   */
  constructor(limits: SessionTimers, nowMs: number, jitter: number, enquireTries = ENQUIRE_TRIES) {
    this.#limits = limits;
    this.#enquireTries = enquireTries;
    this.#enquireMs = Math.max(1, Math.round(limits.enquireMs * (0.9 + 0.2 * jitter)));
    this.#startedMs = nowMs;
    this.#heardMs = nowMs;
    this.#transactionMs = nowMs;
  }

  /** Session time at the real monotonic time `nowMs`. */
  sessionMs(nowMs: number): number {
    return (this.#pausedAtMs >= 0 ? this.#pausedAtMs : nowMs) - this.#pausedTotalMs;
  }

  get paused(): boolean {
    return this.#pausedAtMs >= 0;
  }

  bound(): void {
    this.#bound = true;
  }

  pause(nowMs: number): void {
    if (this.#pausedAtMs < 0) this.#pausedAtMs = nowMs;
  }

  resume(nowMs: number): void {
    if (this.#pausedAtMs < 0) return;
    this.#pausedTotalMs += nowMs - this.#pausedAtMs;
    this.#pausedAtMs = -1;
  }

  /** A read was handled: whole frames came (`frames` > 0), and octets of an unfinished one are held back or not. */
  read(nowMs: number, frames: number, partial: boolean): void {
    const now = this.sessionMs(nowMs);
    if (frames > 0) {
      this.#heardMs = now;
      this.#enquires = 0;
      this.#enquiredMs = -1;
    }
    if (!partial) this.#frameSinceMs = -1;
    else if (frames > 0 || this.#frameSinceMs < 0) this.#frameSinceMs = now;
  }

  /** Work was done on the session: puts the idle limit off. */
  transaction(nowMs: number): void {
    this.#transactionMs = this.sessionMs(nowMs);
  }

  /** What is due now. `waiting` octets lie in our send buffer; `writtenOut` have ever left it for the kernel. */
  tick(nowMs: number, waiting: number, writtenOut: number): Verdict {
    if (waiting === 0 || writtenOut !== this.#writtenOut) this.#stalledSinceMs = waiting === 0 ? -1 : nowMs;
    else if (this.#stalledSinceMs < 0) this.#stalledSinceMs = nowMs;
    this.#writtenOut = writtenOut;
    if (this.#stalledSinceMs >= 0 && nowMs - this.#stalledSinceMs >= this.#limits.writeStallMs) return "write_stalled";
    if (!this.#bound && nowMs - this.#startedMs >= this.#limits.bindMs) return "bind_deadline";
    if (this.#pausedAtMs >= 0) return "none";
    const now = nowMs - this.#pausedTotalMs;
    if (this.#frameSinceMs >= 0 && now - this.#frameSinceMs >= this.#limits.frameMs) return "frame_too_slow";
    if (!this.#bound) return "none";
    if (this.#limits.idleMs > 0 && now - this.#transactionMs >= this.#limits.idleMs) return "idle";
    return this.#tickEnquire(now);
  }

  #tickEnquire(now: number): Verdict {
    if (this.#limits.enquireMs <= 0) return "none";
    if (this.#enquires === 0) {
      if (now - this.#heardMs < this.#enquireMs) return "none";
    } else if (now - this.#enquiredMs < Math.min(this.#enquireMs, this.#limits.responseMs)) {
      return "none";
    }
    if (this.#enquires >= this.#enquireTries) return "enquire_unanswered";
    this.#enquires++;
    this.#enquiredMs = now;
    return "send_enquire";
  }
}
