/**
 * One text of `tollgate send`, to one number or several: its whole life, a line for each thing that happens to it, to its receipts and the
 * balance after.
 *
 * ```
 *  part 1 -> CMPP: one submit to up to 100 numbers     SMPP: one submit a number      each number and part: a life of its own
 *  part 2 -> ...
 * ```
 */
import type { AccountReport, TraceReport } from "../admin/reports.js";
import { localTime } from "./business-time.js";
import type { CliContext, CommonOptions } from "./context.js";
import { AdminError } from "../admin/errors.js";
import { CliError, Exit } from "./exit.js";
import { bindCustomer } from "./send-bind.js";
import type { ClientReceipt, CustomerClient, SubmitReply } from "./send-client.js";
import type { SendTarget } from "./send-target.js";
import { cutText } from "./send-text.js";
import type { TextPart } from "./send-text.js";
import type { SendWords } from "./send-words.js";

export interface OneMessage {
  readonly target: SendTarget;
  /** Not empty. */
  readonly to: readonly string[];
  readonly text: string;
  readonly receipt: boolean;
  /** How long to wait for receipts. */
  readonly waitMs: number;
}

/** What becomes of one part on its way to one number. */
interface PartLife {
  readonly to: string;
  /** From 0. */
  readonly part: number;
  reply: SubmitReply | null;
  /** "" until it is accepted. */
  id: string;
  acceptedAtMs: number;
  receipt: ClientReceipt | null;
  receiptAfterMs: number;
}

/** Submits that are out at once: the least window that accounts usually have. */
const WINDOW = 16;
/** A receipt is told to the customer before it is on record that he took it. */
const SETTLED_TRIES = 10;
const SETTLED_PAUSE_MS = 100;

export async function sendOne(message: OneMessage, flags: CommonOptions, words: SendWords, context: CliContext): Promise<void> {
  const cut = cutText(message.text, Math.floor(context.clock.random() * 256), message.target.protocol);
  if (cut.parts === null) throw new CliError(Exit.refused, `not sent: ${cut.reason}`);
  const life = new OneLife(message, cut.parts, words, context, flags.json === true);
  await life.live(cut.alphabet);
  const ids = life.ids;
  const story = message.target.ours && ids.length > 0 ? await askGateway(message.target, ids, flags, context) : null;
  if (flags.json === true) context.output.json({ ...life.report(cut.alphabet), trace: story?.traces ?? [], balance: story === null ? null : balanceOf(story.account) });
  else if (story !== null) tell(story, context);
  if (!life.delivered) context.exit = Exit.refused;
}

class OneLife {
  readonly #message: OneMessage;
  readonly #parts: readonly TextPart[];
  readonly #words: SendWords;
  readonly #context: CliContext;
  readonly #quiet: boolean;
  readonly #lives: PartLife[];
  /** Receipts that came before the answer that names their message. */
  readonly #early: ClientReceipt[] = [];
  #whole: (() => void) | null = null;

  constructor(message: OneMessage, parts: readonly TextPart[], words: SendWords, context: CliContext, quiet: boolean) {
    this.#message = message;
    this.#parts = parts;
    this.#words = words;
    this.#context = context;
    this.#quiet = quiet;
    this.#lives = message.to.flatMap((to) => parts.map((_, part) => ({ to, part, reply: null, id: "", acceptedAtMs: 0, receipt: null, receiptAfterMs: 0 })));
  }

  get ids(): string[] {
    return this.#lives.flatMap(({ id }) => (id === "" ? [] : [id]));
  }

  /** Every part to every number was accepted and, where receipts were asked for, reached the phone. */
  get delivered(): boolean {
    return this.ids.length === this.#lives.length && (!this.#message.receipt || this.#lives.every(({ receipt }) => receipt?.state === "DELIVRD"));
  }

  async live(alphabet: string): Promise<void> {
    const { target, to } = this.#message;
    const bound = await bindCustomer(target, this.#context.clock, (receipt) => this.#receipt(receipt));
    if (bound.client === null) throw bindRefused(target, bound.status, bound.reason, this.#words);
    this.#say("bound", `${target.bindAs} to ${target.host}:${target.port}, ${bound.client.speaks}, after ${ms(bound.afterMs)}`);
    const count = this.#parts.length;
    const where = to.length === 1 ? String(to[0]) : `${to.length} numbers`;
    this.#say("submitted", `from ${target.from} to ${where} as ${count} ${count === 1 ? "segment" : "segments"}, ${alphabet}`);
    const { mostDestinations } = bound.client;
    const submits: (() => Promise<void>)[] = [];
    for (let at = 0; at < to.length; at += mostDestinations) {
      const numbers = new Set(to.slice(at, at + mostDestinations));
      this.#parts.forEach((part, no) => {
        submits.push(() => this.#submit(bound.client, part, this.#lives.filter((life) => life.part === no && numbers.has(life.to))));
      });
    }
    for (let at = 0; at < submits.length; at += WINDOW) await Promise.all(submits.slice(at, at + WINDOW).map((submit) => submit()));
    if (this.#message.receipt) await this.#receipts(bound.client);
    await bound.client.close();
  }

  report(alphabet: string): object {
    const { target, to, text } = this.#message;
    return {
      account: target.account, from: target.from, to: to.length === 1 ? to[0] : to, text, alphabet, segments: this.#parts.length, delivered: this.delivered,
      parts: this.#lives.map(({ to: number, id, reply, receipt, receiptAfterMs }) => ({
        to: number,
        id,
        status: reply?.answered === true ? reply.status : null,
        reason: reply === null ? "" : reply.answered ? (reply.status === 0 ? "" : this.#words.status(reply.status)) : reply.reason,
        answeredAfterMs: reply?.answered === true ? round(reply.afterMs) : null,
        receipt: receipt === null ? null : { state: receipt.state, error: receipt.error, afterMs: round(receiptAfterMs) },
      })),
    };
  }

  /** One part to some numbers, in one submit. */
  async #submit(client: CustomerClient, part: TextPart, lives: readonly PartLife[]): Promise<void> {
    const { target, receipt } = this.#message;
    const reply = await client.submit({ from: target.from, to: lives.map(({ to }) => to), part, receipt });
    const nowMs = this.#context.clock.preciseMs();
    lives.forEach((life, at) => {
      life.reply = reply;
      life.acceptedAtMs = nowMs;
      if (reply.answered && reply.status === 0) life.id = client.idOf(reply.id, at);
    });
    const which = lives.length === 1 ? this.#which(lives[0] as PartLife) : this.#partOf(part.number - 1);
    if (!reply.answered) return this.#say("unanswered", `${which}${reply.reason}; it may or may not have been accepted`);
    if (reply.status !== 0) {
      const remedy = this.#words.remedy(reply.status);
      return this.#say("refused", `${which}${this.#words.status(reply.status)}${remedy === "" ? "" : ` ${remedy}`}`);
    }
    for (const life of lives) this.#say("accepted", `${this.#which(life)}as ${life.id} after ${ms(reply.afterMs)}`);
    for (const early of this.#early) if (lives.some(({ id }) => id === early.id)) this.#receipt(early);
  }

  #receipt(receipt: ClientReceipt): void {
    const life = receipt.id === "" ? undefined : this.#lives.find(({ id }) => id === receipt.id);
    if (life === undefined) {
      if (!this.#early.includes(receipt)) this.#early.push(receipt);
      return;
    }
    const again = life.receipt !== null;
    if (!again) {
      life.receipt = receipt;
      life.receiptAfterMs = this.#context.clock.preciseMs() - life.acceptedAtMs;
    }
    const error = receipt.error === "" || receipt.error === "000" ? "" : `, error ${receipt.error}`;
    const after = ms(this.#context.clock.preciseMs() - life.acceptedAtMs);
    this.#say("receipt", `${this.#which(life)}${this.#words.receipt(receipt.state)}${error} ${after} after the acceptance${again ? ", once more" : ""}`);
    if (this.#complete) this.#whole?.();
  }

  get #complete(): boolean {
    return this.#lives.every(({ reply, receipt }) => receipt !== null || reply?.answered !== true || reply.status !== 0);
  }

  /** Waits for the receipts of what was accepted. */
  async #receipts(client: CustomerClient): Promise<void> {
    if (this.#complete) return;
    const { clock } = this.#context;
    const { waitMs } = this.#message;
    await new Promise<void>((resolve) => {
      const endMs = clock.preciseMs() + waitMs;
      const untick = clock.onTick(() => {
        if (client.over === "" && clock.preciseMs() < endMs) return;
        this.#say("no receipt", client.over === "" ? `within ${waitMs / 1_000} s` : client.over);
        this.#whole?.();
      });
      this.#whole = () => {
        untick();
        resolve();
      };
    });
  }

  /** Which of several it is. */
  #which({ to, part }: PartLife): string {
    return `${this.#message.to.length === 1 ? "" : `${to} `}${this.#partOf(part)}`;
  }

  #partOf(part: number): string {
    return this.#parts.length === 1 ? "" : `part ${part + 1} of ${this.#parts.length} `;
  }

  #say(what: string, text: string): void {
    if (!this.#quiet) this.#context.output.line(`${what.padEnd(11)} ${text}`);
  }
}

export function bindRefused(target: SendTarget, status: number, reason: string, words: SendWords): CliError {
  const where = `${target.host}:${target.port}`;
  if (status !== 0) {
    const { words: why, remedy } = words.bind(status);
    return new CliError(Exit.refused, `${target.bindAs} may not bind to ${where}: ${why}`, remedy);
  }
  return new CliError(Exit.unavailable, `cannot bind to ${where}: ${reason}`, reason === "ECONNREFUSED" ? "start the gateway with: tollgate serve --config FILE (npm start for the demo)" : "");
}

interface Story {
  readonly traces: readonly TraceReport[];
  readonly account: AccountReport;
  readonly zoneMinutes: number;
}

/** What the running gateway knows of the messages; null when it cannot be asked from here. */
async function askGateway(target: SendTarget, ids: readonly string[], flags: CommonOptions, context: CliContext): Promise<Story | null> {
  try {
    return await context.withBooks(flags, async (api, settings) => {
      let traces: TraceReport[] = [];
      for (let tries = 1; tries <= SETTLED_TRIES; tries++) {
        traces = [];
        for (const id of ids) traces.push(...(await api.call("trace", { by: "id", value: target.ourId(id, context.clock.wallMs), limit: 1 })));
        if (traces.length === ids.length && traces.every((trace) => trace.notify !== "pending")) break;
        await new Promise<void>((resolve) => context.clock.after(SETTLED_PAUSE_MS, resolve));
      }
      return { traces, account: await api.call("account.show", { name: target.account }), zoneMinutes: settings.data.zoneMinutes };
    }, "daemon");
  } catch (error) {
    if (error instanceof CliError || error instanceof AdminError) return null;
    throw error;
  }
}

function tell(story: Story, context: CliContext): void {
  for (const trace of story.traces) {
    context.output.line("");
    context.output.line(`trace of ${trace.messageId}: ${trace.state}, ${trace.charge} ${trace.chargeState}`);
    context.output.table(
      [{ title: "time" }, { title: "stage" }, { title: "what" }],
      trace.events.map((event) => [localTime(event.at, story.zoneMinutes), event.stage, event.text]),
    );
  }
  const { available, held, currency } = story.account;
  context.output.line("");
  context.output.line(`balance     ${available} ${currency} available, ${held} held`);
}

function balanceOf(account: AccountReport): object {
  return { available: account.available, held: account.held, currency: account.currency };
}

function ms(value: number): string {
  return value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
