/**
 * Statement methods: the part of the admin API that tells accounts' statements, all accounts' for the owner, and message by message.
 */
import { z } from "zod";
import { AdminError } from "./errors.js";
import type { AdminHost } from "./host.js";
import { ask, by, change, noSuchAccount } from "./ledger-calls.js";
import { asked, name, wallMs } from "./params.js";
import { detailReport, ownerReport, statementReport } from "./statement-report.js";
import type { DetailsReport, OwnerReport, StatementReport } from "./statement-report.js";

/** Messages in one answer. */
const MOST_DETAILS = 2_000;

export const STATEMENT_METHODS = {
  "statement": z.strictObject({ name, fromMs: wallMs, toMs: wallMs }),
  "statement.all": z.strictObject({ fromMs: wallMs, toMs: wallMs }),
  /** `after`: the `next` of the answer before; `full`: destinations unmasked, which the audit log notes. */
  "statement.details": z.strictObject({
    ...asked, name, fromMs: wallMs, toMs: wallMs, after: z.string().regex(/^[0-9]{1,16}$/).default("0"), limit: z.int().min(1).max(MOST_DETAILS).default(MOST_DETAILS),
    full: z.boolean().default(false),
  }),
} as const;

type Params<M extends keyof typeof STATEMENT_METHODS> = z.output<(typeof STATEMENT_METHODS)[M]>;

export interface StatementResults {
  "statement": StatementReport;
  "statement.all": OwnerReport;
  "statement.details": DetailsReport;
}

export const STATEMENT_ANSWERS = {
  "statement": async (host: AdminHost, { name: account, fromMs, toMs }: Params<"statement">): Promise<StatementReport> => {
    checkPeriod(fromMs, toMs);
    const { statement } = await ask(host, { kind: "statement", name: account, fromMs, toMs });
    if (statement === null) throw noSuchAccount(account);
    return statementReport(statement);
  },
  "statement.all": async (host: AdminHost, { fromMs, toMs }: Params<"statement.all">): Promise<OwnerReport> => {
    checkPeriod(fromMs, toMs);
    return ownerReport((await ask(host, { kind: "statement_all", fromMs, toMs })).statement);
  },
  "statement.details": async (host: AdminHost, { name: account, fromMs, toMs, after, limit, full, ...asker }: Params<"statement.details">): Promise<DetailsReport> => {
    checkPeriod(fromMs, toMs);
    const answer = await ask(host, { kind: "statement_details", name: account, fromMs, toMs, after: Number(after), limit });
    if (answer.details === null) throw noSuchAccount(account);
    if (full && after === "0") {
      const period = [fromMs, toMs].map((ms) => new Date(ms).toISOString()).join(" to ");
      await change(host, { kind: "audit", what: `numbers of account ${account}'s messages shown in full: ${period}`, ...by(asker) });
    }
    return {
      details: answer.details.map((detail) => detailReport(detail, full)),
      next: answer.next === 0 ? null : String(answer.next),
      missingDays: answer.missingDays,
    };
  },
};

function checkPeriod(fromMs: number, toMs: number): void {
  if (fromMs >= toMs) throw new AdminError("invalid_params", "statement: the period ends before it begins");
}
