/**
 * Usage methods: accounts' live traffic.
 */
import { z } from "zod";
import type { AdminHost } from "./host.js";
import { noSuchAccount } from "./ledger-calls.js";
import { name } from "./params.js";
import type { LiveUsage } from "./usage-live.js";

export const USAGE_METHODS = {
  /** Of one account, or of all that are not closed. */
  "usage": z.strictObject({ name: name.optional() }),
} as const;

export interface UsageResults {
  "usage": readonly LiveUsage[];
}

export const USAGE_ANSWERS: { readonly [M in keyof UsageResults]: (host: AdminHost, params: z.output<(typeof USAGE_METHODS)[M]>) => Promise<UsageResults[M]> } = {
  "usage": async (host, { name: asked }) => {
    const usage = await host.usage(asked);
    if (asked !== undefined && usage.length === 0) throw noSuchAccount(asked);
    return usage;
  },
};
