/**
 * TrafficPolicy: what an account's contract says of how often, when and to which numbers it may send, as one judgement a message.
 *
 * ```
 *  each destination asked for ─ blast ─┐
 *  whole text, each destination ─ judge: blasting ─ hours ─ frequency ─ duplicate ─ accepted ─▶ store ─▶ (refused there) undone
 * ```
 * Trackers hold what was sent of late, for all accounts; policies are made anew when terms change and hold nothing. Of a submit to several
 * destinations all go through `blast` before the first is judged; each is judged and then accepted in turn, so that the same number twice
 * is seen. The parts of a long text are one message, judged and accepted once, when it is whole.
 */
import { Outcome } from "../../protocols/model/outcome.js";
import type { Account } from "../ledger/account.js";
import { Blasting, type BlastEvents } from "./blasting.js";
import { Duplicates } from "./duplicate.js";
import { Frequencies, FrequencyCaps } from "./frequency.js";
import { Hours, minuteAt } from "./hours.js";
import type { Judged } from "./judged.js";

/** Queue records of each account that one tick may forget. */
const FORGOTTEN_A_TICK = 4_096;

export interface TrackerBounds {
  /** Business time zone, minutes ahead of UTC. */
  readonly zoneMinutes: number;
  /** Numbers (with a cap), texts (against duplicates) and blocks (against blasting) remembered at once, for all accounts. */
  readonly maxNumbers: number;
  readonly maxTexts: number;
  readonly maxBlocks: number;
}

export class Trackers {
  readonly zoneMinutes: number;
  readonly blasting: Blasting;
  readonly #bounds: TrackerBounds;
  #frequencies: Frequencies | null = null;
  #duplicates: Duplicates | null = null;

  constructor(bounds: TrackerBounds, events: BlastEvents) {
    this.#bounds = bounds;
    this.zoneMinutes = bounds.zoneMinutes;
    this.blasting = new Blasting(bounds.maxBlocks, events);
  }

  /** Made when the first account asks. */
  get frequencies(): Frequencies {
    this.#frequencies ??= new Frequencies(this.#bounds.maxNumbers);
    return this.#frequencies;
  }

  get duplicates(): Duplicates {
    this.#duplicates ??= new Duplicates(this.#bounds.maxTexts);
    return this.#duplicates;
  }

  /**
   * Looks at a destination (in normal form) of a submit, whatever becomes of it; before `judge`.
   * @returns whether the account blasts by it
   */
  blast(account: Account, destination: string, wallMs: number): boolean {
    return this.blasting.see(account, destination, wallMs);
  }

  /** The account's terms have changed: what they do not ask for any more is forgotten. */
  termsChanged(account: Account): void {
    if (!looksForBlasting(account)) this.blasting.forget(account.no);
    if (account.frequency.length === 0) this.#frequencies?.counts.forget(account.no);
    if (account.duplicateWindowMs === 0) this.#duplicates?.counts.forget(account.no);
  }

  /** Called about once a second. */
  tick(wallMs: number): void {
    this.blasting.tick(wallMs);
    this.#frequencies?.tick(wallMs, FORGOTTEN_A_TICK);
  }

  get figures(): TrackerFigures {
    const numbers = this.#frequencies?.counts;
    const texts = this.#duplicates?.counts;
    return {
      numbers: numbers?.keys ?? 0, numbersDropped: numbers?.dropped ?? 0,
      texts: texts?.keys ?? 0, textsDropped: texts?.dropped ?? 0,
      blocks: this.blasting.blocks, blocksDropped: this.blasting.dropped,
      blastingAccounts: this.blasting.slowed, blastingFinds: this.blasting.finds,
    };
  }
}

/** What is remembered now; the dropped ones since start, for want of room. */
export interface TrackerFigures {
  readonly numbers: number;
  readonly numbersDropped: number;
  readonly texts: number;
  readonly textsDropped: number;
  readonly blocks: number;
  readonly blocksDropped: number;
  /** Accounts held down now, and blocks found since start. */
  readonly blastingAccounts: number;
  readonly blastingFinds: number;
}

/** Null when no term of the account asks for any of it. */
export function compileTrafficPolicy(account: Account): TrafficPolicy | null {
  const { hours, frequency, duplicateWindowMs } = account;
  return hours.length > 0 || frequency.length > 0 || duplicateWindowMs > 0 || looksForBlasting(account) ? new TrafficPolicy(account) : null;
}

function looksForBlasting({ blastRun, blastDense }: Account): boolean {
  return blastRun > 0 || blastDense > 0;
}

export class TrafficPolicy {
  /** How far back what was sent counts, in ms; 0: it does not. After a start so much has to be read back. */
  readonly memoryMs: number;
  readonly #hours: Hours | null;
  readonly #advertsOnly: boolean;
  readonly #caps: FrequencyCaps | null;
  readonly #duplicateWindowMs: number;
  readonly #blasting: boolean;

  constructor(account: Account) {
    this.#hours = account.hours.length === 0 ? null : new Hours(account.hours);
    this.#advertsOnly = account.hoursFor === "adverts";
    this.#caps = account.frequency.length === 0 ? null : new FrequencyCaps(account.frequency);
    this.#duplicateWindowMs = account.duplicateWindowMs;
    this.#blasting = looksForBlasting(account);
    this.memoryMs = Math.max(this.#caps?.memoryMs ?? 0, this.#duplicateWindowMs, this.#blasting ? account.blastWindowMs : 0);
  }

  /** It rests on what was sent before. */
  get remembers(): boolean {
    return this.memoryMs > 0;
  }

  get looksForBlasting(): boolean {
    return this.#blasting;
  }

  /** Hours hold for adverts alone: the text has to be looked at for that. */
  get asksForAdverts(): boolean {
    return this.#hours !== null && this.#advertsOnly;
  }

  /**
   * Adds to `judged` what stands against a whole message; nothing where it is refused already.
   * @param destination in normal form
   * @param text as it goes out; null for binary, which is no duplicate of anything
   * @param judged with signatureNo and advert as the text rules left them
   * @param scheduledAtMs when it is to go out, 0 = now: its hours are those of that time, and are looked at again then (`judgeHours`)
   */
  judge(trackers: Trackers, account: Account, destination: string, text: string | null, judged: Judged, wallMs: number, scheduledAtMs = 0): void {
    if (judged.outcome !== Outcome.ok && !judged.hold) return;
    const { no } = account;
    if (this.#blasting && trackers.blasting.refuses(no, destination, wallMs)) {
      judged.add(Outcome.blasting, "reject", "blasting");
      return;
    }
    if (!this.#mayGo(trackers, judged, scheduledAtMs > wallMs ? scheduledAtMs : wallMs)) {
      judged.add(Outcome.hours, "reject", "hours");
      return;
    }
    if (this.#caps !== null) {
      const cap = this.#caps.broken(trackers.frequencies, no, destination, judged.signatureNo, wallMs, minuteAt(wallMs, trackers.zoneMinutes));
      if (cap !== "") {
        judged.add(Outcome.frequency, "reject", cap);
        return;
      }
    }
    if (text !== null && this.#duplicateWindowMs > 0 && trackers.duplicates.seen(no, destination, text, wallMs, this.#duplicateWindowMs)) {
      judged.add(Outcome.duplicate, "reject", "duplicate");
    }
  }

  /** Only whether it may go now: for a scheduled message at its release. */
  judgeHours(trackers: Trackers, judged: Judged, wallMs: number): void {
    if (!this.#mayGo(trackers, judged, wallMs)) judged.add(Outcome.hours, "reject", "hours");
  }

  #mayGo(trackers: Trackers, judged: Judged, atMs: number): boolean {
    if (this.#hours === null || (this.#advertsOnly && !judged.advert)) return true;
    return this.#hours.open(minuteAt(atMs, trackers.zoneMinutes));
  }

  /** The message is handed to the store. */
  accepted(trackers: Trackers, account: Account, destination: string, text: string | null, signatureNo: number, wallMs: number): void {
    const { no } = account;
    if (this.#caps !== null) this.#caps.accepted(trackers.frequencies, no, destination, signatureNo, wallMs, minuteAt(wallMs, trackers.zoneMinutes));
    if (text !== null && this.#duplicateWindowMs > 0) trackers.duplicates.add(no, destination, text, wallMs);
  }

  /** The store refused what `accepted` was called with. */
  undone(trackers: Trackers, account: Account, destination: string, text: string | null, signatureNo: number, wallMs: number): void {
    const { no } = account;
    if (this.#caps !== null) this.#caps.undone(trackers.frequencies, no, destination, signatureNo, minuteAt(wallMs, trackers.zoneMinutes));
    if (text !== null && this.#duplicateWindowMs > 0) trackers.duplicates.undo(no, destination, text);
  }

  /**
   * A message that was accepted before the start, as the books say; the latest first.
   * @returns false when there is no room for older ones
   */
  restore(trackers: Trackers, account: Account, destination: string, text: string | null, signatureNo: number, atMs: number, wallMs: number): boolean {
    const { no } = account;
    if (this.#blasting && wallMs - atMs < account.blastWindowMs) trackers.blast(account, destination, atMs);
    const minute = minuteAt(atMs, trackers.zoneMinutes);
    let room = this.#caps === null || this.#caps.restored(trackers.frequencies, no, destination, signatureNo, atMs, minute);
    if (text !== null && wallMs - atMs < this.#duplicateWindowMs) room = trackers.duplicates.addOlder(no, destination, text, atMs) && room;
    return room;
  }

  /** A number that was refused for blasting before the start. */
  restoreBlasting(trackers: Trackers, account: Account, destination: string, atMs: number, wallMs: number): void {
    if (!this.#blasting) return;
    if (wallMs - atMs < account.blastWindowMs) trackers.blast(account, destination, atMs);
    trackers.blasting.restored(account, destination, atMs, wallMs);
  }
}
