/**
 * Operator cost: what an operator charges us for one segment, by destination and date: the longest prefix, then the latest start not after it.
 */

/** Costs of all operators together, at most; each message of theirs may look at all of its own. */
export const MAX_OPERATOR_COSTS = 2_000;

export interface OperatorCost {
  /** Beginning of destinations in normal form, "" = all. */
  readonly prefix: string;
  readonly fromMs: number;
  /** Micro-units a segment. */
  readonly costMicros: number;
  /** Charged for what it took, or only for what it delivered. */
  readonly charged: "sent" | "delivered";
}

/** The cost in force at `wallMs`; null when the operator has none for that destination then. */
export function costFor(costs: readonly OperatorCost[], destination: string, wallMs: number): OperatorCost | null {
  let best: OperatorCost | null = null;
  for (const cost of costs) {
    if (cost.fromMs > wallMs || !destination.startsWith(cost.prefix)) continue;
    if (best !== null && (cost.prefix.length < best.prefix.length || (cost.prefix.length === best.prefix.length && cost.fromMs <= best.fromMs))) continue;
    best = cost;
  }
  return best;
}
