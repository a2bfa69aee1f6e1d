/**
 * Parting: how a bound session comes to its end in good order, whoever wishes it.
 *
 * ```
 *  ours:    begun --all owed answers out--> ask --peer agrees--> end        the peer's:  begun --all owed answers out--> end
 *             '------------------- its time is over -----------> end                       '----- its time is over ----> end
 * ```
 * The peer is not asked before nothing is owed, since many close the moment they agree. Time is handed in, monotonic ms.
 */
export class Parting {
  #begun = false;
  #reason = "";
  #byMs = 0;
  /** The peer's wish, to be agreed to; -1: it has none. */
  #peerSequence = -1;
  #asked = false;
  #agreed = false;

  /** From now on nothing new is taken. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Why, in the words of who wished it first. */
  get reason(): string {
    return this.#reason;
  }

  /** The sequence number of the peer's wish to part, -1 while it has none. */
  get peerSequence(): number {
    return this.#peerSequence;
  }

  /** Begins to part, at the latest by that time; of two such times the earlier holds. */
  begin(reason: string, byMs: number): void {
    this.#byMs = this.#begun ? Math.min(this.#byMs, byMs) : byMs;
    if (!this.#begun) this.#reason = reason;
    this.#begun = true;
  }

  /** The peer wishes to part as well, or first. */
  wished(sequence: number): void {
    this.#peerSequence = sequence;
  }

  /** The peer agrees to part; false when it was not parted from. */
  agreed(): boolean {
    this.#agreed = this.#begun;
    return this.#begun;
  }

  /** What is to be done now, with so many answers owed to the peer. It is told to ask once. */
  next(owed: number): "wait" | "ask" | "end" {
    if (owed > 0 || !this.#begun) return "wait";
    if (this.#peerSequence >= 0 || this.#agreed) return "end";
    if (this.#asked) return "wait";
    this.#asked = true;
    return "ask";
  }

  isOver(nowMs: number): boolean {
    return this.#begun && nowMs >= this.#byMs;
  }
}
