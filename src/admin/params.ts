/**
 * Params: the shapes that parameters of several admin methods share; what they mean is checked further in.
 */
import { z } from "zod";

export const name = z.string().min(1).max(64);
export const reference = z.string().min(1).max(128);
export const amount = z.string().min(1).max(40);
export const wallMs = z.int().min(0).max(8_640_000_000_000_000);
export const limit = z.int().min(1).max(1_000);
/** Names and values are checked by ledger/account-settings.ts; here only their shape. */
export const settings = z.record(z.string().max(64), z.union([z.string().max(1_024), z.number(), z.boolean(), z.array(z.string().max(64)).max(1_000).readonly()]));
/** A shared secret in clear; sealed before it goes further. "" takes it away. */
export const cmppSecret = z.string().max(256).optional();
/** Who asks, for the audit log. */
export const asked = { actor: z.string().regex(/^[\x21-\x7e]{1,64}$/).default("socket"), reason: z.string().max(256).optional() };
/** The invoice a top-up comes with; dueMs 0: none, of a paid one. */
export const invoice = z.strictObject({ number: z.string().min(1).max(64), dueMs: wallMs, paid: z.boolean() }).optional();
