/**
 * RecentCounts: how often each key was seen of late: in a window that slides, in this minute and in this hour; bounded, exact while there is room.
 *
 * ```
 *  account ─▶ [ page ]─[ page ]─[ page ]   what was seen, oldest first: time, key       (a queue an account, of pages from one pool)
 *                                  │
 *  hash ──▶ chain ──▶ key: seen within the window, this minute, this hour
 * ```
 * Something seen adds to its key and stands at the end of its account's queue; what leaves the queue's head, because the window has passed, is
 * taken off its key again: exact for any count, at the cost of one record. Everything lies in typed arrays made once (their pages of
 * memory are the system's until they are used); nothing is allocated later. When the pool is used up, the account with most of it loses its
 * oldest page: the others forget nothing.
 */

/** Records of one page. */
const PAGE = 256;
/** Records dropped by one look while others wait. */
const FEW = 32;

/** One account's queue. */
interface Queue {
  readonly accountNo: number;
  /** First page, and the place of the oldest record there. */
  head: number;
  from: number;
  /** Last page, and the place behind the latest record there. */
  tail: number;
  to: number;
  pages: number;
}

const NONE = -1;

export interface RecentCountsOptions {
  /** Most keys at once. */
  readonly maxKeys: number;
  /** Most things seen and remembered; rounded up to whole pages. */
  readonly maxRecords: number;
  /** Whether minutes and hours by the clock are counted too. */
  readonly calendar: boolean;
}

export class RecentCounts {
  readonly maxKeys: number;
  readonly maxRecords: number;
  // Keys.
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  /** The next key of the same chain, or of the free ones. */
  readonly #next: Int32Array;
  readonly #count: Uint32Array;
  /** The latest record of the key. */
  readonly #last: Int32Array;
  readonly #minute: Int32Array;
  readonly #inMinute: Uint32Array;
  readonly #inHour: Uint32Array;
  /** First key of each chain, plus one. */
  readonly #chains: Int32Array;
  readonly #mask: number;
  #keysUsed = 0;
  #freeKey = NONE;
  #keys = 0;
  // Records.
  readonly #time: Float64Array;
  /** The record's key; NONE: taken back. */
  readonly #key: Int32Array;
  /** The record before it of the same key. */
  readonly #before: Int32Array;
  readonly #nextPage: Int32Array;
  #pagesUsed = 0;
  #freePage = NONE;
  #records = 0;
  readonly #queues = new Map<number, Queue>();
  /** Dropped before their time for want of room, since start. */
  dropped = 0;

  constructor({ maxKeys, maxRecords, calendar }: RecentCountsOptions) {
    const pages = Math.ceil(maxRecords / PAGE);
    const places = pages * PAGE;
    this.maxKeys = maxKeys;
    this.maxRecords = places;
    this.#high = new Uint32Array(maxKeys);
    this.#low = new Uint32Array(maxKeys);
    this.#next = new Int32Array(maxKeys);
    this.#count = new Uint32Array(maxKeys);
    this.#last = new Int32Array(maxKeys);
    this.#minute = new Int32Array(calendar ? maxKeys : 0);
    this.#inMinute = new Uint32Array(calendar ? maxKeys : 0);
    this.#inHour = new Uint32Array(calendar ? maxKeys : 0);
    this.#mask = 2 ** Math.ceil(Math.log2(Math.max(2, maxKeys))) - 1;
    this.#chains = new Int32Array(this.#mask + 1);
    this.#time = new Float64Array(places);
    this.#key = new Int32Array(places);
    this.#before = new Int32Array(places);
    this.#nextPage = new Int32Array(pages);
  }

  /** Keys remembered now. */
  get keys(): number {
    return this.#keys;
  }

  /** Things seen and remembered now. */
  get records(): number {
    return this.#records;
  }

  /** Octets of all that may be used. */
  get octets(): number {
    return [this.#high, this.#low, this.#next, this.#count, this.#last, this.#minute, this.#inMinute, this.#inHour, this.#chains, this.#time, this.#key, this.#before, this.#nextPage]
      .reduce((sum, array) => sum + array.byteLength, 0);
  }

  // ---------------------------------------------------------------- looking

  /** The key of a hash; -1 when it was not seen of late. */
  find(high: number, low: number): number {
    for (let key = (this.#chains[low & this.#mask] as number) - 1; key !== NONE; key = this.#next[key] as number) {
      if (this.#low[key] === low && this.#high[key] === high) return key;
    }
    return NONE;
  }

  /** How often the key was seen within the window, as far as the queue has been cleared (see `expire`). */
  inWindow(key: number): number {
    return key === NONE ? 0 : (this.#count[key] as number);
  }

  /** How often in the minute `minute` (a count of minutes in business time). A clock that went back finds the later minute. */
  inMinute(key: number, minute: number): number {
    return key === NONE || (this.#minute[key] as number) < minute ? 0 : (this.#inMinute[key] as number);
  }

  inHour(key: number, minute: number): number {
    return key === NONE || hourOf(this.#minute[key] as number) < hourOf(minute) ? 0 : (this.#inHour[key] as number);
  }

  // ---------------------------------------------------------------- seeing

  /** Something was seen now. */
  add(accountNo: number, high: number, low: number, wallMs: number, minute: number): void {
    let queue = this.#withPlace(accountNo);
    const key = this.#keyOf(high, low);
    // Making room for the key may have taken the queue's only page.
    if (queue.pages === 0) queue = this.#withPlace(accountNo);
    const record = queue.tail * PAGE + queue.to++;
    this.#write(record, key, wallMs, minute);
    this.#before[record] = this.#last[key] as number;
    this.#last[key] = record;
  }

  /** Something was seen before all that is known of the account (read back at a start, latest first). False: there is no room for it, nor for older. */
  addOlder(accountNo: number, high: number, low: number, wallMs: number, minute: number): boolean {
    if (this.#keys >= this.maxKeys) return false;
    let queue = this.#queues.get(accountNo);
    if (queue === undefined || queue.from === 0) {
      if (this.#freePage === NONE && this.#pagesUsed === this.#nextPage.length) return false;
      if (queue === undefined) queue = this.#newQueue(accountNo, PAGE);
      else this.#addHead(queue);
    }
    this.#write(queue.head * PAGE + --queue.from, this.#keyOf(high, low), wallMs, minute);
    return true;
  }

  #write(record: number, key: number, wallMs: number, minute: number): void {
    this.#time[record] = wallMs;
    this.#key[record] = key;
    this.#before[record] = NONE;
    this.#records++;
    this.#count[key] = (this.#count[key] as number) + 1;
    if (this.#minute.length === 0) return;
    const latest = this.#minute[key] as number;
    if (minute > latest) {
      this.#inHour[key] = hourOf(minute) === hourOf(latest) ? (this.#inHour[key] as number) + 1 : 1;
      this.#inMinute[key] = 1;
      this.#minute[key] = minute;
      return;
    }
    if (minute === latest) this.#inMinute[key] = (this.#inMinute[key] as number) + 1;
    if (hourOf(minute) === hourOf(latest)) this.#inHour[key] = (this.#inHour[key] as number) + 1;
  }

  /** What was last added under this hash (in the minute it was added) has not come about. */
  undo(high: number, low: number, minute: number): void {
    const key = this.find(high, low);
    if (key === NONE) return;
    const record = this.#last[key] as number;
    // Its page may have gone meanwhile, and serve another.
    if (record === NONE || this.#key[record] !== key) return;
    this.#key[record] = NONE;
    this.#last[key] = this.#before[record] as number;
    if (this.#minute.length > 0) {
      const latest = this.#minute[key] as number;
      if (minute === latest && (this.#inMinute[key] as number) > 0) this.#inMinute[key] = (this.#inMinute[key] as number) - 1;
      if (hourOf(minute) === hourOf(latest) && (this.#inHour[key] as number) > 0) this.#inHour[key] = (this.#inHour[key] as number) - 1;
    }
    this.#takeOff(key);
  }

  // ---------------------------------------------------------------- forgetting

  /**
   * Forgets what the account saw at `untilMs` or before.
   * @param most records looked at; Infinity to be exact
   * @returns records looked at
   */
  expire(accountNo: number, untilMs: number, most = FEW): number {
    const queue = this.#queues.get(accountNo);
    if (queue === undefined) return 0;
    let looked = 0;
    while (looked < most && !this.#isEmpty(queue)) {
      if (queue.from === PAGE) {
        this.#freeHead(queue);
        continue;
      }
      const record = queue.head * PAGE + queue.from;
      if ((this.#time[record] as number) > untilMs) break;
      this.#drop(record);
      queue.from++;
      looked++;
    }
    if (this.#isEmpty(queue)) this.#forgetQueue(queue);
    return looked;
  }

  /** Forgets an account altogether. */
  forget(accountNo: number): void {
    this.expire(accountNo, Infinity, Infinity);
  }

  /** Accounts of which anything is remembered. */
  accounts(): Iterable<number> {
    return this.#queues.keys();
  }

  #drop(record: number): void {
    this.#records--;
    const key = this.#key[record] as number;
    if (key === NONE) return;
    this.#key[record] = NONE;
    if (this.#last[key] === record) this.#last[key] = NONE;
    this.#takeOff(key);
  }

  #takeOff(key: number): void {
    const left = (this.#count[key] as number) - 1;
    this.#count[key] = left;
    if (left > 0) return;
    const chain = (this.#low[key] as number) & this.#mask;
    let at = (this.#chains[chain] as number) - 1;
    const next = this.#next[key] as number;
    if (at === key) {
      this.#chains[chain] = next + 1;
    } else {
      while (this.#next[at] !== key) at = this.#next[at] as number;
      this.#next[at] = next;
    }
    this.#next[key] = this.#freeKey;
    this.#freeKey = key;
    this.#keys--;
  }

  /** Makes room: the account with most pages loses its oldest. */
  #forgetPage(): void {
    let most: Queue | null = null;
    for (const queue of this.#queues.values()) if (most === null || queue.pages > most.pages) most = queue;
    if (most === null) return;
    const end = most.head === most.tail ? most.to : PAGE;
    for (let at = most.from; at < end; at++) {
      this.dropped++;
      this.#drop(most.head * PAGE + at);
    }
    if (most.head === most.tail) this.#forgetQueue(most);
    else this.#freeHead(most);
  }

  // ---------------------------------------------------------------- keys and pages

  #keyOf(high: number, low: number): number {
    const known = this.find(high, low);
    if (known !== NONE) return known;
    while (this.#freeKey === NONE && this.#keysUsed === this.maxKeys) this.#forgetPage();
    let key = this.#freeKey;
    if (key === NONE) key = this.#keysUsed++;
    else this.#freeKey = this.#next[key] as number;
    const chain = low & this.#mask;
    this.#high[key] = high;
    this.#low[key] = low;
    this.#next[key] = (this.#chains[chain] as number) - 1;
    this.#chains[chain] = key + 1;
    this.#count[key] = 0;
    this.#last[key] = NONE;
    if (this.#minute.length > 0) {
      this.#minute[key] = 0;
      this.#inMinute[key] = 0;
      this.#inHour[key] = 0;
    }
    this.#keys++;
    return key;
  }

  /** The account's queue, with a place at its end. */
  #withPlace(accountNo: number): Queue {
    const queue = this.#queues.get(accountNo);
    if (queue === undefined) return this.#newQueue(accountNo, 0);
    if (queue.to < PAGE) return queue;
    const page = this.#takePage();
    // Making room may have emptied this very queue.
    if (queue.pages === 0) {
      queue.head = page;
      queue.from = 0;
      this.#queues.set(accountNo, queue);
    } else {
      this.#nextPage[queue.tail] = page;
    }
    this.#nextPage[page] = NONE;
    queue.tail = page;
    queue.to = 0;
    queue.pages++;
    return queue;
  }

  #newQueue(accountNo: number, at: number): Queue {
    const page = this.#takePage();
    this.#nextPage[page] = NONE;
    const queue = { accountNo, head: page, from: at, tail: page, to: at, pages: 1 };
    this.#queues.set(accountNo, queue);
    return queue;
  }

  #isEmpty(queue: Queue): boolean {
    return queue.head === queue.tail && queue.from >= queue.to;
  }

  #takePage(): number {
    while (this.#freePage === NONE && this.#pagesUsed === this.#nextPage.length) this.#forgetPage();
    const page = this.#freePage;
    if (page === NONE) return this.#pagesUsed++;
    this.#freePage = this.#nextPage[page] as number;
    return page;
  }

  #addHead(queue: Queue): void {
    const page = this.#takePage();
    this.#nextPage[page] = queue.head;
    queue.head = page;
    queue.from = PAGE;
    queue.pages++;
  }

  #freeHead(queue: Queue): void {
    const page = queue.head;
    queue.head = this.#nextPage[page] as number;
    queue.from = 0;
    queue.pages--;
    this.#nextPage[page] = this.#freePage;
    this.#freePage = page;
  }

  #forgetQueue(queue: Queue): void {
    queue.pages = 0;
    this.#nextPage[queue.tail] = this.#freePage;
    this.#freePage = queue.tail;
    this.#queues.delete(queue.accountNo);
  }
}

function hourOf(minute: number): number {
  return Math.floor(minute / 60);
}
