/**
 * Screening for people: everything that is found in a text, and what it would cost.
 */
import { countSegments } from "../../protocols/model/segment.js";
import type { Screen } from "../filter/screen.js";
import type { Account } from "../ledger/account.js";
import type { ScreenVerdict } from "./host.js";

/** By the account's terms, or by the domestic rule and without a price. */
export function screenVerdict(screen: Screen, text: string, account: Account | null): ScreenVerdict {
  const { verdict, hits } = screen.explain(text);
  const segments = countSegments(text, account?.segmentRule ?? "domestic");
  return {
    outcome: verdict?.action === "reject" ? "blocked_content" : "ok",
    hits: hits.map(({ action, category, word, rule, allowedBy }) => ({ action, category, word, rule, allowedBy })),
    segments,
    chargeMicros: account === null ? null : BigInt(account.priceMicros) * BigInt(segments),
    words: screen.size,
    wordsVersion: screen.version,
  };
}
