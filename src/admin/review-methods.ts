/**
 * Review methods: the part of the admin API that shows what is held for a person, and takes the decisions; each is audited.
 */
import { z } from "zod";
import { OUTCOME_NAMES, Outcome, type OutcomeName } from "../../protocols/model/outcome.js";
import { joinedText } from "../flow/gathering.js";
import type { Decided } from "../flow/review.js";
import { maskNumber } from "../observe/mask.js";
import type { ReviewEntry } from "../store/query.js";
import { AdminError } from "./errors.js";
import type { AdminHost } from "./host.js";
import { ask, by, change, noSuchAccount } from "./ledger-calls.js";
import { asked, name } from "./params.js";
import { isoTime } from "./reports.js";

/** Texts decided about in one call; a longer queue takes several. */
const DECIDED_MAX = 200;
/** Ids in one line of the audit log. */
const IDS_A_LINE = 50;

const messageId = z.int().min(1);
const outcome = z.enum(OUTCOME_NAMES as readonly [OutcomeName, ...OutcomeName[]]);
/** Which: by their ids, or all of an account that were found by a rule. */
const which = { ids: z.array(messageId).max(DECIDED_MAX).default([]), account: name.optional(), rule: z.string().min(1).max(1_024).optional(), outcome: outcome.optional(), after: z.int().min(0).default(0) };

export const REVIEW_METHODS = {
  "review.list": z.strictObject({ account: name.optional(), outcome: outcome.optional(), rule: which.rule, after: which.after, limit: z.int().min(1).max(500) }),
  "review.show": z.strictObject({ ...asked, id: messageId }),
  "review.approve": z.strictObject({ ...asked, ...which }),
  "review.reject": z.strictObject({ ...asked, ...which, reason: z.string().min(1).max(256) }),
  /** Texts of the past are shown to whoever tries word lists on them. */
  "replay.note": z.strictObject({ ...asked, days: z.int().min(1).max(3_650), account: name.optional(), reason: z.string().min(1).max(256) }),
} as const;

type Params<M extends keyof typeof REVIEW_METHODS> = z.output<(typeof REVIEW_METHODS)[M]>;

export interface ReviewResults {
  "review.list": { readonly entries: readonly ReviewReport[]; /** There are more, behind the last one's id. */ readonly more: boolean };
  "review.show": ReviewReport & { readonly text: string | null };
  "review.approve": ReviewDecisions;
  "review.reject": ReviewDecisions;
  "replay.note": { readonly noted: true };
}

/** A text that waits for a person; what it says is shown by review.show alone. */
export interface ReviewReport {
  readonly id: string;
  readonly account: string;
  readonly since: string;
  readonly due: string;
  /** What it would be refused for, and what found it. */
  readonly outcome: OutcomeName;
  readonly rule: string;
  readonly from: string;
  /** Masked but for review.show. */
  readonly to: string;
  readonly messageIds: readonly string[];
  readonly segments: number;
}

export interface ReviewDecisions {
  /** `ok`: on its way; else what it was refused for. `gone`: it did not wait any more. */
  readonly decided: readonly { readonly id: string; readonly outcome: OutcomeName | "gone" }[];
  /** There are more, behind this id. */
  readonly more: boolean;
  readonly after: number;
}

export const REVIEW_ANSWERS = {
  "review.list": async (host: AdminHost, { account, outcome: wanted, rule, after, limit }: Params<"review.list">): Promise<ReviewResults["review.list"]> => {
    const found = await ask(host, { kind: "review", account: account ?? "", outcome: wanted === undefined ? null : Outcome[wanted], rule: rule ?? "", ids: [], after, limit });
    return { entries: found.entries.map((entry) => reviewReport(entry, maskNumber)), more: found.more };
  },
  "review.show": async (host: AdminHost, { id, ...asker }: Params<"review.show">): Promise<ReviewResults["review.show"]> => {
    const { entries: [entry] } = await ask(host, { kind: "review", account: "", outcome: null, rule: "", ids: [id], after: 0, limit: 1 });
    if (entry === undefined) throw new AdminError("no_such_message", `message ${String(id)} does not wait for a person`, "tollgate review list shows what does");
    // Nothing is shown that the log does not tell of.
    await change(host, { kind: "audit", what: `review: the text of ${String(entry.textId)} was looked at`, ...by(asker) });
    return { ...reviewReport(entry, (number) => number), text: joinedText(entry.messages.map(({ message }) => message)) };
  },
  "review.approve": (host: AdminHost, params: Params<"review.approve">): Promise<ReviewDecisions> => decide(host, "approve", params),
  "review.reject": (host: AdminHost, params: Params<"review.reject">): Promise<ReviewDecisions> => decide(host, "reject", params),
  "replay.note": async (host: AdminHost, { days, account, ...asker }: Params<"replay.note">): Promise<ReviewResults["replay.note"]> => {
    const whose = account === undefined ? "every account" : `account ${account}`;
    await change(host, { kind: "audit", what: `screen replay: texts of ${whose} of ${String(days)} days were shown`, ...by(asker) });
    return { noted: true };
  },
};

async function decide(host: AdminHost, decision: "approve" | "reject", { ids, account, rule, outcome: wanted, after, ...asker }: Params<"review.approve">): Promise<ReviewDecisions> {
  if (ids.length === 0 && account === undefined) throw new AdminError("invalid_params", "name messages, or the account whose queue it is");
  if (account !== undefined && (await ask(host, { kind: "account", name: account })).account === null) throw noSuchAccount(account);
  // Only a running gateway can: the log tells of no decision that nobody carries out.
  await host.decideReview(decision, []);
  const query = { kind: "review", account: account ?? "", outcome: wanted === undefined ? null : Outcome[wanted], rule: rule ?? "", ids, after, limit: DECIDED_MAX } as const;
  const { entries, more } = await ask(host, query);
  const said = decision === "approve" ? "approved" : "rejected";
  for (let from = 0; from < entries.length; from += IDS_A_LINE) {
    const line = entries.slice(from, from + IDS_A_LINE).map(({ textId }) => String(textId)).join(" ");
    await change(host, { kind: "audit", what: `review: ${said} ${line}`, ...by(asker) });
  }
  const decided = (await host.decideReview(decision, entries)).map(decidedReport);
  const found = new Set(entries.flatMap(({ textId, messages }) => [textId, ...messages.map(({ message }) => message.id)]));
  const missing = ids.filter((id) => !found.has(id)).map((id) => ({ id: String(id), outcome: "gone" as const }));
  return { decided: [...decided, ...missing], more, after: entries.at(-1)?.textId ?? after };
}

function decidedReport({ textId, outcome: came, gone }: Decided): ReviewDecisions["decided"][number] {
  return { id: String(textId), outcome: gone ? "gone" : (OUTCOME_NAMES[came] ?? "ok") };
}

function reviewReport({ textId, account, atMs, dueMs, outcome: heldFor, rule, messages }: ReviewEntry, shown: (number: string) => string): ReviewReport {
  const [first] = messages;
  return {
    id: String(textId), account, since: isoTime(atMs), due: isoTime(dueMs), outcome: OUTCOME_NAMES[heldFor] ?? "ok", rule,
    from: first?.message.source ?? "", to: shown(first?.message.destination ?? ""),
    messageIds: messages.map(({ message }) => String(message.id)), segments: messages.reduce((sum, { segments }) => sum + segments, 0),
  };
}
