/**
 * tollgate screen TEXT: what the keyword filter would say of a text, and why; --replay: what other lists would have said of the texts of late.
 */
import type { Command } from "commander";
import { wholeNumber, withCommonOptions } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { CliError, Exit } from "./exit.js";
import { replayLists, type ReplayFlags } from "./screen-replay.js";

type Flags = Omit<ReplayFlags, "replay"> & { readonly replay?: readonly string[] };

/** Of the past that can be asked about, at most: as long as books are kept. */
const MAX_DAYS = 3_650;

export function register(program: Command, context: CliContext): void {
  withCommonOptions(program.command("screen [text]").description("what would become of a text, and why; exits 1 when it would not be sent"))
    .option("--account <name>", "by this account's terms, with what it would cost")
    .option("--to <number>", "to this number, which the account's lists, networks, tariffs and limits are asked about")
    .option("--replay <lists...>", "instead of a text: what these word lists, files or folders of .txt files, would have done to the texts on disk; nothing is changed by it")
    .option("--days <number>", "how far back", wholeNumber(MAX_DAYS), 7)
    .option("--examples <number>", "texts kept as examples, of each rule and account", wholeNumber(20), 1)
    .option("--show", "with what the examples say; needs --reason, and the audit log tells of it")
    .option("--reason <text>", "why, for the audit log")
    .addHelpText("after", '\nExamples:\n  tollgate screen "【示例】您的验证码是1234" --account demo --to 13800138000\n  tollgate screen --replay new-words.txt --days 7')
    .action((text: string | undefined, flags: Flags) => {
      if ((text === undefined) === (flags.replay === undefined)) throw new CliError(Exit.usage, "give a text, or --replay with word lists");
      return flags.replay === undefined ? screenText(context, text ?? "", flags) : replayLists(context, { ...flags, replay: flags.replay });
    });
}

function screenText(context: CliContext, text: string, flags: CommonOptions & { readonly account?: string; readonly to?: string }): Promise<void> {
  return context.withBooks(flags, async (api) => {
    if (flags.to !== undefined && flags.account === undefined) throw new CliError(Exit.usage, "--to asks an account's terms: give --account, too");
    const account = flags.account === undefined ? {} : { account: flags.account, atMs: context.clock.wallMs, ...(flags.to === undefined ? {} : { to: flags.to }) };
    const report = await api.call("screen", { text, ...account });
    if (report.outcome !== "ok") context.exit = Exit.refused;
    if (flags.json === true) return context.output.json(report);
    const flagged = report.hits.some((hit) => hit.action === "flag" && hit.allowedBy === "");
    const stopped = `would be ${report.held ? "held" : "refused"}: ${report.outcome}`;
    const said = report.outcome === "ok" ? (flagged ? "would be sent, and flagged" : "would be sent") : stopped;
    const cost = report.charge === null ? "" : `, ${report.charge}`;
    context.output.line(`${said} (${report.segments} segment${report.segments === 1 ? "" : "s"}${cost}; ${report.words} words, version ${report.wordsVersion})`);
    if (report.contract !== "" && report.rules.length === 0) context.output.line(`by the contract: ${report.contract}`);
    if (report.rules.length > 0) {
      context.output.table([{ title: "" }, { title: "rule" }, { title: "says" }, { title: "outcome" }, { title: "detail" }],
        report.rules.map(({ decides, rule, says, outcome, detail }) => [decides ? ">" : "", rule, says, outcome === "ok" ? "-" : outcome, detail === "" ? "-" : detail]));
    }
    if (report.hits.length === 0) return;
    context.output.table([{ title: "action" }, { title: "category" }, { title: "word" }, { title: "listed in" }, { title: "allowed by" }],
      report.hits.map((hit) => [hit.action, hit.category, hit.word, hit.rule, hit.allowedBy === "" ? "-" : hit.allowedBy]));
  });
}
