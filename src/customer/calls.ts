/**
 * Calls: our connections to customers who wait for them at addresses of their own.
 *
 * ```
 *  quiet --something waits, and no bind of the account can take it--> calling, at all its addresses
 *    ^                                                                     |
 *    '-- nothing has waited or moved for a while, or it came by itself ----'
 * ```
 * What comes of a call is a session like any other: it binds through the gate, and counts among the account's binds.
 */
import type { Clock } from "../../protocols/wire/clock.js";
import type { CustomerCall } from "../../protocols/wire/protocol.js";
import type { LiveAccount } from "../flow/accounts.js";
import type { Binds } from "./binds.js";

/** A called session is parted from when nothing has waited or moved for this long. */
const QUIET_MS = 30_000;
const PART_MS = 5_000;
/** Accounts called at the same time; the others wait until one of these is quiet. */
export const CALLED_MAX = 256;

export interface CallsParts {
  readonly binds: Pick<Binds, "ofAccount" | "window">;
  readonly clock: Clock;
  /** Notices of the account that wait. */
  waiting(accountNo: number): number;
  /** These, and those that have been sent and are not settled. */
  owed(accountNo: number): number;
  /** A call to one address of the account as its terms write it; null when there is no way to it. */
  open(account: LiveAccount, address: string): CustomerCall | null;
}

interface Line {
  readonly account: LiveAccount;
  /** By address; null where there is no way to it. */
  readonly calls: Map<string, CustomerCall | null>;
  calling: boolean;
  /** When something was last to be done, monotonic; and how many submits its called binds had brought by then. */
  busyAtMs: number;
  submits: number;
}

export class Calls {
  readonly #parts: CallsParts;
  readonly #lines = new Map<number, Line>();
  #calling = 0;
  #stopped = false;

  constructor(parts: CallsParts) {
    this.#parts = parts;
  }

  /** Accounts that are being called now. */
  get calling(): number {
    return this.#calling;
  }

  /** Takes over what the accounts' terms say of where to call them. */
  accountsChanged(accounts: Iterable<LiveAccount>): void {
    for (const account of accounts) {
      const { no, state, callAt } = account.terms;
      const wanted = state === "closed" ? [] : callAt;
      const line = this.#lines.get(no);
      if (line !== undefined) this.#update(line, wanted);
      else if (wanted.length > 0) {
        const made: Line = { account, calls: new Map(), calling: false, busyAtMs: 0, submits: 0 };
        this.#lines.set(no, made);
        this.#update(made, wanted);
      }
    }
  }

  /** Begins and ends calls; on the shared tick. */
  tick(): void {
    if (this.#stopped) return;
    for (const line of this.#lines.values()) {
      if (line.calling) this.#endWhenQuiet(line);
      else if (this.#calling < CALLED_MAX && this.#isNeeded(line)) this.#begin(line);
    }
  }

  /** Calls nobody any more. Sessions there are belong to the gate. */
  stop(): void {
    this.#stopped = true;
    for (const line of this.#lines.values()) this.#end(line, "shutting down");
  }

  #update(line: Line, wanted: readonly string[]): void {
    for (const [address, call] of line.calls) {
      if (wanted.includes(address)) continue;
      call?.stop("address_changed", PART_MS);
      line.calls.delete(address);
    }
    for (const address of wanted) {
      if (line.calls.has(address)) continue;
      const call = this.#parts.open(line.account, address);
      line.calls.set(address, call);
      if (line.calling) call?.start();
    }
    if (line.calls.size > 0) return;
    this.#end(line, "address_changed");
    this.#lines.delete(line.account.terms.no);
  }

  #isNeeded({ account, calls }: Line): boolean {
    if (![...calls.values()].some((call) => call !== null)) return false;
    return this.#parts.waiting(account.terms.no) > 0 && this.#parts.binds.window(account.terms.no) === 0;
  }

  #begin(line: Line): void {
    line.calling = true;
    line.busyAtMs = this.#parts.clock.monotonicMs;
    this.#calling++;
    for (const call of line.calls.values()) call?.start();
  }

  #endWhenQuiet(line: Line): void {
    const nowMs = this.#parts.clock.monotonicMs;
    const connected = [...line.calls.values()].some((call) => call?.connected === true);
    // Nothing came of it yet, and nothing is left to be done: it came by itself, or what waited has been given up.
    if (!connected && !this.#isNeeded(line)) return this.#end(line, "no_longer_needed");
    if (this.#isBusy(line)) line.busyAtMs = nowMs;
    else if (nowMs - line.busyAtMs >= QUIET_MS) this.#end(line, "quiet");
  }

  #isBusy(line: Line): boolean {
    const { no } = line.account.terms;
    let busy = this.#parts.owed(no) > 0;
    let submits = 0;
    for (const bind of this.#parts.binds.ofAccount(no)) {
      if (bind.session.calledAccount === "") continue;
      submits += bind.submits;
      if (bind.session.unanswered > 0) busy = true;
    }
    if (submits !== line.submits) busy = true;
    line.submits = submits;
    return busy;
  }

  #end(line: Line, reason: string): void {
    if (!line.calling) return;
    line.calling = false;
    this.#calling--;
    for (const call of line.calls.values()) call?.stop(reason, PART_MS);
  }
}
