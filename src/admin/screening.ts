/**
 * Screening for people: everything that is found in a text, by the word lists and by an account's contract, and what it would cost.
 */
import { Outcome, OUTCOME_NAMES } from "../../protocols/model/outcome.js";
import { countSegments } from "../../protocols/model/segment.js";
import { Judged } from "../contract/judged.js";
import type { TextPolicy } from "../contract/text-policy.js";
import { compileAccountView } from "../filter/account-view.js";
import type { Screen } from "../filter/screen.js";
import type { Account } from "../ledger/account.js";
import { chargeUnits } from "../ledger/tariff.js";
import type { ScreenVerdict } from "./host.js";

/**
 * By the account's terms, or by the lists alone, the domestic rule and without a price.
 * It is taken to be sent from the account's first number.
 * @param policy what the account's contract says of texts
 */
export function screenVerdict(screen: Screen, text: string, account: Account | null, policy: TextPolicy | null): ScreenVerdict {
  const { verdict, hits } = screen.explain(text, account === null ? null : compileAccountView(account, screen));
  const segments = countSegments(text, account?.segmentRule ?? "domestic");
  const judged = new Judged();
  if (verdict !== null) judged.add(Outcome.blocked_content, verdict.action, "");
  const contract = new Judged();
  policy?.judge(text, account?.serviceCodes[0] ?? "", contract);
  if (contract.outcome !== Outcome.ok) judged.add(contract.outcome, contract.hold ? "hold" : "reject", "");
  return {
    outcome: OUTCOME_NAMES[judged.outcome] ?? "ok",
    held: judged.hold,
    contract: contract.evidence,
    hits: hits.map(({ action, category, word, rule, allowedBy }) => ({ action, category, word, rule, allowedBy })),
    segments,
    chargeMicros: account === null ? null : BigInt(account.priceMicros) * BigInt(chargeUnits(account, segments, 1, 1)),
    words: screen.size,
    wordsVersion: screen.version,
  };
}
