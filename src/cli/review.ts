/**
 * tollgate review list | show | approve | reject: what is held until a person has looked at it.
 */
import type { Command } from "commander";
import type { ReviewDecisions } from "../admin/review-methods.js";
import type { AdminApi } from "../admin/api.js";
import { OUTCOME_NAMES, type OutcomeName } from "../../protocols/model/outcome.js";
import { asked } from "./account-change.js";
import { localTime } from "./business-time.js";
import { wholeNumber, withCommonOptions, withExample } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { CliError, Exit } from "./exit.js";
import { MessageIdForms } from "./message-ids.js";
import { loadProtocols } from "./protocols.js";

interface Flags extends CommonOptions {
  readonly account?: string;
  readonly outcome?: string;
  readonly rule?: string;
  readonly all?: true;
  readonly limit: number;
  readonly reason?: string;
}

type Which = { readonly ids: number[] } | { readonly account: string; readonly rule?: string; readonly outcome?: OutcomeName };

/** Ids in one call. */
const IDS_MAX = 200;

export function register(program: Command, context: CliContext): void {
  const review = program.command("review").description("messages held until a person has looked at them");
  withExample(withFilter(withCommonOptions(review.command("list").description("what waits, the oldest first; texts are shown by review show")))
    .option("--limit <number>", "at most so many", wholeNumber(500), 100), "tollgate review list --account demo --outcome blocked_content")
    .action((flags: Flags) => context.withBooks(flags, async (api, settings) => {
      const { entries, more } = await api.call("review.list", { ...filterOf(flags), limit: flags.limit });
      if (flags.json === true) return context.output.json({ entries, more });
      const at = (iso: string): string => localTime(iso, settings.data.zoneMinutes);
      context.output.table([{ title: "id" }, { title: "account" }, { title: "to" }, { title: "segments", right: true }, { title: "since" }, { title: "until" }, { title: "held for" }, { title: "found by" }],
        entries.map((one) => [one.id, one.account, one.to, String(one.segments), at(one.since), at(one.due), one.outcome, one.rule]));
      if (more) context.output.line(`there are more: --limit, at most 500, or --account`);
    }));
  withExample(withCommonOptions(review.command("show <id>").description("one text with what it says; the audit log tells who looked"))
    .option("--reason <text>", "why, for the audit log"), "tollgate review show 251376382771200")
    .action((id: string, flags: Flags) => context.withBooks(flags, async (api, settings) => {
      const [messageId] = await idsOf(context, [id], settings);
      const report = await api.call("review.show", { id: messageId as number, ...asked(context, { ...flags }) });
      if (flags.json === true) return context.output.json(report);
      const { zoneMinutes } = settings.data;
      context.output.pairs([
        ["id", report.id], ["account", report.account], ["from", report.from], ["to", report.to], ["text", report.text ?? "(cannot be read)"],
        ["messages", report.messageIds.join(", ")], ["segments", String(report.segments)], ["since", localTime(report.since, zoneMinutes)],
        ["until", localTime(report.due, zoneMinutes)], ["held for", report.outcome], ["found by", report.rule],
      ]);
    }));
  for (const { name, what, example } of [
    { name: "approve", what: "let texts go out; newer word lists and the account's terms are looked at once more", example: 'tollgate review approve --all --account demo --rule "loan:贷款@words.txt:3"' },
    { name: "reject", what: "refuse texts: their money comes back, and a receipt tells their customer", example: 'tollgate review reject 251376382771200 251376382771203 --reason "an advertisement"' },
  ] as const) {
    const command = withFilter(withCommonOptions(review.command(`${name} [ids...]`).description(what))).option("--all", "all of the account's that --rule and --outcome name");
    const option = ["--reason <text>", "why, for the audit log"] as const;
    withExample(name === "reject" ? command.requiredOption(...option) : command.option(...option), example)
      .action((ids: string[], flags: Flags) => context.withBooks(flags, async (api, settings) => {
        const decided = await decideAll(api, context, name, flags, whichOf(await idsOf(context, ids, settings), flags));
        tell(context, flags, name, decided);
      }, "daemon"));
  }
}

function withFilter(command: Command): Command {
  return command
    .option("--account <name>", "of this account")
    .option("--outcome <outcome>", "held for this, such as blocked_content or advert")
    .option("--rule <rule>", "found by this: the whole of it as the list shows it, its category, or where the word is listed, such as words.txt:3");
}

function filterOf({ account, outcome, rule }: Flags): { account?: string; outcome?: OutcomeName; rule?: string } {
  if (outcome !== undefined && !(OUTCOME_NAMES as readonly string[]).includes(outcome)) throw new CliError(Exit.usage, `there is no outcome ${JSON.stringify(outcome)}`);
  return {
    ...(account === undefined ? {} : { account }), ...(outcome === undefined ? {} : { outcome: outcome as OutcomeName }), ...(rule === undefined ? {} : { rule }),
  };
}

async function idsOf(context: CliContext, quoted: readonly string[], settings: { readonly listen: ConstructorParameters<typeof MessageIdForms>[0] }): Promise<number[]> {
  if (quoted.length === 0) return [];
  const forms = new MessageIdForms(settings.listen, await loadProtocols());
  return quoted.map((id) => forms.required(id, context.clock.wallMs));
}

function whichOf(ids: number[], flags: Flags): Which {
  if ((ids.length > 0) === (flags.all === true)) throw new CliError(Exit.usage, "give message ids, or --all with --account");
  if (ids.length > 0) return { ids };
  const { account, ...rest } = filterOf(flags);
  if (account === undefined) throw new CliError(Exit.usage, "--all needs --account");
  return { account, ...rest };
}

/** In as many calls as it takes. */
async function decideAll(api: AdminApi, context: CliContext, how: "approve" | "reject", flags: Flags, which: Which): Promise<ReviewDecisions["decided"]> {
  const all: ReviewDecisions["decided"][number][] = [];
  const asker = { ...asked(context, { ...flags }), reason: flags.reason ?? "" };
  const call = async (params: Which & { readonly after?: number }): Promise<ReviewDecisions> => {
    const answer = how === "reject" ? await api.call("review.reject", { ...params, ...asker }) : await api.call("review.approve", { ...params, ...asked(context, { ...flags }) });
    all.push(...answer.decided);
    return answer;
  };
  if ("ids" in which) {
    for (let from = 0; from < which.ids.length; from += IDS_MAX) await call({ ids: which.ids.slice(from, from + IDS_MAX) });
    return all;
  }
  for (let after = 0; ;) {
    const answer = await call({ ...which, after });
    if (!answer.more) return all;
    after = answer.after;
  }
}

function tell(context: CliContext, flags: Flags, how: "approve" | "reject", decided: ReviewDecisions["decided"]): void {
  const wanted = how === "approve" ? "ok" : null;
  const otherwise = decided.filter(({ outcome }) => outcome === "gone" || (wanted !== null && outcome !== wanted));
  if (otherwise.length > 0) context.exit = Exit.refused;
  if (flags.json === true) return context.output.json(decided);
  const done = decided.length - otherwise.length;
  context.output.line(`${String(done)} ${done === 1 ? "text" : "texts"} ${how === "approve" ? "on the way" : "refused"}`);
  for (const { id, outcome } of otherwise) context.output.line(outcome === "gone" ? `${id} does not wait any more` : `${id} was refused after all: ${outcome}`);
}
