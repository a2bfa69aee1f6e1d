/**
 * Signature growth: signatures that an account uses and that nobody knows of it are told once each, and many of them in a day are an
 * alarm: it may send for others (clause 2.1(2)B).
 *
 * ```
 *  【甲公司】 new ─▶ seen: the ledger gives it a number     more new ones in a day than the contract says ─▶ growth, until the day ends
 * ```
 * Bounded: of each account so many a day; what comes beyond is not told. A restart counts anew; what the ledger knows is not new.
 */
import type { Account } from "../ledger/account.js";

/** New signatures of one account that are told in a day. */
export const MAX_NEW_SIGNATURES = 200;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export interface SignaturesTold {
  /** A signature that the account has not used before. @param source the number its message came from */
  seen(account: GrowthTerms, signature: string, source: string): void;
  /** The account uses more new signatures in a day than its contract takes for usual, or the day is over. */
  growth(accountNo: number, on: boolean, detail: string): void;
}

export type GrowthTerms = Pick<Account, "no" | "name" | "newSignatures" | "signatureRule">;

interface OfDay {
  readonly signatures: Set<string>;
  alarmed: boolean;
}

export class SignatureGrowth {
  readonly #zoneMs: number;
  readonly #told: SignaturesTold;
  readonly #accounts = new Map<number, OfDay>();
  #day = -1;

  /** @param zoneMinutes business time zone, minutes ahead of UTC */
  constructor(zoneMinutes: number, told: SignaturesTold) {
    this.#zoneMs = zoneMinutes * MINUTE_MS;
    this.#told = told;
  }

  /** Accounts with new signatures today. */
  get size(): number {
    return this.#accounts.size;
  }

  /** A signature stands in a text of the account, and is not among those that it is known by. */
  see(account: GrowthTerms, signature: string, source: string): void {
    const limit = account.newSignatures;
    if (limit === 0 && account.signatureRule === "off") return;
    let ofDay = this.#accounts.get(account.no);
    if (ofDay === undefined) this.#accounts.set(account.no, (ofDay = { signatures: new Set(), alarmed: false }));
    const { signatures } = ofDay;
    if (signatures.size >= MAX_NEW_SIGNATURES || signatures.has(signature)) return;
    signatures.add(signature);
    this.#told.seen(account, signature, source);
    if (limit === 0 || ofDay.alarmed || signatures.size <= limit) return;
    ofDay.alarmed = true;
    this.#told.growth(account.no, true, `${String(signatures.size)} new signatures today, ${String(limit)} are usual`);
  }

  /** A new day begins with nothing seen. */
  tick(wallMs: number): void {
    const day = Math.floor((wallMs + this.#zoneMs) / DAY_MS);
    if (day === this.#day) return;
    this.#day = day;
    for (const [accountNo, { alarmed }] of this.#accounts) if (alarmed) this.#told.growth(accountNo, false, "");
    this.#accounts.clear();
  }
}
