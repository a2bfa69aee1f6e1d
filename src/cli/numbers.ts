/**
 * tollgate numbers add | remove | import | export | show | stats: the lists of phone numbers: blocked, allowed, consented, opted out, ported.
 */
import { Argument, InvalidArgumentError, type Command } from "commander";
import type { NumberReport, NumberShown, NumberStats } from "../admin/number-methods.js";
import type { ParamsOf } from "../admin/api.js";
import { asked } from "./account-change.js";
import { dayAt, dayStart, localTime } from "./business-time.js";
import { withCommonOptions } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { CliError, Exit } from "./exit.js";
import { exportNumbers, importNumbers } from "./number-file.js";

const KINDS = ["block", "allow", "consent", "optout", "ported"] as const;
type Kind = (typeof KINDS)[number];

export interface NumberFlags extends CommonOptions {
  readonly account?: string;
  readonly signature?: string;
  readonly date?: string;
  readonly source?: string;
  readonly until?: string;
  readonly network?: NonNullable<ParamsOf<"numbers.change">["network"]>;
  readonly reason?: string;
  readonly remove?: true;
}

const DAY_MS = 86_400_000;

export function register(program: Command, context: CliContext): void {
  const numbers = program.command("numbers").description("the lists of phone numbers: blocked, allowed, consented, opted out, ported");

  besides(ofList(numbers.command("add").description("put numbers on a list, in force at once"), "<numbers...>"))
    .addHelpText("after", "\nExample:\n  tollgate numbers add block 13800138000 --account demo --source \"complaint 4711\"")
    .action((kind: Kind, list: string[], flags: NumberFlags) => change(context, kind, list, false, flags));
  ofList(numbers.command("remove").description("take numbers off a list, in force at once; what was learned of a ported number is taken back so"), "<numbers...>")
    .addHelpText("after", "\nExample:\n  tollgate numbers remove optout 13800138000 --account demo --reason \"asked for it by phone\"")
    .action((kind: Kind, list: string[], flags: NumberFlags) => change(context, kind, list, true, flags));
  besides(ofList(numbers.command("import").description("read a file of number[,date][,source] a line; - is standard input"), "<file>"))
    .option("--remove", "take the file's numbers off the list")
    .addHelpText("after", "\nA consent's line may have its last day behind the source, a ported number's its network:\n  13800138000,2026-11-25,shop,2027-11-24\n\nExample:\n  tollgate numbers import consent customers.csv --account demo")
    .action((kind: Kind, file: string, flags: NumberFlags) => importNumbers(context, file, flags, listParams(context, kind, flags)));
  ofList(numbers.command("export").description("write a list as a file that import reads"), "")
    .option("--out <file>", "where to; standard output when left out")
    .addHelpText("after", "\nExample:\n  tollgate numbers export optout --account demo --out optouts.csv")
    .action((kind: Kind, flags: NumberFlags & { readonly out?: string }) => exportNumbers(context, flags, { kind, ...scope(flags), ...asked(context, { ...flags }) }));
  withCommonOptions(numbers.command("show <number>").description("on which lists a number stands and stood, and on which network it is"))
    .option("--reason <text>", "why, for the audit log")
    .addHelpText("after", "\nExample:\n  tollgate numbers show 13800138000")
    .action((number: string, flags: NumberFlags) => context.withBooks(flags, async (api, settings) => {
      const shown = await api.call("numbers.show", { number, ...asked(context, { ...flags }) });
      if (flags.json === true) return context.output.json(shown);
      show(context, shown, settings.data.zoneMinutes);
    }));
  withCommonOptions(numbers.command("stats").description("the lists there are, and how much memory they take"))
    .addHelpText("after", "\nExample:\n  tollgate numbers stats")
    .action((flags: CommonOptions) => context.withBooks(flags, async (api) => {
      const stats = await api.call("numbers.stats", {});
      if (flags.json === true) return context.output.json(stats);
      showStats(context, stats);
    }));
}

function ofList(command: Command, more: string): Command {
  command.addArgument(new Argument("<kind>", "which list").choices(KINDS));
  if (more !== "") command.argument(more);
  return withCommonOptions(command)
    .option("--account <name>", "the list of this account; else that of all")
    .option("--signature <text>", "the list of this signature of the account")
    .option("--reason <text>", "why, for the audit log");
}

function besides(command: Command): Command {
  return command
    .option("--date <day>", "since when, such as 2026-11-25 (a consent: when it was given); now when left out")
    .option("--source <text>", "where it comes from; who asks, or the file's name, when left out")
    .option("--until <day>", "the last day a consent holds; without it as long as the contract says")
    .option("--network <name>", "the network that ported numbers are on now: mobile, unicom, telecom or broadcast", networkOption);
}

function networkOption(text: string): string {
  if (!["mobile", "unicom", "telecom", "broadcast"].includes(text)) throw new InvalidArgumentError("expected mobile, unicom, telecom or broadcast.");
  return text;
}

function scope({ account, signature }: NumberFlags): { account?: string; signature?: string } {
  return { ...(account === undefined ? {} : { account }), ...(signature === undefined ? {} : { signature }) };
}

/** What goes beside a number, once the business time zone is known. */
export type ListParams = (zoneMinutes: number) => Omit<ParamsOf<"numbers.change">, "numbers" | "off">;

function listParams(context: CliContext, kind: Kind, flags: NumberFlags): ListParams {
  const { date, source, until, network } = flags;
  return (zoneMinutes) => ({
    kind, ...scope(flags), ...asked(context, { ...flags }),
    atMs: date === undefined ? context.clock.wallMs : dayStart(date, zoneMinutes),
    ...(source === undefined ? {} : { source }),
    ...(until === undefined ? {} : { lastDay: Math.floor((dayStart(until, zoneMinutes) + zoneMinutes * 60_000) / DAY_MS) }),
    ...(network === undefined ? {} : { network }),
  });
}

function change(context: CliContext, kind: Kind, numbers: string[], off: boolean, flags: NumberFlags): Promise<void> {
  if (numbers.length > 1_000) throw new CliError(Exit.usage, "at most 1,000 numbers go at once", "put them into a file: tollgate numbers import");
  return context.withBooks(flags, async (api, settings) => {
    const result = await api.call("numbers.change", { ...listParams(context, kind, flags)(settings.data.zoneMinutes), numbers, off });
    if (flags.json === true) return context.output.json(result);
    context.output.line(`${String(result.changed)} ${off ? "taken off" : "put on"} the list, ${String(result.same)} as they were`);
  });
}

function show({ output }: CliContext, { number, network, segmentsDate, entries }: NumberShown, zoneMinutes: number): void {
  output.pairs([["number", number], ["network", networkWords(network, segmentsDate)]]);
  if (entries.length === 0) return output.line("It stands on no list, and stood on none that is remembered.");
  output.table([{ title: "list" }, { title: "of" }, { title: "since" }, { title: "source" }, { title: "" }, { title: "message" }, { title: "ended" }, { title: "by" }],
    entries.map((one) => [one.kind, whose(one), dayTime(one.at, zoneMinutes), one.source, one.beside === "" ? "-" : one.beside, one.messageId === "" ? "-" : one.messageId,
      one.endedAt === "" ? "-" : localTime(one.endedAt, zoneMinutes), one.endedBy === "" ? "-" : one.endedBy]));
}

function networkWords(found: NumberShown["network"], date: string): string {
  if (found === null) return "abroad";
  const by = found.by === "ported" ? "by the list of ported numbers" : `by its prefix, as of ${date}`;
  if (found.left !== null) return `no longer that of ${found.left}, which one is not known (${by})`;
  return found.network === null ? `not known (${by})` : `${found.network}${found.virtual ? ", a virtual operator's" : ""} (${by})`;
}

function whose({ account, signature }: Pick<NumberReport, "account" | "signature">): string {
  return account === "" ? "all" : signature === "" ? account : `${account} 【${signature}】`;
}

/** A day alone where the time is its beginning: so dates are given. */
function dayTime(iso: string, zoneMinutes: number): string {
  const local = localTime(iso, zoneMinutes);
  return local.endsWith(" 00:00:00") ? dayAt(Date.parse(iso), zoneMinutes) : local;
}

function showStats({ output }: CliContext, stats: NumberStats): void {
  output.table([{ title: "list" }, { title: "of" }, { title: "numbers", right: true }, { title: "octets", right: true }],
    stats.lists.map((one) => [one.kind, whose(one), String(one.numbers), String(one.octets)]));
  output.line(`${String(stats.numbers)} numbers in ${String(stats.octets)} octets; segments as of ${stats.segmentsDate}`);
}
