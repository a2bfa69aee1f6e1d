/**
 * Change of costs: what the configured operators charge us, taken over as the configuration has it.
 */
import { MAX_OPERATOR_COSTS } from "../../ledger/operator-cost.js";
import { formatMoney, withinLimit } from "../../ledger/money.js";
import { replaceCosts } from "./carried-rollup.js";
import { Refused, type Applied, type ChangeContext, type Of } from "./change-context.js";

/** Only operators that differ are written and logged; costs of one that is not named are ended. */
export function setCosts(change: ChangeContext, { costs }: Of<"costs.set">): Applied {
  if (costs.length > MAX_OPERATOR_COSTS) throw new Refused("limit_exceeded", `there may be ${MAX_OPERATOR_COSTS} costs`);
  const numbers = change.ledger.operators();
  for (const { operator, costMicros } of costs) {
    if (!numbers.has(operator)) throw new Refused("invalid_value", `there is no operator ${JSON.stringify(operator)}`);
    if (!Number.isSafeInteger(costMicros) || costMicros < 0 || !withinLimit(BigInt(costMicros))) throw new Refused("invalid_value", "cost: an amount of 0 or more");
  }
  let changed = false;
  for (const [name, no] of numbers) {
    const own = costs.filter(({ operator }) => operator === name);
    if (!replaceCosts(change.ledger, no, own, change.nowMs)) continue;
    changed = true;
    const words = own.map(({ prefix, costMicros, charged }) => `${prefix === "" ? "" : `${prefix} `}${formatMoney(costMicros)} ${charged}`);
    const shown = words.length > 20 ? [...words.slice(0, 20), `and ${words.length - 20} more`] : words;
    change.log(`operator ${name} charges ${shown.length === 0 ? "nothing" : shown.join(", ")}`, `costs:${no}`);
  }
  return { result: { ok: true, repeated: !changed }, effect: null };
}
