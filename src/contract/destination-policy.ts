/**
 * DestinationPolicy: to whom an account's messages may go: blocked, opted out, unlisted, without consent, off net, abroad.
 *
 * Lists are a policy in themselves: a number put on the list of all, of an account or of a signature is refused without any further
 * term. The lists are looked at as they are when a message comes, so a change needs no new policy.
 */
import { Outcome } from "../../protocols/model/outcome.js";
import type { Account } from "../ledger/account.js";
import type { Judged } from "./judged.js";
import { LEFT, NETWORKS, networkCode, networkName, type NetworkName, type NetworkTable } from "./network.js";
import { consentHolds, type AccountLists, type NumberLists, type ScopeLists } from "./number-lists.js";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Null for an account that never sends again. */
export function compileDestinationPolicy(account: Account, networks: NetworkTable, lists: NumberLists): DestinationPolicy | null {
  return account.state === "closed" ? null : new DestinationPolicy(account, networks, lists);
}

export class DestinationPolicy {
  readonly #table: NetworkTable;
  readonly #all: ScopeLists;
  readonly #own: AccountLists;
  readonly #zoneMs: number;
  readonly #recipients: Account["recipients"];
  readonly #consentDays: number;
  /** Bits of the codes of the networks it may write to; 0: any. */
  readonly #networks: number;
  readonly #unknownRefused: boolean;
  readonly #abroadRefused: boolean;

  constructor(account: Account, table: NetworkTable, lists: NumberLists) {
    this.#table = table;
    this.#all = lists.all;
    this.#own = lists.account(account.no);
    this.#zoneMs = lists.zoneMinutes * MINUTE_MS;
    this.#recipients = account.recipients;
    this.#consentDays = account.consentDays;
    let networks = 0;
    for (const name of account.networks) if (isNetwork(name)) networks |= 1 << networkCode(name);
    this.#networks = networks;
    this.#unknownRefused = account.unknownNetwork === "refuse";
    this.#abroadRefused = account.abroad === "refuse";
  }

  /**
   * @param destination in its normal form
   * @param judged `signatureNo` says whose lists count beside the account's
   * @param signatureKnown false: of a part, whose text is asked about again when it is whole; a signature's list may have the number yet
   */
  judge(destination: string, judged: Judged, wallMs: number, signatureKnown = true): void {
    const all = this.#all;
    const own = this.#own;
    const sign = judged.signatureNo === 0 || own.signatures.size === 0 ? undefined : own.signatures.get(judged.signatureNo);
    if (all.block.has(destination)) return judged.add(Outcome.destination_blocked, "reject", "blocked:all");
    if (own.block.has(destination)) return judged.add(Outcome.destination_blocked, "reject", "blocked:account");
    if (sign?.block.has(destination) === true) return judged.add(Outcome.destination_blocked, "reject", "blocked:signature");
    if (all.optout.has(destination) || own.optout.has(destination)) return this.#optedOut(judged, "opted_out:account");
    if (sign?.optout.has(destination) === true) return this.#optedOut(judged, "opted_out:signature");
    if (this.#recipients !== "any" && (signatureKnown || own.signatures.size === 0)) {
      const missing = this.#recipients === "listed" ? this.#unlisted(destination, sign) : this.#unconsented(destination, sign, wallMs);
      if (missing !== "") return judged.add(Outcome.destination_blocked, "reject", missing);
    }
    if (destination.charCodeAt(0) === 0x2b) {
      if (this.#abroadRefused) judged.add(Outcome.international, "reject", "abroad");
    } else if (this.#networks !== 0) {
      const code = this.#table.find(destination);
      if (!this.#onNet(code)) judged.add(Outcome.off_net, "reject", offNet(code));
    }
  }

  #optedOut(judged: Judged, evidence: string): void {
    this.#own.optOutHits++;
    judged.add(Outcome.destination_blocked, "reject", evidence);
  }

  /** "" when it may be written to. */
  #unlisted(destination: string, sign: ScopeLists | undefined): string {
    const listed = this.#own.allow.has(destination) || sign?.allow.has(destination) === true || this.#all.allow.has(destination);
    return listed ? "" : "not_listed";
  }

  #unconsented(destination: string, sign: ScopeLists | undefined, wallMs: number): string {
    const day = Math.floor((wallMs + this.#zoneMs) / DAY_MS);
    const own = this.#own.consent.value(destination);
    if (own >= 0 && consentHolds(own, day, this.#consentDays)) return "";
    const signs = sign === undefined ? -1 : sign.consent.value(destination);
    if (signs >= 0 && consentHolds(signs, day, this.#consentDays)) return "";
    return own >= 0 || signs >= 0 ? "consent_ended" : "no_consent";
  }

  #onNet(code: number): boolean {
    if (code > 0 && code < LEFT) return (this.#networks & (1 << code)) !== 0;
    // It has left the only network the account may write to: wherever it is, it is not there.
    if (code > LEFT && (this.#networks & ~(1 << (code - LEFT))) === 0) return false;
    return !this.#unknownRefused;
  }
}

function offNet(code: number): string {
  if (code > LEFT) return `off_net:left_${networkName(code - LEFT) ?? ""}`;
  return `off_net:${networkName(code) ?? "unknown"}`;
}

function isNetwork(name: string): name is NetworkName {
  return (NETWORKS as readonly string[]).includes(name);
}
