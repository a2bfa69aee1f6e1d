/**
 * The judge: the promises of the gateway held against the records of both sides and the money, after everything has drained.
 */
import type { Disturbance, Entry, Records, Seen, SeenReceipt } from "./records.js";

export interface Money {
  readonly account: string;
  readonly availableMicros: bigint;
  readonly heldMicros: bigint;
  readonly toppedUpMicros: bigint;
}

export interface Case {
  readonly records: Records;
  readonly money: readonly Money[];
  readonly priceMicros: bigint;
  /** Which operator an account's messages go to. */
  readonly operatorOf: ReadonlyMap<string, string>;
  /** What a submit with a blocked word is answered with. */
  readonly blockedStatus: number;
  /** What `ledger verify --full` found. */
  readonly verify: { readonly clean: boolean; readonly problems: readonly string[] };
  /** Receipts the operators could not bring home. */
  readonly receiptsLeft: number;
}

export interface Violation {
  readonly rule: string;
  readonly what: string;
  /** Ids of messages whose traces may tell more. */
  readonly ids: readonly string[];
}

export interface Verdict {
  readonly violations: readonly Violation[];
  /** Messages that arrived twice at an operator, and the most for one disturbance. */
  readonly doubles: number;
  readonly mostDoubles: number;
  readonly repeatedReceipts: number;
  readonly mostRepeated: number;
  /** Accepted, and given back: never taken by an operator, with a final receipt. */
  readonly returned: number;
  /** Ended as UNKNOWN: caught on their way twice, and given back by the account's terms. */
  readonly unknown: number;
}

/** A message on its way longer than this before a disturbance was not caught by it. */
const ON_THE_WAY_MS = 10_000;
const MOST_ARRIVALS = 2;
/** The receipt of a message nobody can tell the end of; the accounts of the test get their money back then. */
const UNKNOWN = "UNKNOWN";

export function judge(given: Case): Verdict {
  return new Judge(given).judge();
}

class Judge {
  readonly #case: Case;
  readonly #violations: Violation[] = [];
  /** Doubles by disturbance and operator, repeats by disturbance and account. */
  readonly #doubles = new Map<string, Entry[]>();
  readonly #repeats = new Map<string, string[]>();
  #returned = 0;
  #unknown = 0;

  constructor(given: Case) {
    this.#case = given;
  }

  judge(): Verdict {
    const { records, verify, receiptsLeft } = this.#case;
    for (const stranger of [...records.strangers, ...records.unexplainedReceipts]) this.#report("strangers", stranger);
    for (const entry of records.entries.values()) this.#entry(entry);
    for (const { receipts } of records.unnamed) this.#sameState("a message whose answer was lost", receipts, []);
    this.#limits();
    for (const money of this.#case.money) this.#money(money);
    if (!verify.clean) this.#report("ledger verify", verify.problems.slice(0, 5).join("; "));
    if (receiptsLeft > 0) this.#report("receipts at the operator", `${receiptsLeft} receipts were never acknowledged to the operators`);
    return {
      violations: this.#violations,
      doubles: total(this.#doubles), mostDoubles: most(this.#doubles),
      repeatedReceipts: total(this.#repeats), mostRepeated: most(this.#repeats),
      returned: this.#returned, unknown: this.#unknown,
    };
  }

  #entry(entry: Entry): void {
    const { records } = this.#case;
    const { serial, outcome, arrivals, receipts } = entry;
    if (outcome === "pending") return this.#report("outcomes", `serial ${serial} has no outcome`);
    if (outcome === "refused") {
      if (arrivals.length > 0) this.#report("refused", `serial ${serial} was refused with ${hex(entry.status)}, and sent`);
      if (entry.status === this.#case.blockedStatus && !records.mustBeRefused(entry)) this.#report("refused", `serial ${serial} was refused for a word it does not hold`);
      return;
    }
    if (records.mustBeRefused(entry) && (outcome === "accepted" || arrivals.length > 0)) this.#report("screening", `serial ${serial} holds a blocked word and passed`, entry);
    this.#arrivals(entry);
    if (outcome !== "accepted") return;
    if (receipts.length === 0) this.#report("receipts", `serial ${serial} was accepted as ${entry.id} and never got its receipt`, entry);
    if (arrivals.length === 0) this.#notSent(entry);
    this.#sameState(`serial ${serial}, ${entry.id}`, receipts, [entry.id]);
    for (let at = 1; at < receipts.length; at++) this.#repeated(entry, receipts[at - 1] as SeenReceipt, receipts[at] as SeenReceipt);
  }

  #notSent(entry: Entry): void {
    const [receipt] = entry.receipts;
    if (receipt === undefined || receipt.state === "DELIVRD") {
      this.#report("lost", `serial ${entry.serial} was accepted as ${entry.id} and never came to the operator`, entry);
    } else this.#returned++;
  }

  #arrivals(entry: Entry): void {
    const { arrivals } = entry;
    if (arrivals.length > MOST_ARRIVALS) this.#report("doubles", `serial ${entry.serial} came ${arrivals.length} times to the operator`, entry);
    const operator = this.#case.operatorOf.get(entry.account) ?? "";
    for (let at = 1; at < arrivals.length; at++) {
      const earlier = arrivals[at - 1] as Seen;
      const found = this.#cause(earlier, arrivals[at] as Seen, (one) => (one.submits.get(operator) ?? 0) > 0);
      if (found < 0) {
        this.#report("doubles", `serial ${entry.serial} came twice to the operator though it was not on its way at a kill or a loss`, entry);
      } else add(this.#doubles, `${found} ${operator}`, entry);
    }
  }

  #repeated(entry: Entry, earlier: SeenReceipt, later: SeenReceipt): void {
    const found = this.#cause(earlier, later, (one) => one.kind === "kill");
    if (found < 0) this.#report("receipts", `the receipt of serial ${entry.serial}, ${entry.id}, came again without a kill between`, entry);
    else add(this.#repeats, `${found} ${entry.account}`, entry.id);
  }

  /** The first disturbance between two sightings that can have caused the second; -1 when there is none. */
  #cause(earlier: Seen, later: Seen, fits: (disturbance: Disturbance) => boolean): number {
    const { disturbances } = this.#case.records;
    for (let at = earlier.epoch; at < later.epoch; at++) {
      const one = disturbances[at];
      if (one !== undefined && fits(one) && one.atMs - earlier.atMs <= ON_THE_WAY_MS) return at;
    }
    return -1;
  }

  #sameState(which: string, receipts: readonly SeenReceipt[], ids: readonly string[]): void {
    const states = new Set(receipts.map(({ state }) => state));
    if (states.size > 1) this.#violations.push({ rule: "receipts", what: `${which} got receipts of ${[...states].join(" and ")}`, ids });
  }

  #limits(): void {
    const { disturbances } = this.#case.records;
    for (const [key, entries] of this.#doubles) {
      const [no = "", operator = ""] = key.split(" ");
      const limit = disturbances[Number(no)]?.submits.get(operator) ?? 0;
      if (entries.length > limit) {
        this.#violations.push({
          rule: "doubles", ids: entries.slice(0, 3).map(({ id }) => id),
          what: `${entries.length} messages came twice to ${operator} after disturbance ${no} (${disturbances[Number(no)]?.kind ?? ""}), its windows hold ${limit}`,
        });
      }
    }
    for (const [key, ids] of this.#repeats) {
      const [no = "", account = ""] = key.split(" ");
      const limit = disturbances[Number(no)]?.receipts.get(account) ?? 0;
      if (ids.length > limit) {
        this.#violations.push({ rule: "receipts", ids: ids.slice(0, 3), what: `${ids.length} receipts came again to ${account} after disturbance ${no}, its deliver windows hold ${limit}` });
      }
    }
  }

  #money({ account, availableMicros, heldMicros, toppedUpMicros }: Money): void {
    const { sent, doubtful } = this.#sent(account);
    const spent = sent * this.#case.priceMicros;
    if (availableMicros < 0n) this.#report("money", `${account} has ${availableMicros} micros available: overspent`);
    if (heldMicros !== 0n) this.#report("money", `${account} has ${heldMicros} micros held, with nothing under way`);
    const missing = toppedUpMicros - (availableMicros + heldMicros + spent);
    if (missing < 0n || missing > doubtful * this.#case.priceMicros) {
      const messages = Number(missing) / Number(this.#case.priceMicros);
      this.#report("money", `${account}: ${availableMicros} available + ${heldMicros} held + ${spent} for ${sent} sent lack ${missing} micros (${messages} messages) of ${toppedUpMicros} topped up`);
    }
  }

  /** Messages of an account that it must have paid for, and those that either end may be right for. */
  #sent(account: string): { readonly sent: bigint; readonly doubtful: bigint } {
    const { records } = this.#case;
    let sent = 0n;
    let doubtful = 0n;
    for (const entry of records.entries.values()) {
      if (entry.account !== account) continue;
      const unknown = entry.receipts[0]?.state === UNKNOWN;
      if (unknown) this.#unknown++;
      if (entry.arrivals.length > 0 && !unknown) sent++;
    }
    for (const { destination, receipts } of records.unnamed) {
      const lost = records.unansweredTo(destination).filter((entry) => entry.account === account);
      if (lost.length === 0 || receipts[0]?.state !== UNKNOWN) continue;
      this.#unknown++;
      const arrived = lost.filter(({ arrivals }) => arrivals.length > 0).length;
      if (arrived > 0) sent--;
      // Of two parts, one of which arrived, nobody here can tell whose receipt it is.
      if (arrived > 0 && arrived < lost.length) doubtful++;
    }
    return { sent, doubtful };
  }

  #report(rule: string, what: string, entry?: Entry): void {
    this.#violations.push({ rule, what, ids: entry === undefined || entry.id === "" ? [] : [entry.id] });
  }
}

function add<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}

function total(map: ReadonlyMap<string, readonly unknown[]>): number {
  let sum = 0;
  for (const list of map.values()) sum += list.length;
  return sum;
}

function most(map: ReadonlyMap<string, readonly unknown[]>): number {
  let highest = 0;
  for (const list of map.values()) highest = Math.max(highest, list.length);
  return highest;
}

function hex(status: number): string {
  return `0x${status.toString(16)}`;
}
