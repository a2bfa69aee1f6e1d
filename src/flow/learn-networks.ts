/**
 * LearnNetworks: numbers of which an operator's report says that they are not on its network any more are remembered as ported.
 *
 * Only reports about messages of ours count, and only words that the table of segments knows (segments.toml, [[left]]). What was learned
 * names its source and can be looked at and taken back (tollgate numbers show, tollgate numbers remove ported).
 */
import { classifyDestination } from "../../protocols/model/address.js";
import type { Receipt } from "../../protocols/model/receipt.js";
import { LEFT, networkCode } from "../contract/network.js";
import type { NumberStore } from "../store/numbers.js";
import type { ContractData } from "./contract-data.js";

const PORTED = { kind: "ported", accountNo: 0, signatureNo: 0 } as const;
/** On their way to disk; what comes beyond is learned another time. */
const MOST_UNDER_WAY = 1_000;

export class LearnNetworks {
  readonly #contract: ContractData;
  readonly #numbers: Pick<NumberStore, "change">;
  readonly #failed: (reason: string) => void;
  #underWay = 0;
  /** Since start. */
  learned = 0;

  constructor(contract: ContractData, numbers: Pick<NumberStore, "change">, failed: (reason: string) => void) {
    this.#contract = contract;
    this.#numbers = numbers;
    this.#failed = failed;
  }

  /** A final report of a message of ours. @param operator by name */
  report({ destination, stateWord, error }: Receipt, operator: string, wallMs: number): void {
    const { networks, lists } = this.#contract;
    const word = this.#contract.leftBy(error) === undefined ? stateWord : error;
    const left = this.#contract.leftBy(word);
    if (left === undefined || this.#underWay >= MOST_UNDER_WAY) return;
    const { kind, normal } = classifyDestination(destination, 0);
    if (kind !== "mobile") return;
    const code = networkCode(left);
    // What is known already, or says that it is on another network now, stands.
    if (lists.ported.has(normal) && lists.ported.value(normal) !== code) return;
    if (!lists.ported.has(normal) && networks.bySegment(normal) !== code && networks.bySegment(normal) !== 0) return;
    this.#underWay++;
    this.#numbers.change({ list: PORTED, number: normal, off: false, value: LEFT + code, atMs: wallMs, source: `learned ${word} ${operator}`.slice(0, 100), messageId: 0 }).then(
      (changed) => {
        this.#underWay--;
        if (changed) this.learned++;
      },
      (reason: unknown) => {
        this.#underWay--;
        this.#failed(reason instanceof Error ? reason.message : String(reason));
      },
    );
  }
}
