/**
 * Webhook: alarms told to other systems by POST, each signed, in order, tried again until taken; nothing ever waits for it.
 *
 * ```
 *  POST <url>
 *  content-type: application/json
 *  x-tollgate-timestamp: 1764000000            seconds since 1970, of this try
 *  x-tollgate-signature: sha256=<hex>          HMAC-SHA256 under the secret, over timestamp + "." + body
 *
 *  {"id":"…","event":"alarm_raised","kind":"low_balance","subject":"acme","detail":"…","at":"2025-11-24T16:00:00.000Z"}
 * ```
 * Taken is an answer of 2xx. No redirect is followed: what is told of customers goes where the configuration says, or nowhere.
 */
import { createHmac } from "node:crypto";
import { request as httpRequest } from "node:http";
import type { ClientRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Clock } from "../../protocols/wire/clock.js";
import type { AlarmKind } from "../contract/alarm.js";
import type { Log } from "./log.js";

export interface AlarmEvent {
  /** Never the same twice: who was told the same event again (its answer was lost) knows it by this. */
  readonly id: string;
  readonly event: "alarm_raised" | "alarm_cleared" | "alarm_test";
  /** "" in a test. */
  readonly kind: AlarmKind | "";
  readonly subject: string;
  readonly detail: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export interface WaitingEvent {
  readonly url: string;
  readonly event: AlarmEvent;
}

export interface WebhookOptions {
  readonly urls: readonly string[];
  readonly secret: Buffer;
  readonly clock: Clock;
  readonly log: Log;
  /** From connecting to the whole head of the answer. */
  readonly timeoutMs: number;
  /** An event that was not taken for so long is given up. */
  readonly giveUpMs: number;
  /** Events that may wait for one url; the oldest is dropped for a new one. */
  readonly maxWaiting: number;
}

export interface WebhookTotals {
  sent: number;
  failed: number;
  /** Given up, or pushed out by newer ones. */
  dropped: number;
}

export interface WebhookTest {
  /** Without its query, where a token might stand. */
  readonly url: string;
  readonly ok: boolean;
  readonly result: string;
}

const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 300_000;
/** Tries of an event that the other side answers with "no" (4xx): it will hardly say yes later. */
const REFUSED_TRIES = 3;

export class Webhooks {
  readonly totals: WebhookTotals = { sent: 0, failed: 0, dropped: 0 };
  readonly #options: WebhookOptions;
  readonly #queues: readonly UrlQueue[];
  /** Called when something that waited does so no more. */
  settled: () => void = () => undefined;

  constructor(options: WebhookOptions) {
    this.#options = options;
    this.#queues = options.urls.map((url) => new UrlQueue(url, options, this.totals, () => this.settled()));
  }

  /** Queues an event for every url. */
  send(event: AlarmEvent): void {
    for (const queue of this.#queues) queue.push(event);
  }

  /** What waited at the end of the process before; of urls that are still configured. */
  restore(waiting: readonly WaitingEvent[]): void {
    for (const { url, event } of waiting) this.#queues.find((queue) => queue.url === url)?.push(event);
  }

  /** What is not taken yet. */
  waiting(): readonly WaitingEvent[] {
    return this.#queues.flatMap((queue) => queue.events.map((event) => ({ url: queue.url, event })));
  }

  /** One try for each url, beside its queue. */
  test(event: AlarmEvent): Promise<readonly WebhookTest[]> {
    return Promise.all(this.#options.urls.map((url) => new Promise<WebhookTest>((resolve) => {
      post(url, event, this.#options, (ok, result) => resolve({ url: shown(url), ok, result }));
    })));
  }

  /** Ends tries under way; what is not taken stays in waiting(). */
  close(): void {
    for (const queue of this.#queues) queue.close();
  }
}

/** What is to be told to one url, in order, one at a time. */
class UrlQueue {
  readonly url: string;
  readonly events: AlarmEvent[] = [];
  readonly #options: WebhookOptions;
  readonly #totals: WebhookTotals;
  readonly #settled: () => void;
  #tries = 0;
  #firstTryMs = 0;
  #request: ClientRequest | null = null;
  #cancelRetry: (() => void) | null = null;
  #closed = false;

  constructor(url: string, options: WebhookOptions, totals: WebhookTotals, settled: () => void) {
    this.url = url;
    this.#options = options;
    this.#totals = totals;
    this.#settled = settled;
  }

  push(event: AlarmEvent): void {
    if (this.events.length >= this.#options.maxWaiting) {
      // Not the one under way: its answer is to be for it.
      this.events.splice(this.#request === null ? 0 : 1, 1);
      this.#totals.dropped++;
      if (this.#request === null) this.#tries = 0;
      this.#options.log.sampled("error", "webhook_dropped", this.url, { url: shown(this.url), reason: "too many wait" });
    }
    this.events.push(event);
    this.#next();
  }

  close(): void {
    this.#closed = true;
    this.#cancelRetry?.();
    this.#request?.destroy();
  }

  #next(): void {
    const [event] = this.events;
    if (event === undefined || this.#closed || this.#request !== null || this.#cancelRetry !== null) return;
    if (this.#tries === 0) this.#firstTryMs = this.#options.clock.monotonicMs;
    this.#tries++;
    this.#request = post(this.url, event, this.#options, (ok, result, refused) => this.#answered(ok, result, refused));
  }

  #answered(ok: boolean, result: string, refused: boolean): void {
    this.#request = null;
    if (this.#closed) return;
    const { clock, log, giveUpMs } = this.#options;
    if (ok) {
      this.#totals.sent++;
      this.#done();
      return;
    }
    this.#totals.failed++;
    log.sampled("warn", "webhook_failed", this.url, { url: shown(this.url), reason: result, tries: this.#tries, waiting: this.events.length });
    if ((refused && this.#tries >= REFUSED_TRIES) || clock.monotonicMs - this.#firstTryMs >= giveUpMs) {
      this.#totals.dropped++;
      log.sampled("error", "webhook_dropped", this.url, { url: shown(this.url), reason: result, tries: this.#tries });
      this.#done();
      return;
    }
    const pauseMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(this.#tries - 1, 20));
    this.#cancelRetry = clock.after(pauseMs * (0.75 + clock.random() / 2), () => {
      this.#cancelRetry = null;
      this.#next();
    });
  }

  #done(): void {
    this.events.shift();
    this.#tries = 0;
    this.#settled();
    this.#next();
  }
}

/** `refused`: the other side answered, and said that the request itself is wrong. */
type Answered = (ok: boolean, result: string, refused: boolean) => void;

/** One try; `answered` is called once, never before it returns. */
function post(url: string, event: AlarmEvent, options: WebhookOptions, answered: Answered): ClientRequest | null {
  const body = JSON.stringify(event);
  const timestamp = String(Math.floor(options.clock.wallMs / 1000));
  let over = false;
  let cancelTimeout = (): void => undefined;
  const end = (ok: boolean, result: string, refused: boolean): void => {
    if (over) return;
    over = true;
    cancelTimeout();
    setImmediate(answered, ok, result, refused);
  };
  let request: ClientRequest;
  try {
    request = (url.startsWith("https:") ? httpsRequest : httpRequest)(url, {
      method: "POST",
      agent: false,
      headers: {
        "content-type": "application/json", "content-length": Buffer.byteLength(body), "user-agent": "tollgate", connection: "close",
        "x-tollgate-timestamp": timestamp, "x-tollgate-signature": signatureOf(options.secret, timestamp, body),
      },
    });
  } catch (error) {
    end(false, error instanceof Error ? error.message : String(error), false);
    return null;
  }
  request.on("response", (response) => {
    const status = response.statusCode ?? 0;
    // Whatever else it says is not read.
    response.destroy();
    if (status >= 200 && status < 300) end(true, `answered ${String(status)}`, false);
    else if (status >= 300 && status < 400) end(false, `answered ${String(status)}: redirects are not followed`, true);
    else end(false, `answered ${String(status)}`, status >= 400 && status < 500 && status !== 408 && status !== 429);
  });
  request.on("error", (error: NodeJS.ErrnoException) => end(false, error.code ?? error.message, false));
  request.on("close", () => end(false, "closed", false));
  cancelTimeout = options.clock.after(options.timeoutMs, () => {
    end(false, "no answer in time", false);
    request.destroy();
  });
  request.end(body);
  return request;
}

/** Value of the signature header for a body sent at `timestamp` (seconds, as its header has it). */
export function signatureOf(secret: Buffer, timestamp: string, body: string): string {
  return `sha256=${createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex")}`;
}

function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
