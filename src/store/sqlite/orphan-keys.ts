/**
 * OrphanKeys: under which operators' ids a report waits for its message, as far as fixed memory can tell.
 *
 * Every answer asks here first, so that only one whose id may be waited for goes to disk. Keys are counted by hash: a
 * count may stand for another key (then the disk says no), never is one missing. However many wait, it does not grow.
 */
import { hashKey } from "./row.js";

const PLACES = 65_536;
/** A place that has come this far stays there: it can no longer be told when it is empty. */
const MOST = 65_535;

export class OrphanKeys {
  readonly #counts = new Uint16Array(PLACES);

  add(operator: number, key: string): void {
    const place = hashKey(operator, key) & (PLACES - 1);
    const count = this.#counts[place] as number;
    if (count < MOST) this.#counts[place] = count + 1;
  }

  remove(operator: number, key: string): void {
    const place = hashKey(operator, key) & (PLACES - 1);
    const count = this.#counts[place] as number;
    if (count > 0 && count < MOST) this.#counts[place] = count - 1;
  }

  mayHave(operator: number, key: string): boolean {
    return this.#counts[hashKey(operator, key) & (PLACES - 1)] !== 0;
  }

  clear(): void {
    this.#counts.fill(0);
  }
}
