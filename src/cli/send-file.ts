/**
 * A file of `tollgate send`: read line by line, sent within a window and a pace, and counted to the last receipt.
 *
 * ```
 *  line -> cut -> (window, pace) -> submit -> accepted -> awaiting its receipt -> receipt
 *             '-> refused here              '-> refused  '-> throttled: again, slower
 * ```
 * At most the window and MOST_AWAITING receipts are held in memory, however long the file.
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Clock } from "../../protocols/wire/clock.js";
import { CliError, Exit } from "./exit.js";
import { bindCustomer } from "./send-bind.js";
import type { ClientReceipt, CustomerClient, SubmitReply } from "./send-client.js";
import { bindRefused } from "./send-one.js";
import { Pace } from "./send-pace.js";
import type { SendTarget } from "./send-target.js";
import { SendTotals } from "./send-totals.js";
import { cutText, readTextLine } from "./send-text.js";
import type { TextPart } from "./send-text.js";
import type { SendWords } from "./send-words.js";

export interface FileMessages {
  readonly path: string;
  readonly target: SendTarget;
  /** For lines that name no number; null when all must. */
  readonly to: string | null;
  readonly receipt: boolean;
  /** Submits that may be unanswered. */
  readonly window: number;
  /** Submits a second; 0 = as fast as the window and the gateway allow. */
  readonly rate: number;
  /** With no receipt coming for so long, those that lack one are given up. */
  readonly waitMs: number;
}

/** One line's text on its way. */
interface Text {
  readonly line: number;
  readonly to: string;
  unanswered: number;
  failed: boolean;
}

const MOST_AWAITING = 50_000;
/** A passing refusal is tried again this often. */
const MOST_TRIES = 200;
const REBIND_TRIES = 10;
const REBIND_PAUSE_MS = 500;

/** Sends the whole file. Throws CliError when the first bind or the file fails; later losses are in the totals. */
export async function sendFile(messages: FileMessages, words: SendWords, clock: Clock, progress: (totals: SendTotals) => void): Promise<SendTotals> {
  const run = new FileRun(messages, words, clock);
  const untick = clock.onTick(() => progress(run.totals));
  try {
    await run.send();
  } finally {
    untick();
  }
  return run.totals;
}

class FileRun {
  readonly totals: SendTotals;
  readonly #messages: FileMessages;
  readonly #words: SendWords;
  readonly #clock: Clock;
  readonly #pace: Pace;
  /** Accepted parts without a final receipt, by our id. */
  readonly #awaiting = new Set<string>();
  /** Receipts that came before the answers that name their messages. */
  readonly #early = new Map<string, string>();
  #client: CustomerClient | null = null;
  #binding: Promise<CustomerClient | null> | null = null;
  #underWay = 0;
  #wake: (() => void) | null = null;
  #lastReceiptMs = 0;
  #reference: number;

  constructor(messages: FileMessages, words: SendWords, clock: Clock) {
    this.#messages = messages;
    this.#words = words;
    this.#clock = clock;
    this.#pace = new Pace(messages.rate);
    this.#reference = Math.floor(clock.random() * 256);
    this.totals = new SendTotals(clock);
  }

  async send(): Promise<void> {
    const { path, target } = this.#messages;
    this.totals.octetsInAll = await sizeOf(path);
    const bound = await this.#bind();
    if (bound.client === null) throw bindRefused(target, bound.status, bound.reason, this.#words);
    this.#client = bound.client;
    this.totals.start();
    const lines = createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Infinity });
    try {
      for await (const line of lines) {
        this.totals.octetsRead += Buffer.byteLength(line) + 1;
        this.totals.lines++;
        await this.#line(line);
        if (this.totals.stopped !== "") break;
      }
    } finally {
      lines.close();
    }
    while (this.#underWay > 0) await this.#change();
    await this.#receipts();
    this.totals.end(this.#awaiting.size);
    await this.#client?.close();
  }

  async #line(line: string): Promise<void> {
    const read = readTextLine(line);
    if (read === null) return;
    this.totals.texts++;
    const at = this.totals.lines;
    if (read.text === null) return this.totals.unreadable(read.reason, at);
    const to = read.to ?? this.#messages.to;
    if (to === null) return this.totals.unreadable("the line names no number, and --to is not given", at);
    const cut = cutText(read.text, this.#reference, this.#messages.target.protocol);
    if (cut.parts === null) return this.totals.refused(`not sent: ${cut.reason}`, at);
    if (cut.parts.length > 1) this.#reference = (this.#reference + 1) & 0xff;
    const text: Text = { line: at, to, unanswered: cut.parts.length, failed: false };
    for (const part of cut.parts) {
      while (this.#underWay >= this.#messages.window) await this.#change();
      if (this.#awaiting.size >= MOST_AWAITING) await this.#receipts(MOST_AWAITING / 2);
      // The rest of a text that was refused would be money for nothing.
      if (text.failed) return;
      this.#underWay++;
      void this.#deliver(text, part).finally(() => {
        this.#underWay--;
        this.#wake?.();
      });
      await this.#turn();
    }
  }

  /** Submits one part until it is accepted, or refused for good. */
  async #deliver(text: Text, part: TextPart): Promise<void> {
    const { target, receipt } = this.#messages;
    for (let tries = 1; ; tries++) {
      const client = await this.#alive();
      if (text.failed) return;
      if (client === null) return this.#failed(text, () => this.totals.unanswered(this.totals.stopped, text.line));
      if (tries > 1) await this.#turn();
      const reply = await client.submit({ from: target.from, to: [text.to], part, receipt });
      if (reply.answered && this.#words.passing(reply.status) && tries < MOST_TRIES) {
        this.totals.throttled++;
        this.#pace.throttled(this.#clock.preciseMs());
        await this.#turn();
        continue;
      }
      return this.#answered(text, reply);
    }
  }

  #answered(text: Text, reply: SubmitReply): void {
    if (!reply.answered) return this.#failed(text, () => this.totals.unanswered(reply.reason, text.line));
    if (reply.status !== 0) return this.#failed(text, () => this.totals.refused(this.#words.status(reply.status), text.line));
    this.#pace.accepted(this.#clock.preciseMs());
    this.totals.segments++;
    this.totals.answers.add(reply.afterMs);
    if (--text.unanswered === 0 && !text.failed) this.totals.accepted++;
    if (!this.#messages.receipt) return;
    const early = this.#early.get(reply.id);
    if (early === undefined) this.#awaiting.add(reply.id);
    else {
      this.#early.delete(reply.id);
      this.totals.receipt(early);
    }
  }

  /** A text is counted once, whatever becomes of its other parts. */
  #failed(text: Text, count: () => void): void {
    if (!text.failed) count();
    text.failed = true;
  }

  #receipt({ id, state }: ClientReceipt): void {
    this.#lastReceiptMs = this.#clock.preciseMs();
    if (this.#awaiting.delete(id)) this.totals.receipt(state);
    else if (this.#early.size < MOST_AWAITING) this.#early.set(id, state);
    this.#wake?.();
  }

  /** Waits until at most `most` receipts are missing, or none has come for as long as the caller would wait. */
  async #receipts(most = 0): Promise<void> {
    this.#lastReceiptMs = this.#clock.preciseMs();
    while (this.#awaiting.size > most) {
      if (this.#clock.preciseMs() - this.#lastReceiptMs >= this.#messages.waitMs) {
        this.totals.withoutReceipt += this.#awaiting.size;
        return this.#awaiting.clear();
      }
      if ((await this.#alive()) === null) return;
      await this.#change();
    }
  }

  /** Resolves at the next answer or receipt, or after a moment, so that no wait depends on the far side alone. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        this.#wake = null;
        resolve();
      };
      const cancel = this.#clock.after(100, done);
      this.#wake = done;
    });
  }

  async #turn(): Promise<void> {
    const waitMs = this.#pace.take(this.#clock.preciseMs());
    if (waitMs >= 1) await new Promise<void>((resolve) => this.#clock.after(waitMs, resolve));
  }

  /** The live bind, made again when it was lost; null when that failed for good. */
  #alive(): CustomerClient | null | Promise<CustomerClient | null> {
    if (this.#client?.over === "") return this.#client;
    if (this.totals.stopped !== "") return null;
    this.#binding ??= this.#rebind().finally(() => {
      this.#binding = null;
    });
    return this.#binding;
  }

  async #rebind(): Promise<CustomerClient | null> {
    let reason = this.#client?.over ?? "";
    for (let tries = 1; tries <= REBIND_TRIES; tries++) {
      await new Promise<void>((resolve) => this.#clock.after(REBIND_PAUSE_MS * Math.min(tries, 6), resolve));
      const bound = await this.#bind();
      if (bound.client !== null) {
        this.totals.rebinds++;
        this.#lastReceiptMs = this.#clock.preciseMs();
        return (this.#client = bound.client);
      }
      reason = bound.status === 0 ? bound.reason : this.#words.bind(bound.status).words;
    }
    this.totals.stopped = `the connection was lost and could not be made again: ${reason}`;
    return null;
  }

  #bind(): ReturnType<typeof bindCustomer> {
    return bindCustomer(this.#messages.target, this.#clock, (receipt) => this.#receipt(receipt));
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    throw new CliError(Exit.usage, `cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? "error"}`);
  }
}
