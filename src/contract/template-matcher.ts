/**
 * Template matcher: whether a text is one of an account's templates, in time that grows with the text and never explodes.
 *
 * ```
 *  fixed 您的验证码 │ digits:4-6 │ ，│ digits:1-2 │ 分钟内有效         one pass a piece: where could the text be after it?
 *        {5}        │ {9,10,11}  │{12}│ {13,14}   │ {18} = the end ✓
 * ```
 * Sets of places go from piece to piece instead of guesses that are taken back. Templates are looked up by how they begin, those that
 * begin with a variable by how they end, so that 500 of them cost little more than one.
 */
import type { LinkFinder } from "./links.js";
import { VariableKind, type Template } from "./template.js";

/** Longest beginnings or endings that templates are told apart by, in units, longest first. */
const DEPTHS: readonly number[] = [16, 8, 4, 2, 1];
const USUAL_LENGTH = 1_024;

interface Listed {
  readonly no: number;
  readonly template: Template;
}

export class TemplateMatcher {
  /** By depth: hash of so many first (or last) units to the templates with it. */
  readonly #byStart: readonly Map<number, Listed[]>[] = DEPTHS.map(() => new Map<number, Listed[]>());
  readonly #byEnd: readonly Map<number, Listed[]>[] = DEPTHS.map(() => new Map<number, Listed[]>());
  /** Those that begin and end with a variable. */
  readonly #open: Listed[] = [];
  #reach = new Uint8Array(USUAL_LENGTH);
  #next = new Uint8Array(USUAL_LENGTH);
  /** By unit of the text in hand: whether it belongs to a link. */
  readonly #links: LinkFinder;

  /** @param links tells the links of a text; variables may not hold them */
  constructor(templates: readonly { readonly no: number; readonly template: Template }[], links: LinkFinder) {
    this.#links = links;
    for (const listed of templates) this.#enter(listed);
  }

  /** The number of a template that `text` from `start` to `end` is like; 0: none. */
  find(text: string, start: number, end: number): number {
    const length = end - start;
    for (let level = 0; level < DEPTHS.length; level++) {
      const depth = DEPTHS[level] as number;
      if (depth > length) continue;
      const starts = this.#byStart[level] as Map<number, Listed[]>;
      const ends = this.#byEnd[level] as Map<number, Listed[]>;
      const no = (starts.size === 0 ? 0 : this.#first(starts.get(hashOf(text, start, depth)), text, start, end))
        || (ends.size === 0 ? 0 : this.#first(ends.get(hashOf(text, end - depth, depth)), text, start, end));
      if (no !== 0) return no;
    }
    return this.#first(this.#open, text, start, end);
  }

  #enter(listed: Listed): void {
    const { fixed } = listed.template;
    const first = fixed[0] as string;
    const last = fixed[fixed.length - 1] as string;
    const [index, edge] = first !== "" ? [this.#byStart, first] as const : [this.#byEnd, last] as const;
    if (edge === "") {
      this.#open.push(listed);
      return;
    }
    const level = DEPTHS.findIndex((depth) => depth <= edge.length);
    const depth = DEPTHS[level] as number;
    const hash = index === this.#byStart ? hashOf(edge, 0, depth) : hashOf(edge, edge.length - depth, depth);
    const bucket = (index[level] as Map<number, Listed[]>);
    const same = bucket.get(hash);
    if (same === undefined) bucket.set(hash, [listed]);
    else same.push(listed);
  }

  #first(listed: readonly Listed[] | undefined, text: string, start: number, end: number): number {
    if (listed === undefined) return 0;
    for (const { no, template } of listed) if (this.#isLike(template, text, start, end)) return no;
    return 0;
  }

  #isLike(template: Template, text: string, start: number, end: number): boolean {
    const length = end - start;
    if (length < template.shortest || length > template.longest) return false;
    const { fixed, variables } = template;
    const head = fixed[0] as string;
    const tail = fixed[fixed.length - 1] as string;
    if (!text.startsWith(head, start) || !text.startsWith(tail, end - tail.length)) return false;
    if (variables.length === 0) return length === head.length;
    if (length + 1 > this.#reach.length) this.#grow(length + 1);
    this.#reach.fill(0, 0, length + 1);
    this.#reach[head.length] = 1;
    for (let v = 0; v < variables.length; v++) {
      const piece = fixed[v + 1] as string;
      if (!this.#variable(template, v, text, start, length)) return false;
      if (v === variables.length - 1) return this.#reach[length - tail.length] === 1;
      if (!this.#fixed(piece, text, start, length)) return false;
    }
    return false;
  }

  /** From where the text may be before a variable to where it may be behind it. */
  #variable(template: Template, v: number, text: string, start: number, length: number): boolean {
    const { kind, min, max } = template.variables[v] as Template["variables"][number];
    const reach = this.#reach;
    const next = this.#next;
    /** The last place a character that may not be in it stands before. */
    let from = 0;
    /** The nearest place, at least `min` back, that the text may be at. */
    let nearest = -1;
    let any = false;
    for (let at = 0; at <= length; at++) {
      if (at > 0 && !this.#may(kind, text, start + at - 1)) from = at;
      if (at >= min && reach[at - min] === 1) nearest = at - min;
      const reached = nearest >= from && at - nearest <= max && at - nearest >= min;
      next[at] = reached ? 1 : 0;
      any ||= reached;
    }
    this.#reach = next;
    this.#next = reach;
    return any;
  }

  #fixed(piece: string, text: string, start: number, length: number): boolean {
    const reach = this.#reach;
    const next = this.#next;
    const size = piece.length;
    let any = false;
    next.fill(0, 0, length + 1);
    for (let at = 0; at + size <= length; at++) {
      if (reach[at] !== 1 || !text.startsWith(piece, start + at)) continue;
      next[at + size] = 1;
      any = true;
    }
    this.#reach = next;
    this.#next = reach;
    return any;
  }

  #may(kind: VariableKind, text: string, at: number): boolean {
    const unit = text.charCodeAt(at);
    switch (kind) {
      case VariableKind.digits:
        return unit >= 0x30 && unit <= 0x39;
      case VariableKind.code:
        return (unit >= 0x30 && unit <= 0x39) || ((unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a);
      default:
        if (unit === 0x3010 || unit === 0x3011) return false;
        if (unit < 0x20 && kind !== VariableKind.any) return false;
        return kind === VariableKind.link || !this.#links.covers(at);
    }
  }

  #grow(length: number): void {
    this.#reach = new Uint8Array(length * 2);
    this.#next = new Uint8Array(length * 2);
  }
}

function hashOf(text: string, start: number, depth: number): number {
  let hash = 0;
  for (let at = start; at < start + depth; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return hash;
}
