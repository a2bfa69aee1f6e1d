/**
 * Wal: watches how much of the days' write-ahead logs is not yet in their files, and writes it back between batches.
 *
 * While batches are small, answers are quick and none may wait long: a little is written back often. Under full load it
 * pays to wait, for a page changed many times is written once.
 */
import type { DayWriter } from "./day-writer.js";

/** A WAL is written back when it has grown to this. */
const FULL_OCTETS = 64 * 1_048_576;
const LIGHT_OCTETS = 8 * 1_048_576;
/** Intents a commit, between two looks, up to which the load is light. */
const LIGHT_INTENTS = 128;
/** A WAL that cannot be written back (a reader pins it) may grow to this; then no new messages are taken. */
const MOST_OCTETS = 1_073_741_824;
/** Commits between two looks. */
const LOOK_EVERY = 8;

export interface WalFigures {
  walOctets: number;
  checkpoints: number;
  checkpointMsMax: number;
}

export class Wal {
  readonly figures: WalFigures = { walOctets: 0, checkpoints: 0, checkpointMsMax: 0 };
  readonly #days: { open(): readonly DayWriter[] };
  readonly #preciseMs: () => number;
  #commits = 0;
  #intents = 0;

  /** `preciseMs` measures; it decides nothing. */
  constructor(days: { open(): readonly DayWriter[] }, preciseMs: () => number) {
    this.#days = days;
    this.#preciseMs = preciseMs;
  }

  /** It cannot be written back, and has grown too large. */
  get tooLarge(): boolean {
    return this.figures.walOctets > MOST_OCTETS;
  }

  /** A batch of so many intents has been committed. */
  committed(intents: number): void {
    this.#intents += intents;
    if (++this.#commits < LOOK_EVERY) return;
    const light = this.#intents <= LIGHT_INTENTS * LOOK_EVERY;
    this.#commits = 0;
    this.#intents = 0;
    this.#look();
    if (this.figures.walOctets >= (light ? LIGHT_OCTETS : FULL_OCTETS)) this.checkpoint();
  }

  checkpoint(): void {
    const startMs = this.#preciseMs();
    for (const file of this.#days.open()) file.checkpoint();
    this.figures.checkpoints++;
    this.figures.checkpointMsMax = Math.max(this.figures.checkpointMsMax, this.#preciseMs() - startMs);
    this.#look();
  }

  #look(): void {
    let octets = 0;
    for (const file of this.#days.open()) octets += file.walOctets();
    this.figures.walOctets = octets;
  }
}
