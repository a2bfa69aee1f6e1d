/**
 * Rejudge: what waits is judged again when the word lists have changed since it was accepted, parts of a longer text as one; and what was
 * scheduled, when its time has come: whom it goes to and at what hour.
 *
 * ```
 *  first in its lane, older lists ─ a message by itself ─▶ screened there and then
 *                                 └ a part ─ its lane stands still ─▶ [ books: its siblings ] ─▶ the text screened, lane goes on
 * ```
 * A text's parts may be anywhere by then: in other lanes, on disk, out, or ended; so the books are asked, for all parts in a lane's
 * head at once. With the lists unchanged, and nothing scheduled, nothing here is ever called.
 */
import { normaliseDestination } from "../../protocols/model/address.js";
import type { Message } from "../../protocols/model/message.js";
import { Outcome } from "../../protocols/model/outcome.js";
import { shownText } from "../../protocols/model/text.js";
import type { Clock } from "../../protocols/wire/clock.js";
import { Judged } from "../contract/judged.js";
import type { Screen } from "../filter/screen.js";
import type { SiblingText } from "../store/query.js";
import type { Store } from "../store/store.js";
import { lackingSignature } from "./accept.js";
import type { LiveAccount } from "./accounts.js";
import type { Fragments } from "./fragments.js";
import { Gathering, joinedText, onceEach, type Gatherable } from "./gathering.js";
import type { FlowMetrics } from "./ports.js";
import { judgeRelease, knowText, screenText } from "./screen.js";
import { Stage } from "./stages.js";
import type { Submission } from "./submission.js";
import { screenParts, screenWithGone, type Words } from "./whole.js";

/** Parts asked about at once. */
const ASKED_MAX = 512;
/** Judgements kept for parts that have not come to their turn; beyond it all are forgotten, and asked for again. */
const KNOWN_MAX = 65_536;

export interface RejudgeContext {
  readonly store: Pick<Store, "query" | "evidence">;
  readonly clock: Clock;
  readonly metrics: FlowMetrics;
  /** The lists in force. */
  readonly screen: Screen;
  /** How long the parts of a text may take to arrive. */
  readonly gatherMs: number;
  readonly holder: { readonly fragments: Fragments };
  /** The books could not be asked about siblings: the parts wait. */
  rejudgeFailed(reason: string): void;
}

/** What a text came to, and what was found in it. */
export interface Judgement {
  readonly outcome: Outcome;
  /** Not refused, but to wait for a person. */
  readonly hold: boolean;
  readonly evidence: string;
  /** The message that the whole text is named by, where it waits for a person. */
  readonly textId: number;
}

const CUT: Judgement = { outcome: Outcome.segments_missing, hold: false, evidence: "", textId: 0 };

export class Rejudge {
  readonly #context: RejudgeContext;
  readonly #judged = new Judged();
  /** Of parts whose texts have been judged, by the lists of `#version`. */
  readonly #known = new Map<number, Judgement>();
  #version = 0;

  constructor(context: RejudgeContext) {
    this.#context = context;
  }

  /** Whether judge() can answer now. */
  ready({ message }: Submission): boolean {
    return message.segmentTotal <= 1 || (this.#version === this.#context.screen.version && this.#known.has(message.id));
  }

  /** What a message, or the text it is a part of, comes to by the lists in force, once ready() says so; and whether one that was scheduled may go now. */
  judge({ message, account, wordsVersion }: Submission): Judgement {
    const { metrics, screen, store, clock } = this.#context;
    const judged = this.#judged;
    judged.clear();
    let textId = message.id;
    if (wordsVersion !== screen.version) {
      const known = this.#known.get(message.id);
      this.#known.delete(message.id);
      if (known === undefined) {
        screenText(screen, viewOf(account), shownText(message), message, judged);
      } else if (known.outcome !== Outcome.ok || known.evidence !== "") {
        judged.add(known.outcome, known.outcome === Outcome.ok ? "flag" : known.hold ? "hold" : "reject", known.evidence);
        textId = known.textId;
      }
    }
    if (message.scheduledAtMs > 0 && message.segmentTotal <= 1) knowText(account, shownText(message), message.source, judged);
    if (message.scheduledAtMs > 0) judgeRelease(account, normaliseDestination(message.destination, message.destinationTon) ?? message.destination, judged, clock.wallMs);
    const { outcome, hold, evidence } = judged;
    if (evidence !== "") store.evidence(message.id, evidence);
    metrics.stage(Stage.screen, hold ? Outcome.ok : outcome);
    return { outcome, hold, evidence, textId };
  }

  /**
   * Finds out about the parts among these. Never rejects.
   * @returns whether anything was found out: false when the books cannot be asked now
   */
  async ask(submissions: Iterable<Submission>): Promise<boolean> {
    const asked = new Map<number, Submission>();
    for (const submission of submissions) {
      if (asked.size >= ASKED_MAX) break;
      if (submission.wordsVersion !== this.#context.screen.version && !this.ready(submission)) asked.set(submission.message.id, submission);
    }
    try {
      const alone = await this.#look(asked, 0);
      if (alone.size > 0) await this.#look(alone, this.#context.gatherMs);
      return true;
    } catch (error) {
      this.#context.rejudgeFailed(error instanceof Error ? error.message : String(error));
      return false;
    }
  }

  /** Judges those whose texts are found whole, or, when all the time a text may take has been looked through, as far as they are; the others come back. */
  async #look(asked: ReadonlyMap<number, Submission>, withinMs: number): Promise<Map<number, Submission>> {
    const left = new Map(asked);
    const answer = await this.#context.store.query({ kind: "siblings", messageIds: [...asked.keys()], withinMs });
    const { version } = this.#context.screen;
    if (this.#version !== version || this.#known.size > KNOWN_MAX) this.#known.clear();
    this.#version = version;
    for (const found of answer.kind === "siblings" ? answer.texts : []) {
      for (const text of textsOf(found, asked, withinMs > 0)) {
        const judgement = found.cut ? CUT : this.#judge(text, asked);
        for (const { message } of text) if (left.delete(message.id)) this.#known.set(message.id, judgement);
      }
    }
    if (withinMs === 0) return left;
    // Gone from the books, or taken back: the mark of its dispatch will not be made.
    for (const [id, submission] of left) this.#known.set(id, this.#judge([submission], asked));
    return left;
  }

  #judge(text: readonly Gatherable[], asked: ReadonlyMap<number, Submission>): Judgement {
    const { screen, holder } = this.#context;
    const parts = [...onceEach(text)].map(({ message }) => message).sort((one, other) => one.segmentNumber - other.segmentNumber);
    const [first] = parts as [Message, ...Message[]];
    const owner = text.map(({ message }) => asked.get(message.id)).find((submission) => submission !== undefined)?.account;
    const said = joinedText(parts) ?? "";
    const prefix = first.segmentNumber > 1 ? "" : lackingSignature(owner?.terms.signature ?? "", said);
    const judged = this.#judged;
    judged.clear();
    const words: Words = { screen, view: owner === undefined ? null : viewOf(owner) };
    screenParts(words, parts, said, prefix, judged);
    const gone = judged.refused ? [] : holder.fragments.goneOf((text[0] as Gatherable).accountNo, first);
    if (gone.length > 0) screenWithGone(words, parts, gone, judged);
    const { outcome, hold, evidence } = judged;
    return { outcome, hold, evidence, textId: Math.min(...text.map(({ message }) => message.id)) };
  }
}

/** The texts with parts that were asked about, put together as they were when they came; `all`: those that are not whole, too. */
function textsOf({ parts, messageIds }: SiblingText, asked: ReadonlyMap<number, Submission>, all: boolean): (readonly Gatherable[])[] {
  const gathering = new Gathering<Gatherable>(Infinity);
  const accountNo = asked.get(messageIds[0] ?? 0)?.accountNo ?? 0;
  const texts: (readonly Gatherable[])[] = [];
  for (const message of parts) {
    const gathered = gathering.add({ accountNo, message });
    if (gathered !== null) texts.push(gathered.parts);
  }
  if (all) for (const id of messageIds) texts.push(gathering.takeText(id));
  return texts.filter((text) => text.some(({ message }) => asked.has(message.id)));
}

function viewOf({ policy }: LiveAccount): Words["view"] {
  return policy === null ? null : policy.words;
}
