/**
 * Audit subjects: what a record of the audit log may be about, and the rows each subject stands for.
 *
 * A subject is "kind:number" or "kind:number:rest". Its digest covers the rows that its queries find, so a kind that exists keeps its queries:
 * what is new gets a kind of its own.
 */
import { LedgerKind } from "./ledger-schema.js";

export interface Subject {
  /** The number is an account's: it belongs into that account's history. */
  readonly ofAccount: boolean;
  /** Queries by the number, some also by what follows it. */
  readonly rows: readonly (readonly [sql: string, withRest: boolean])[];
}

export const SUBJECTS: Readonly<Record<string, Subject>> = {
  account: {
    ofAccount: true,
    rows: [["SELECT * FROM account WHERE no = ?", false], ["SELECT * FROM tariff WHERE account = ? ORDER BY no", false]],
  },
  contract: { ofAccount: true, rows: [["SELECT * FROM contract WHERE account = ?", false]] },
  credential: { ofAccount: true, rows: [["SELECT * FROM credential WHERE account = ?", false]] },
  dated: { ofAccount: true, rows: [["SELECT * FROM dated_change WHERE account = ? AND no = ?", true]] },
  invoice: { ofAccount: true, rows: [["SELECT * FROM invoice WHERE account = ? AND reference = ?", true]] },
  signature: { ofAccount: true, rows: [["SELECT * FROM signature WHERE account = ? AND no = ?", true]] },
  template: { ofAccount: true, rows: [["SELECT * FROM template WHERE account = ? AND no = ?", true]] },
  topup: {
    ofAccount: true,
    rows: [
      ["SELECT * FROM topup WHERE account = ? AND reference = ?", true],
      [
        `SELECT entry.* FROM topup JOIN entry ON entry.id IN (topup.entry, topup.reversal)
        WHERE topup.account = ? AND topup.reference = ? ORDER BY entry.id`,
        true,
      ],
    ],
  },
  refund: {
    ofAccount: false,
    rows: [
      ["SELECT * FROM refund WHERE message = ?", false],
      ["SELECT * FROM entry WHERE id = (SELECT entry FROM refund WHERE message = ?)", false],
    ],
  },
  entry: { ofAccount: false, rows: [["SELECT * FROM entry WHERE id = ?", false]] },
  operator: { ofAccount: false, rows: [["SELECT * FROM operator WHERE no = ?", false]] },
  day: {
    ofAccount: false,
    rows: [
      ["SELECT * FROM sealed_day WHERE day = ?", false],
      ["SELECT * FROM carried_entry WHERE day = ? ORDER BY account, on_day, kind", false],
      ["SELECT * FROM carried_message WHERE day = ? ORDER BY account, operator, state", false],
      ["SELECT * FROM carried_refusal WHERE day = ? ORDER BY account, outcome", false],
    ],
  },
  // Neither number nor words: who was forgotten must not be found again by trying.
  complaint: {
    ofAccount: false,
    rows: [
      ["SELECT * FROM complaint WHERE id = ?", false],
      ["SELECT complaint, no, at, actor, kind FROM complaint_line WHERE complaint = ? ORDER BY no", false],
    ],
  },
  sealed: {
    ofAccount: false,
    rows: [
      ["SELECT * FROM carried_day WHERE day = ?", false],
      ["SELECT * FROM carried_use WHERE day = ? ORDER BY account, operator, signature, state", false],
      ["SELECT * FROM carried_failure WHERE day = ? ORDER BY account, operator, code", false],
      ["SELECT * FROM carried_traffic WHERE day = ? ORDER BY account", false],
      ["SELECT * FROM carried_cost WHERE day = ? ORDER BY account, operator", false],
    ],
  },
  costs: { ofAccount: false, rows: [["SELECT * FROM operator_cost WHERE operator = ? ORDER BY no", false]] },
};

/** Rows that must have been logged, as subjects. */
export const SUBJECT_ROWS: readonly string[] = [
  "SELECT 'account:' || no FROM account",
  "SELECT 'account:' || account FROM tariff GROUP BY account",
  "SELECT 'contract:' || account FROM contract",
  "SELECT 'credential:' || account FROM credential",
  "SELECT 'dated:' || account || ':' || no FROM dated_change",
  "SELECT 'invoice:' || account || ':' || reference FROM invoice",
  "SELECT 'signature:' || account || ':' || no FROM signature",
  "SELECT 'template:' || account || ':' || no FROM template",
  "SELECT 'topup:' || account || ':' || reference FROM topup",
  "SELECT 'refund:' || message FROM refund",
  "SELECT 'operator:' || no FROM operator",
  "SELECT 'day:' || day FROM sealed_day",
  "SELECT 'complaint:' || id FROM complaint",
  "SELECT 'sealed:' || day FROM carried_day",
  "SELECT 'costs:' || operator FROM operator_cost GROUP BY operator",
  `SELECT 'entry:' || id FROM entry WHERE kind IN (${LedgerKind.forfeit}, ${LedgerKind.payout})`,
];
