/**
 * tollgate complaint add | list | show | note | answer | close: the register of complaints and its working-hours clock.
 */
import type { Command } from "commander";
import type { ComplaintReport } from "../admin/complaint-methods.js";
import { asked } from "./account-change.js";
import { localTime } from "./business-time.js";
import { wholeNumber, withCommonOptions, withExample } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { evidenceWanted, show as showPack, withEvidenceOptions } from "./evidence.js";
import type { EvidenceFlags } from "./evidence.js";
import { CliError, Exit } from "./exit.js";

interface Flags extends CommonOptions {
  readonly to: string;
  readonly source: string;
  readonly account?: string;
  readonly note?: string;
  readonly at?: string;
  readonly reason?: string;
  readonly all?: true;
  readonly limit: number;
}

const MAX_ID = 1_000_000_000;

export function register(program: Command, context: CliContext): void {
  const complaint = program.command("complaint").description("the register of complaints; the clock runs in working hours ([contract] working_hours, holidays)");
  withCommonOptions(complaint.command("add").description("take a complaint into the register"))
    .requiredOption("--to <number>", "who complains: the number that was written to")
    .requiredOption("--source <who>", "who brought it, such as 12321, or the person")
    .option("--account <name>", "whose messages it is about, where that is known")
    .option("--note <text>", "what it says")
    .option("--at <time>", "when it came in, such as 2025-11-28T17:00 in business time; now when left out")
    .option("--reason <text>", "why, for the audit log")
    .addHelpText("after", '\nExample:\n  tollgate complaint add --to 13800138000 --source 12321 --note "advertising without consent"')
    .action((flags: Flags) => context.withBooks(flags, async (api, settings) => {
      const { zoneMinutes } = settings.data;
      const atMs = flags.at === undefined ? context.clock.wallMs : momentOf(flags.at, zoneMinutes);
      const { account = "", note = "", to, source } = flags;
      tell(context, flags, await api.call("complaint.add", { to, source, account, note, atMs, ...asked(context, { ...flags }) }), zoneMinutes);
    }));
  withCommonOptions(complaint.command("list").description("complaints to be answered, next due first"))
    .option("--all", "answered and closed ones too, newest first")
    .option("--limit <number>", "at most so many", wholeNumber(1_000), 100)
    .addHelpText("after", "\nExample:\n  tollgate complaint list --all")
    .action((flags: Flags) => context.withBooks(flags, async (api, settings) => {
      const list = await api.call("complaint.list", { all: flags.all === true, limit: flags.limit });
      if (flags.json === true) return context.output.json(list);
      const at = (iso: string): string => localTime(iso, settings.data.zoneMinutes);
      context.output.table([{ title: "id", right: true }, { title: "came in" }, { title: "due" }, { title: "state" }, { title: "source" }, { title: "account" }, { title: "to" }],
        list.map((one) => [String(one.id), at(one.at), at(one.due), stateWords(one, context.clock.wallMs), one.source, one.account, one.to]));
    }));
  withCommonOptions(complaint.command("show <id>").description("one complaint and what was done about it"))
    .addHelpText("after", "\nExample:\n  tollgate complaint show 3")
    .action((id: string, flags: Flags) => context.withBooks(flags, async (api, settings) =>
      tell(context, flags, await api.call("complaint.show", { id: idOf(id) }), settings.data.zoneMinutes)));
  withExample(withEvidenceOptions(withCommonOptions(complaint.command("evidence <id>").description("the pack of evidence about the number of a complaint; noted in the register"))),
    'tollgate complaint evidence 3 --text --reason "answer to 12321" --html --output pack.html')
    .action((id: string, flags: EvidenceFlags) => context.withBooks(flags, async (api, settings) =>
      showPack(context, flags, await api.call("complaint.evidence", { id: idOf(id), ...evidenceWanted(context, flags) }), settings.data.zoneMinutes)));
  for (const { name, what, needed } of [
    { name: "note", what: "add to a complaint what was found", needed: true },
    { name: "answer", what: "answer a complaint: its clock stops", needed: true },
    { name: "close", what: "close a complaint", needed: false },
  ] as const) {
    const command = withCommonOptions(complaint.command(`${name} <id>`).description(what)).option("--reason <text>", "why, for the audit log");
    const option = ["--note <text>", "what was done"] as const;
    (needed ? command.requiredOption(...option) : command.option(...option))
      .addHelpText("after", `\nExample:\n  tollgate complaint ${name} 3 --note "consent of 2025-03-01 shown to 12321"`)
      .action((id: string, flags: Flags) => context.withBooks(flags, async (api, settings) => {
        const report = await api.call(`complaint.${name}`, { id: idOf(id), note: flags.note ?? "", ...asked(context, { ...flags }) });
        tell(context, flags, report, settings.data.zoneMinutes);
      }));
  }
}

export function idOf(text: string): number {
  const id = /^[0-9]{1,10}$/.test(text) ? Number(text) : 0;
  if (id < 1 || id > MAX_ID) throw new CliError(Exit.usage, `${JSON.stringify(text)} is no complaint's id`, "tollgate complaint list shows them");
  return id;
}

/** "2025-11-28T17:00" in business time; a time with a zone of its own as it says. */
function momentOf(text: string, zoneMinutes: number): number {
  const local = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(:\d{2})?)$/.exec(text);
  const utc = Date.parse(local === null ? text : `${local[1] ?? ""}T${local[2] ?? ""}Z`);
  if (Number.isNaN(utc) || (local === null && !/(Z|[+-]\d{2}:\d{2})$/.test(text))) throw new CliError(Exit.usage, `${JSON.stringify(text)} is no moment`, "write it as 2025-11-28T17:00");
  return local === null ? utc : utc - zoneMinutes * 60_000;
}

function stateWords(one: ComplaintReport, nowMs: number): string {
  return one.state === "open" && Date.parse(one.due) <= nowMs ? "overdue" : one.state;
}

function tell(context: CliContext, flags: CommonOptions, one: ComplaintReport, zoneMinutes: number): void {
  if (flags.json === true) return context.output.json(one);
  const at = (iso: string): string => localTime(iso, zoneMinutes);
  context.output.pairs([
    ["complaint", String(one.id)],
    ["state", stateWords(one, context.clock.wallMs)],
    ["came in", at(one.at)],
    ["due", at(one.due)],
    ["answered", at(one.answeredAt)],
    ["source", one.source],
    ["account", one.account || "-"],
    ["to", one.to || "(forgotten)"],
  ]);
  if (one.remark !== "") context.output.line(`note: ${one.remark}`);
  if (one.lines.length === 0) return;
  context.output.line("");
  context.output.table([{ title: "time" }, { title: "who" }, { title: "what" }, { title: "words" }],
    one.lines.map((line) => [at(line.at), line.actor, line.kind, line.text.replace(/\s+/g, " ")]));
}
