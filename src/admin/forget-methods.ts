/**
 * Forget methods: the part of the admin API that takes a person's number and texts out of the books and keeps the money's rows.
 */
import { z } from "zod";
import { normaliseDestination } from "../../protocols/model/address.js";
import { MAX_FORGET_ROWS } from "../ledger/forget.js";
import type { ForgetRows } from "../ledger/forget.js";
import { quiet } from "./complaint-methods.js";
import { AdminError } from "./errors.js";
import type { AdminHost } from "./host.js";
import { ask, change } from "./ledger-calls.js";
import { asked } from "./params.js";

export const FORGET_METHODS = {
  "forget": z.strictObject({ ...asked, reason: z.string().min(1).max(256), to: z.string().min(3).max(32) }),
} as const;

export interface ForgetResults {
  "forget": ForgetReport;
}

export interface ForgetReport {
  /** Names the number in the audit log. */
  readonly tag: string;
  readonly days: number;
  readonly messages: number;
  readonly inbound: number;
  readonly refusals: number;
  /** Reports that no message was found for. */
  readonly reports: number;
  /** Entries of the number lists; opt-outs and blocks stay, or the person would be written to again. */
  readonly listed: number;
}

/** What comes while it is being forgotten is looked for again so often. */
const MOST_ROUNDS = 5;

export const FORGET_ANSWERS = {
  "forget": async (host: AdminHost, { to, ...asker }: z.output<(typeof FORGET_METHODS)["forget"]>): Promise<ForgetReport> => {
    const number = normaliseDestination(to, 0);
    if (number === null) throw new AdminError("invalid_value", "to: is no telephone number");
    if (asker.reason.trim() === "") throw new AdminError("invalid_value", "reason: say why; it goes into the audit log");
    const who = quiet(asker);
    const tag = await host.keys.tag(number);
    const counts = { messages: 0, inbound: 0, refusals: 0, reports: 0 };
    const days = new Set<number>();
    for (let round = 0; ; round++) {
      const found = await ask(host, { kind: "number_rows", number });
      if (found.waiting > 0) {
        throw new AdminError("on_its_way", `${found.waiting} messages to or from the number are still on their way, or wait for their customer`, "nothing that waits is touched: run it again when they have ended");
      }
      if (found.days.length === 0) break;
      if (round === MOST_ROUNDS) throw new AdminError("on_its_way", "more messages come while the number is being forgotten", "block the number, and run it again");
      if (round === 0) await change(host, { kind: "audit", what: `number ${tag} is to be forgotten`, ...who });
      for (const { day, rows } of found.days) {
        days.add(day);
        for (const some of chunks(rows)) await change(host, { kind: "forget.rows", day, rows: some, ...who });
        for (const kind of KINDS) counts[kind] += rows[kind].length;
      }
    }
    const listed = await (await host.numbers()).store.forget(number);
    const { messages, inbound, refusals, reports } = counts;
    const what = `${messages} messages, ${inbound} inbound, ${refusals} refusals, ${reports} reports of ${days.size} days, ${listed} entries of lists`;
    await change(host, { kind: "forget.person", number, tag, what, ...who });
    return { tag, days: days.size, ...counts, listed };
  },
};

const KINDS = ["messages", "inbound", "refusals", "reports"] as const;

function chunks(rows: ForgetRows): ForgetRows[] {
  const most = Math.max(...KINDS.map((kind) => rows[kind].length));
  const all: ForgetRows[] = [];
  for (let at = 0; at < most; at += MAX_FORGET_ROWS) {
    const slice = (kind: (typeof KINDS)[number]): readonly number[] => rows[kind].slice(at, at + MAX_FORGET_ROWS);
    all.push({ messages: slice("messages"), inbound: slice("inbound"), refusals: slice("refusals"), reports: slice("reports") });
  }
  return all;
}
