/**
 * ServiceCodes: whose number an MO was sent to; the longest service code that begins it wins.
 */
import type { Account } from "../ledger/account.js";

export class ServiceCodes {
  #byCode = new Map<string, number>();
  #longest = 0;

  /** Takes the codes of all accounts that are not closed; of two accounts with the same code the older one keeps it. */
  rebuild(accounts: readonly Account[]): void {
    const byCode = new Map<string, number>();
    let longest = 0;
    for (const account of [...accounts].sort((a, b) => a.no - b.no)) {
      if (account.state === "closed") continue;
      for (const code of account.serviceCodes) {
        if (!byCode.has(code)) byCode.set(code, account.no);
        longest = Math.max(longest, code.length);
      }
    }
    this.#byCode = byCode;
    this.#longest = longest;
  }

  /** The account's number, or 0. */
  accountOf(serviceNumber: string): number {
    for (let length = Math.min(this.#longest, serviceNumber.length); length > 0; length--) {
      const no = this.#byCode.get(serviceNumber.slice(0, length));
      if (no !== undefined) return no;
    }
    return 0;
  }
}
