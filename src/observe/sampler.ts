/**
 * Sampler: lets at most so many lines a minute of one event through, so that a hostile peer cannot fill the log.
 *
 * Inside an event's share one key (a peer's address, say) gets at most half, so that one noisy peer does not
 * hide the others. Memory is bounded: keys are remembered only for lines let through, and only for their minute.
 */
const MINUTE_MS = 60_000;
/** Events beyond this many share one window; event names are constants, so this is never met in practice. */
const MAX_EVENTS = 500;

interface Window {
  startedAtMs: number;
  passed: number;
  suppressed: number;
  readonly byKey: Map<string, number>;
}

export class Sampler {
  readonly #perMinute: number;
  readonly #perKey: number;
  readonly #windows = new Map<string, Window>();

  constructor(perMinute: number) {
    this.#perMinute = Math.max(1, perMinute);
    this.#perKey = Math.max(1, Math.ceil(this.#perMinute / 2));
  }

  /** -1 when this line is to be left out, else how many of this event were left out since the last one shown. */
  admit(event: string, key: string, nowMs: number): number {
    const window = this.#window(event, nowMs);
    if (nowMs - window.startedAtMs >= MINUTE_MS) {
      window.startedAtMs = nowMs;
      window.passed = 0;
      window.byKey.clear();
    }
    const ofKey = window.byKey.get(key) ?? 0;
    if (window.passed >= this.#perMinute || ofKey >= this.#perKey) {
      window.suppressed++;
      return -1;
    }
    window.passed++;
    window.byKey.set(key, ofKey + 1);
    const suppressed = window.suppressed;
    window.suppressed = 0;
    return suppressed;
  }

  /** What was left out and never told, by event; forgets it. */
  takeSuppressed(): [event: string, count: number][] {
    const rest: [string, number][] = [];
    for (const [event, window] of this.#windows) {
      if (window.suppressed === 0) continue;
      rest.push([event, window.suppressed]);
      window.suppressed = 0;
    }
    return rest;
  }

  #window(event: string, nowMs: number): Window {
    const name = this.#windows.has(event) || this.#windows.size < MAX_EVENTS ? event : "";
    let window = this.#windows.get(name);
    if (window === undefined) {
      window = { startedAtMs: nowMs, passed: 0, suppressed: 0, byKey: new Map() };
      this.#windows.set(name, window);
    }
    return window;
  }
}
