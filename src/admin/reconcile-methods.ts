/**
 * Reconcile methods: the part of the admin API for an operator's bill held against the books; it is read elsewhere, and noted here.
 */
import { z } from "zod";
import type { AdminHost } from "./host.js";
import { by, change } from "./ledger-calls.js";
import { asked } from "./params.js";

export const RECONCILE_METHODS = {
  /** Numbers of a bill and of the books are shown to whoever compares them. */
  "reconcile.note": z.strictObject({ ...asked, operator: z.string().min(1).max(64), reason: z.string().min(1).max(256) }),
} as const;

export interface ReconcileResults {
  "reconcile.note": { readonly noted: true };
}

export const RECONCILE_ANSWERS = {
  "reconcile.note": async (host: AdminHost, { operator, ...asker }: z.output<(typeof RECONCILE_METHODS)["reconcile.note"]>): Promise<ReconcileResults["reconcile.note"]> => {
    await change(host, { kind: "audit", what: `reconcile: numbers of the bill of ${operator} were shown`, ...by(asker) });
    return { noted: true };
  },
};
