/**
 * Blasting: messages to consecutive or dense numbers of one block of 10,000 (a number segment), found and held down for a while.
 *
 * ```
 *  every number asked for ─▶ BlockTable ─ run or density reached ─▶ found: the block is refused, the account slowed
 *                                                                      │ blast-limit after the last find
 *                                                                      ▼ over
 * ```
 * Refused numbers are looked at as well: whoever goes on stays found.
 */
import type { ContractTerms } from "../ledger/contract-terms.js";
import { BlockTable } from "./block-table.js";

/** Blocks refused at once, of one account; beyond it the first found is let go (the account stays slowed). */
const MAX_FOUND = 1_024;
/** Digits of a number within its block. */
const WITHIN = 4;
const ZERO = 0x30;
/** Stands before the digits of a block abroad, so that it is no block at home; above any 11 digits. */
const ABROAD = 1e14;

export type BlastTerms = Pick<ContractTerms, "blastRun" | "blastDense" | "blastWindowMs" | "blastRate" | "blastLimitMs"> & { readonly no: number };

/** Told when an account is found blasting, and when it has been quiet for long enough. */
export interface BlastEvents {
  /** @param detail for people; names the block, no number */
  blasting(accountNo: number, on: boolean, detail: string): void;
}

class Found {
  /** Wall ms until which each block is refused, the first found first. */
  readonly blocks = new Map<number, number>();
  untilMs = 0;
}

export class Blasting {
  readonly #maxBlocks: number;
  #table: BlockTable | null = null;
  readonly #events: BlastEvents;
  readonly #found = new Map<number, Found>();
  /** Accounts found, and blocks. */
  finds = 0;

  /** @param maxBlocks see BlockTable */
  constructor(maxBlocks: number, events: BlastEvents) {
    this.#maxBlocks = maxBlocks;
    this.#events = events;
  }

  /** Made when the first account asks. */
  get table(): BlockTable {
    this.#table ??= new BlockTable(this.#maxBlocks);
    return this.#table;
  }

  /** Blocks remembered now, and pushed out before their time. */
  get blocks(): number {
    return this.#table?.blocks ?? 0;
  }

  get dropped(): number {
    return this.#table?.dropped ?? 0;
  }

  /** Looks at a number that is written to. Whether its block is blasted by it. */
  see(terms: BlastTerms, destination: string, wallMs: number): boolean {
    const { blastRun, blastDense } = terms;
    if (blastRun === 0 && blastDense === 0) return false;
    const block = blockOf(destination);
    if (block < 0) return false;
    const { table } = this;
    table.see(terms.no, block, numberIn(destination), wallMs, terms.blastWindowMs, blastRun);
    const inRow = blastRun > 0 && table.run >= blastRun;
    if (!inRow && (blastDense === 0 || table.dense < blastDense)) return false;
    this.#find(terms, block, wallMs, wallMs, inRow);
    return true;
  }

  /** A number that was refused for this some time ago, as the books say. */
  restored(terms: BlastTerms, destination: string, atMs: number, wallMs: number): void {
    const block = blockOf(destination);
    if (block >= 0 && atMs + terms.blastLimitMs > wallMs) this.#find(terms, block, atMs, wallMs, null);
  }

  #find(terms: BlastTerms, block: number, atMs: number, wallMs: number, inRow: boolean | null): void {
    let found = this.#found.get(terms.no);
    const before = found?.untilMs ?? 0;
    if (found === undefined) {
      found = new Found();
      this.#found.set(terms.no, found);
    }
    const untilMs = atMs + terms.blastLimitMs;
    const { blocks } = found;
    if (untilMs > (blocks.get(block) ?? 0)) {
      if (!blocks.has(block)) {
        this.finds++;
        if (blocks.size >= MAX_FOUND) blocks.delete(blocks.keys().next().value as number);
      }
      blocks.set(block, untilMs);
    }
    if (untilMs > found.untilMs) found.untilMs = untilMs;
    if (before > wallMs) return;
    const { run, dense } = this.table;
    const what = inRow === null ? "found before the restart" : inRow ? `${String(run)} numbers in a row` : `${String(dense)} numbers`;
    this.#events.blasting(terms.no, true, `${what} in block ${blockName(block)}`);
  }

  /** Whether a number's block is refused to the account now. */
  refuses(accountNo: number, destination: string, wallMs: number): boolean {
    const found = this.#found.get(accountNo);
    return found !== undefined && (found.blocks.get(blockOf(destination)) ?? 0) > wallMs;
  }

  /** Wall ms until which the account is slowed; 0: it is not. */
  slowedUntil(accountNo: number): number {
    return this.#found.get(accountNo)?.untilMs ?? 0;
  }

  /** Accounts that are held down now. */
  get slowed(): number {
    return this.#found.size;
  }

  /** Lets go of those who have been quiet for long enough. */
  tick(wallMs: number): void {
    this.#table?.sweep(wallMs);
    for (const [accountNo, found] of this.#found) {
      if (found.untilMs <= wallMs) this.#letGo(accountNo);
      else for (const [block, untilMs] of found.blocks) if (untilMs <= wallMs) found.blocks.delete(block);
    }
  }

  /** Its terms do not ask any more. */
  forget(accountNo: number): void {
    this.#table?.forget(accountNo);
    if (this.#found.has(accountNo)) this.#letGo(accountNo);
  }

  #letGo(accountNo: number): void {
    this.#found.delete(accountNo);
    this.#events.blasting(accountNo, false, "");
  }
}

/** A number's block: what stands before its last four digits; -1 when it has none. */
function blockOf(destination: string): number {
  const end = destination.length - WITHIN;
  const first = destination.charCodeAt(0) === 0x2b ? 1 : 0;
  if (end <= first) return -1;
  let block = 0;
  for (let at = first; at < end; at++) block = block * 10 + destination.charCodeAt(at) - ZERO;
  // 15 digits at most follow "+", of which four are left out.
  return block + first * ABROAD;
}

function numberIn(destination: string): number {
  let number = 0;
  for (let at = destination.length - WITHIN; at < destination.length; at++) number = number * 10 + destination.charCodeAt(at) - ZERO;
  return number;
}

function blockName(block: number): string {
  return block >= ABROAD ? `+${String(block - ABROAD)}` : String(block);
}
