/**
 * Rejudge: what waits is judged again when the word lists have changed since it was accepted; parts of a longer text as one.
 *
 * ```
 *  first in its lane, older lists ─ a message by itself ─▶ screened there and then
 *                                 └ a part ─ its lane stands still ─▶ [ books: its siblings ] ─▶ the text screened, lane goes on
 * ```
 * A text's parts may be anywhere by then: in other lanes, on disk, out, or ended; so the books are asked, for all parts in a lane's
 * head at once. With the lists unchanged nothing here is ever called.
 */
import type { Message } from "../../protocols/model/message.js";
import { Outcome } from "../../protocols/model/outcome.js";
import { shownText } from "../../protocols/model/text.js";
import type { Screen } from "../filter/screen.js";
import type { SiblingText } from "../store/query.js";
import type { Store } from "../store/store.js";
import { lackingSignature } from "./accept.js";
import type { Fragments } from "./fragments.js";
import { Gathering, joinedText, onceEach, type Gatherable } from "./gathering.js";
import type { FlowMetrics } from "./ports.js";
import { Screened, screenText } from "./screen.js";
import { Stage } from "./stages.js";
import type { Submission } from "./submission.js";
import { screenParts, screenWithGone } from "./whole.js";

/** Parts asked about at once. */
const ASKED_MAX = 512;
/** Judgements kept for parts that have not come to their turn; beyond it all are forgotten, and asked for again. */
const KNOWN_MAX = 65_536;

export interface RejudgeContext {
  readonly store: Pick<Store, "query" | "evidence">;
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
interface Judgement {
  readonly outcome: Outcome;
  readonly evidence: string;
}

const CUT: Judgement = { outcome: Outcome.segments_missing, evidence: "" };

export class Rejudge {
  readonly #context: RejudgeContext;
  readonly #screened = new Screened();
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

  /** What a message, or the text it is a part of, comes to by the lists in force; once ready() says so. */
  judge({ message }: Submission): Outcome {
    const { metrics, screen, store } = this.#context;
    const known = this.#known.get(message.id);
    this.#known.delete(message.id);
    const outcome = known?.outcome ?? screenText(screen, shownText(message), message, this.#screened);
    const { evidence } = known ?? this.#screened;
    if (evidence !== "") store.evidence(message.id, evidence);
    metrics.stage(Stage.screen, outcome);
    return outcome;
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
    let outcome = screenParts(screen, parts, said, prefix, this.#screened);
    const gone = outcome === Outcome.ok ? holder.fragments.goneOf((text[0] as Gatherable).accountNo, first) : [];
    if (gone.length > 0) outcome = screenWithGone(screen, parts, gone, this.#screened);
    return { outcome, evidence: this.#screened.evidence };
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
