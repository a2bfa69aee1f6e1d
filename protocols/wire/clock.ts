/**
 * Clock: the only place that reads time or sets timers, so that a whole gateway can run from a hand-moved one.
 *
 * `monotonicMs` and `wallMs` are coarse: refreshed by the shared tick and at the start of each socket read
 * (call `refresh()`), so reading them on the hot path is a property load.
 */
export interface Clock {
  /** Coarse monotonic milliseconds; never goes back. */
  readonly monotonicMs: number;
  /** Coarse wall-clock milliseconds since the Unix epoch. */
  readonly wallMs: number;
  /** Re-reads both clocks now. */
  refresh(): void;
  /** Exact monotonic milliseconds with a fraction, for latency measuring. */
  preciseMs(): number;
  /** Calls `listener(monotonicMs)` on every shared tick (100 ms) until the returned function is called. */
  onTick(listener: (monotonicMs: number) => void): () => void;
  /** Calls `fn` once after `delayMs` (at least); returns a cancel. Never for per-message work. */
  after(delayMs: number, fn: () => void): () => void;
  /** A random number in [0, 1), for jitter. */
  random(): number;
}

export const TICK_MS = 100;

/** The real clock; the tick timer does not keep the process alive by itself. */
export function systemClock(): Clock & { stop(): void } {
  const listeners = new Set<(monotonicMs: number) => void>();
  const clock = {
    monotonicMs: Math.floor(performance.now()),
    wallMs: Date.now(),
    refresh(): void {
      clock.monotonicMs = Math.floor(performance.now());
      clock.wallMs = Date.now();
    },
    preciseMs: (): number => performance.now(),
    onTick(listener: (monotonicMs: number) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    after(delayMs: number, fn: () => void): () => void {
      const timer = setTimeout(fn, delayMs);
      return () => clearTimeout(timer);
    },
    random: Math.random,
    stop: (): void => clearInterval(timer),
  };
  const timer = setInterval(() => {
    clock.refresh();
    for (const listener of listeners) listener(clock.monotonicMs);
  }, TICK_MS);
  timer.unref();
  return clock;
}

/** Resolves when `done` says so, looked at on each shared tick, or after `withinMs` at the latest. */
export function until(clock: Clock, done: () => boolean, withinMs: number): Promise<void> {
  if (done()) return Promise.resolve();
  const endMs = clock.monotonicMs + withinMs;
  return new Promise((resolve) => {
    const untick = clock.onTick((nowMs) => {
      if (!done() && nowMs < endMs) return;
      untick();
      resolve();
    });
  });
}

/** A clock that stands still until `advance()` moves it; ticks and timers fire as time passes them. */
export class ManualClock implements Clock {
  monotonicMs: number;
  wallMs: number;
  #timers: { atMs: number; order: number; fn: () => void }[] = [];
  #order = 0;
  #seed = 1;
  readonly #listeners = new Set<(monotonicMs: number) => void>();

  constructor(startWallMs = 1_764_000_000_000, startMonotonicMs = 1_000) {
    this.wallMs = startWallMs;
    this.monotonicMs = startMonotonicMs;
  }

  refresh(): void {
    // Time moves only by advance().
  }

  preciseMs(): number {
    return this.monotonicMs;
  }

  onTick(listener: (monotonicMs: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  after(delayMs: number, fn: () => void): () => void {
    const entry = { atMs: this.monotonicMs + delayMs, order: this.#order++, fn };
    this.#timers.push(entry);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== entry);
    };
  }

  random(): number {
    this.#seed = (Math.imul(this.#seed, 1_103_515_245) + 12_345) >>> 0;
    return this.#seed / 4_294_967_296;
  }

  /** Moves both clocks on by `ms`, firing due timers and every 100 ms tick in order. */
  advance(ms: number): void {
    const endMs = this.monotonicMs + ms;
    for (;;) {
      const nextTickMs = (Math.floor(this.monotonicMs / TICK_MS) + 1) * TICK_MS;
      this.#timers.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
      const timer = this.#timers[0];
      const nextMs = Math.min(nextTickMs, timer?.atMs ?? Infinity);
      if (nextMs > endMs) break;
      this.#move(nextMs);
      if (timer !== undefined && timer.atMs <= nextMs) {
        this.#timers.shift();
        timer.fn();
      } else {
        for (const listener of this.#listeners) listener(this.monotonicMs);
      }
    }
    this.#move(endMs);
  }

  /** Steps the wall clock alone, as an administrator or NTP would. */
  stepWall(ms: number): void {
    this.wallMs += ms;
  }

  #move(toMs: number): void {
    this.wallMs += toMs - this.monotonicMs;
    this.monotonicMs = toMs;
  }
}
