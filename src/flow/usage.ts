/**
 * Usage: what an account submits, live: by second, by minute of the business day, and what it was answered; bounded, and nothing until the first submit.
 *
 * ```
 *  answered ─▶ this second ─ its end ─▶ ring of 16 seconds │ fastest second of the day
 *          └─▶ this minute of the day, accepted and refused │ counts by outcome
 * ```
 * At midnight of the business time zone the day begins anew. A restart forgets it: what is for ever stands in the books.
 */
import { OUTCOME_NAMES, Outcome } from "../../protocols/model/outcome.js";

const DAY_MINUTES = 1_440;
/** Seconds remembered, and those the present speed is the mean of. */
const RING = 16;
const SPEED_SECONDS = 10;

export interface UsageFigures {
  /** Messages answered a second, the mean of the last ten whole seconds, and how many of them were accepted. */
  readonly submittedPerSecond: number;
  readonly acceptedPerSecond: number;
  /** Most messages answered within one second today, and when (wall ms; 0: none yet). */
  readonly peakPerSecond: number;
  readonly peakAtMs: number;
  /** Today: messages by outcome, those without any left out; and the segments of the accepted. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly segments: number;
  /** Today, by hour from 0, and the last sixty minutes, the latest last. */
  readonly hours: readonly UsageStretch[];
  readonly minutes: readonly UsageStretch[];
}

export interface UsageStretch {
  readonly accepted: number;
  readonly refused: number;
}

export class AccountUsage {
  readonly #zoneSeconds: number;
  #second = -1;
  #day = -1;
  #minute = 0;
  /** Of the second under way and those before it, by second modulo the ring. */
  readonly #accepted = new Uint32Array(RING);
  readonly #refused = new Uint32Array(RING);
  #minuteAccepted: Uint32Array | null = null;
  #minuteRefused: Uint32Array | null = null;
  readonly #outcomes = new Float64Array(OUTCOME_NAMES.length);
  #segments = 0;
  #peak = 0;
  #peakSecond = 0;

  constructor(zoneMinutes: number) {
    this.#zoneSeconds = zoneMinutes * 60;
  }

  /** One message was accepted. */
  accepted(segments: number, wallMs: number): void {
    this.#at(wallMs);
    const place = this.#second % RING;
    this.#accepted[place] = (this.#accepted[place] as number) + 1;
    const minutes = this.#minuteAccepted as Uint32Array;
    minutes[this.#minute] = (minutes[this.#minute] as number) + 1;
    this.#outcomes[Outcome.ok] = (this.#outcomes[Outcome.ok] as number) + 1;
    this.#segments += segments;
  }

  /** `count` messages of one submit were refused. */
  refused(outcome: Outcome, count: number, wallMs: number): void {
    this.#at(wallMs);
    const place = this.#second % RING;
    this.#refused[place] = (this.#refused[place] as number) + count;
    const minutes = this.#minuteRefused as Uint32Array;
    minutes[this.#minute] = (minutes[this.#minute] as number) + count;
    this.#outcomes[outcome] = (this.#outcomes[outcome] as number) + count;
  }

  #at(wallMs: number): void {
    const second = Math.floor(wallMs / 1_000);
    if (second !== this.#second) this.#turn(second);
  }

  #turn(second: number): void {
    this.#closeSecond();
    // A clock that went back begins the ring anew.
    const gone = second - this.#second;
    for (let ago = 0; ago < (gone < 0 || gone > RING ? RING : gone); ago++) {
      this.#accepted[(second - ago) % RING] = 0;
      this.#refused[(second - ago) % RING] = 0;
    }
    this.#second = second;
    const minute = Math.floor((second + this.#zoneSeconds) / 60);
    this.#minute = minute % DAY_MINUTES;
    const day = Math.floor(minute / DAY_MINUTES);
    if (day !== this.#day) this.#beginDay(day);
  }

  #closeSecond(): void {
    if (this.#second < 0) return;
    const place = this.#second % RING;
    const count = (this.#accepted[place] as number) + (this.#refused[place] as number);
    if (count <= this.#peak) return;
    this.#peak = count;
    this.#peakSecond = this.#second;
  }

  #beginDay(day: number): void {
    this.#day = day;
    this.#minuteAccepted ??= new Uint32Array(DAY_MINUTES);
    this.#minuteRefused ??= new Uint32Array(DAY_MINUTES);
    this.#minuteAccepted.fill(0);
    this.#minuteRefused.fill(0);
    this.#outcomes.fill(0);
    this.#segments = 0;
    this.#peak = 0;
    this.#peakSecond = 0;
  }

  /** As of a moment. */
  read(wallMs: number): UsageFigures {
    this.#at(wallMs);
    let [accepted, refused] = [0, 0];
    for (let ago = 1; ago <= SPEED_SECONDS; ago++) {
      accepted += this.#accepted[(this.#second - ago) % RING] as number;
      refused += this.#refused[(this.#second - ago) % RING] as number;
    }
    const outcomes: Record<string, number> = {};
    OUTCOME_NAMES.forEach((name, outcome) => {
      const count = this.#outcomes[outcome] as number;
      if (count > 0) outcomes[name] = count;
    });
    return {
      submittedPerSecond: (accepted + refused) / SPEED_SECONDS, acceptedPerSecond: accepted / SPEED_SECONDS,
      peakPerSecond: this.#peak, peakAtMs: this.#peakSecond * 1_000, outcomes, segments: this.#segments,
      hours: Array.from({ length: Math.floor(this.#minute / 60) + 1 }, (_, hour) => this.#stretch(hour * 60, hour * 60 + 60)),
      minutes: Array.from({ length: Math.min(60, this.#minute + 1) }, (_, at, from = Math.max(0, this.#minute - 59)) => this.#stretch(from + at, from + at + 1)),
    };
  }

  #stretch(from: number, to: number): UsageStretch {
    let [accepted, refused] = [0, 0];
    for (let minute = from; minute < to; minute++) {
      accepted += this.#minuteAccepted?.[minute] ?? 0;
      refused += this.#minuteRefused?.[minute] ?? 0;
    }
    return { accepted, refused };
  }
}
