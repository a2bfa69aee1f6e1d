/**
 * tollgate trace ID | --to NUMBER | --operator-id X: a message's whole life.
 */
import type { Command } from "commander";
import { normaliseDestination } from "../../protocols/model/address.js";
import type { ParamsOf } from "../admin/api.js";
import type { TraceReport } from "../admin/reports.js";
import { asked } from "./account-change.js";
import { localTime } from "./business-time.js";
import { wholeNumber, withCommonOptions } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { CliError, Exit } from "./exit.js";
import { MessageIdForms } from "./message-ids.js";
import { loadProtocols } from "./protocols.js";

interface Flags extends CommonOptions {
  readonly to?: string;
  readonly operatorId?: string;
  readonly limit: number;
  readonly reason?: string;
}

export function register(program: Command, context: CliContext): void {
  withCommonOptions(program.command("trace [id]").description("a message's whole life: ids, statuses, charge, receipt; newest first"))
    .option("--to <number>", "messages to this destination")
    .option("--operator-id <id>", "messages that an operator gave this id")
    .option("--limit <number>", "at most so many", wholeNumber(1_000), 10)
    .option("--reason <text>", "why, for the audit log, which is told whose texts were shown")
    .action((id: string | undefined, flags: Flags) => {
      checkAsked(id, flags);
      return context.withBooks(flags, async (api, settings) => {
        const forms = new MessageIdForms(settings.listen, await loadProtocols());
        const wanted = wantedOf(id ?? "", flags, forms, context.clock.wallMs);
        const traces = await api.call("trace", { ...wanted, limit: flags.limit, ...asked(context, { ...flags }) });
        if (traces.length === 0) context.exit = Exit.refused;
        if (flags.json === true) return context.output.json(traces.map((trace) => ({ ...trace, shownIds: forms.shown(Number(trace.messageId)) })));
        if (traces.length === 0) return context.output.error(`no message found by ${wanted.by.replace("_", " ")} ${wanted.value}`);
        traces.forEach((trace, index) => {
          if (index > 0) context.output.line("");
          print(context, trace, settings.data.zoneMinutes, forms);
        });
      });
    });
}

function checkAsked(id: string | undefined, flags: Flags): void {
  const given = [id, flags.to, flags.operatorId].filter((one) => one !== undefined).length;
  if (given !== 1) throw new CliError(Exit.usage, "give one of a message id, --to NUMBER and --operator-id ID");
}

function wantedOf(id: string, flags: Flags, forms: MessageIdForms, nowMs: number): Pick<ParamsOf<"trace">, "by" | "value"> {
  if (flags.to !== undefined) return { by: "destination", value: normaliseDestination(flags.to, 0) ?? flags.to };
  if (flags.operatorId !== undefined) return { by: "operator_id", value: flags.operatorId };
  return { by: "id", value: String(forms.required(id, nowMs)) };
}

function print(context: CliContext, trace: TraceReport, zoneMinutes: number, forms: MessageIdForms): void {
  const at = (iso: string): string => localTime(iso, zoneMinutes);
  const part = trace.segmentTotal > 1 ? `, part ${trace.segmentNumber} of ${trace.segmentTotal}` : "";
  const pairs: [string, string][] = [
    ["message", trace.messageId],
    ...forms.shown(Number(trace.messageId)).map(({ protocol, id }): [string, string] => [`in ${protocol}`, id]),
    ["account", trace.account],
    ["state", trace.finalAt === "" ? trace.state : `${trace.state} at ${at(trace.finalAt)}`],
    ["from", trace.source],
    ["to", trace.destination],
    ["text", trace.text ?? `(binary) ${trace.octetsHex}`],
    ["encoding", `${trace.encoding}, ${trace.octetsHex.length / 2} octets${part}`],
    ["charge", `${trace.charge} for ${trace.segments} segment${trace.segments === 1 ? "" : "s"}, ${trace.chargeState}`],
    ["accepted", at(trace.acceptedAt)],
  ];
  if (trace.partOf !== null) pairs.push(["part", `${trace.partOf.no} of ${trace.partOf.of} of message ${trace.partOf.messageId}`]);
  trace.parts.forEach(({ messageId, state, operator, operatorMessageId }, i) => {
    const theirs = operatorMessageId === "" ? "" : `, operator message id ${operatorMessageId}`;
    pairs.push([`part ${i + 1}`, `${messageId} on ${operator}: ${state}${theirs}`]);
  });
  if (trace.flags !== "") pairs.push(["flags", trace.flags]);
  for (const attempt of trace.attempts) {
    const status = attempt.answeredAt === "" ? "no answer" : `${attempt.statusName || (attempt.status === 0 ? "ok" : "status")} (0x${attempt.status.toString(16)}) at ${at(attempt.answeredAt)}`;
    const theirs = attempt.operatorMessageId === "" ? "" : `, operator message id ${attempt.operatorMessageId}`;
    pairs.push([`attempt ${attempt.no}`, `${attempt.operator} link ${attempt.link} at ${at(attempt.dispatchedAt)}: ${status}${theirs}`]);
  }
  if (trace.receipt !== null) pairs.push(["receipt", `${trace.receipt.word || trace.receipt.state}, error ${trace.receipt.error || "none"}, at ${at(trace.receipt.at)}`]);
  pairs.push(["notify", trace.notify]);
  context.output.pairs(pairs);
  if (trace.events.length === 0) return;
  context.output.line("");
  context.output.table([{ title: "time" }, { title: "stage" }, { title: "what" }], trace.events.map((event) => [at(event.at), event.stage, event.text]));
}
