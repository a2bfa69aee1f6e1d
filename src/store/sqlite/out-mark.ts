/**
 * OutMark: from which id on a restart must look for DISPATCHED messages of a day; an index would cost every message.
 *
 * ```
 *  groups by time of dispatch:   [10:00:01.000  lowest id 17, 3 still out] [.007  lowest 40, 0] [.014  lowest 31, 9]
 *  mark = the lowest id of any group that still has one out (17)
 * ```
 * A message's own time of dispatch finds its group again, also when its row has been to disk in between. The mark may
 * be lower than need be (the look is then longer), never higher. It goes to disk with each commit.
 */

interface Group {
  readonly fromMs: number;
  toMs: number;
  lowest: number;
  out: number;
}

/** Groups kept apart; older ones are put together. */
const MOST = 64;
/** Higher than any id: nothing is out. */
export const NOTHING_OUT = Number.MAX_SAFE_INTEGER;

export class OutMark {
  #groups: Group[] = [];

  /** Starts again: `out` messages from `lowest` on, dispatched up to `nowMs`. */
  reset(lowest: number, out: number, nowMs: number): void {
    this.#groups = out === 0 ? [] : [{ fromMs: 0, toMs: nowMs, lowest, out }];
  }

  /** A message is DISPATCHED as of `nowMs`, which never decreases. */
  add(id: number, nowMs: number): void {
    const last = this.#groups.at(-1);
    if (last === undefined || last.toMs < nowMs) {
      this.#groups.push({ fromMs: nowMs, toMs: nowMs, lowest: id, out: 1 });
      return;
    }
    last.out++;
    if (id < last.lowest) last.lowest = id;
  }

  /** A message dispatched at `dispatchedAtMs` is no longer DISPATCHED. */
  remove(dispatchedAtMs: number): void {
    for (let i = this.#groups.length - 1; i >= 0; i--) {
      const group = this.#groups[i] as Group;
      if (group.fromMs > dispatchedAtMs) continue;
      if (group.out > 0) group.out--;
      return;
    }
  }

  /** The mark as it stands; called at each commit. */
  mark(): number {
    const groups = this.#groups;
    let done = 0;
    while (done < groups.length && (groups[done] as Group).out === 0) done++;
    if (done > 0) groups.splice(0, done);
    if (groups.length > MOST) {
      const [first, second] = [groups[0] as Group, groups[1] as Group];
      groups.splice(0, 2, { fromMs: first.fromMs, toMs: second.toMs, lowest: Math.min(first.lowest, second.lowest), out: first.out + second.out });
    }
    let mark = NOTHING_OUT;
    for (const group of groups) if (group.out > 0 && group.lowest < mark) mark = group.lowest;
    return mark;
  }
}
