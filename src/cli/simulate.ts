/**
 * tollgate simulate smsc | ismg | relay: the other side of the gateway, for trying things out and for measuring against.
 */
import { appendFileSync } from "node:fs";
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { Encoding } from "../../protocols/model/message.js";
import { splitText } from "../../protocols/model/segment.js";
import { parseDuration } from "../config/duration.js";
import type { SimulatedCentre } from "../simulator/centre.js";
import type { CentreOptions, CentreTotals } from "../simulator/centre-options.js";
import { FINAL_STATES } from "../simulator/delivery.js";
import { ID_STYLES } from "../simulator/operator-ids.js";
import type { IdStyle } from "../simulator/operator-ids.js";
import type { ArrivedText } from "../simulator/reassembly.js";
import { RECEIPT_FORMS } from "../simulator/smsc-delivery.js";
import type { ReceiptForm } from "../simulator/smsc-delivery.js";
import { wholeNumber } from "./command.js";
import type { CliContext } from "./context.js";
import { CliError, Exit } from "./exit.js";

interface CentreFlags {
  readonly host: string;
  readonly port: number;
  readonly password?: string;
  readonly latency: number;
  readonly receiptsDelay: number;
  readonly states: Readonly<Record<string, number>>;
  readonly window: number;
  readonly throttle: number;
  readonly maxRate: number;
  readonly errors: number;
  readonly errorStatus: number;
  readonly lost: number;
  readonly lostReceipts: number;
  readonly duplicates: number;
  readonly early: number;
  readonly dropEvery: number;
  readonly dropAfter?: true;
  readonly mo: number;
  readonly moTo: string;
  readonly moText: string;
  readonly seed: number;
  readonly record: string;
  readonly texts?: string;
  readonly for?: number;
}

interface SmscFlags extends CentreFlags {
  readonly systemId?: string;
  readonly receipts: ReceiptForm;
  readonly ids: IdStyle;
}

interface IsmgFlags extends CentreFlags {
  readonly spId?: string;
  readonly highest: keyof typeof CMPP_VERSIONS;
  readonly gatewayCode: number;
  readonly activeTest: number;
  readonly reportOctets?: "60" | "71";
  readonly udhi: "1" | "64";
  readonly wideStatus?: true;
  readonly shortTail?: true;
}

interface RelayFlags {
  readonly customer: string;
  readonly operator: string;
  readonly host: string;
  readonly port: number;
  readonly smscHost: string;
  readonly smscPort: number;
  readonly links: number;
  readonly window: number;
  readonly smscWindow: number;
}

const CMPP_VERSIONS = { "2.0": 0x20, "2.1": 0x21, "3.0": 0x30 } as const;
const RELAY_PROTOCOLS = ["smpp", "cmpp"];
const MAX_PORT = 65_535;
const SECOND_MS = 1_000;

export function register(program: Command, context: CliContext): void {
  const simulate = program.command("simulate").description("the other side of the gateway, for trying things out");

  const smsc = simulate.command("smsc").description("an operator's message centre that answers and sends receipts, and misbehaves on request")
    .option("--system-id <name>", "the only name that may bind (with --password); none: everybody may")
    .addOption(new Option("--receipts <form>", "where receipts carry what they say").choices(RECEIPT_FORMS).default("text_and_tlvs"))
    .addOption(new Option("--ids <style>", "how message ids are written").choices(ID_STYLES).default("decimal"));
  centreOptions(smsc, { port: 2776, failed: 0x45, throttled: "ESME_RTHROTTLED", status: "command_status", states: Object.keys(FINAL_STATES) })
    .action(async (flags: SmscFlags) => {
      const { SimulatedSmsc } = await import("../simulator/smsc.js");
      const credentials = credentialsOf("--system-id", flags.systemId, flags.password);
      await runCentre(new SimulatedSmsc({ ...common(flags, context), credentials, ids: flags.ids, receiptForm: flags.receipts }), "message centre", flags, context);
    });

  const ismg = simulate.command("ismg").description("the same speaking CMPP 2.0 and 3.0: an operator's gateway")
    .option("--sp-id <name>", "the only SP_Id that may connect (with --password, the shared secret); none: everybody may")
    .addOption(new Option("--highest <version>", "the highest version spoken").choices(Object.keys(CMPP_VERSIONS)).default("3.0"))
    .option("--gateway-code <number>", "the code in its message ids", wholeNumber(4_194_303), 1_001)
    .option("--active-test <duration>", "send ACTIVE_TESTs so often", milliseconds, 0)
    .addOption(new Option("--report-octets <number>", "length of reports; else as the version says").choices(["60", "71"]))
    .addOption(new Option("--udhi <number>", "TP_udhi of messages with a header").choices(["1", "64"]).default("1"))
    .option("--wide-status", "write Status and Result in four octets in 2.0 too")
    .option("--short-tail", "leave out the zeros at the end of DELIVERs");
  centreOptions(ismg, { port: 7891, failed: 9, throttled: "Result 8", status: "Result", states: null })
    .action(async (flags: IsmgFlags) => {
      const { SimulatedIsmg } = await import("../simulator/ismg.js");
      await runCentre(new SimulatedIsmg({
        ...common(flags, context), credentials: credentialsOf("--sp-id", flags.spId, flags.password),
        version: CMPP_VERSIONS[flags.highest], gatewayCode: flags.gatewayCode, activeTestMs: flags.activeTest,
        quirks: {
          reportOctets: flags.reportOctets === undefined ? 0 : flags.reportOctets === "60" ? 60 : 71, udhi: flags.udhi === "64" ? 64 : 1,
          wideStatus: flags.wideStatus === true, shortTail: flags.shortTail === true,
        },
      }), "gateway", flags, context);
    });

  simulate.command("relay").description("a bare relay without store or checks: what the gateway is measured against")
    .addOption(new Option("--customer <protocol>", "the protocol of its customers").choices(RELAY_PROTOCOLS).default("smpp"))
    .addOption(new Option("--operator <protocol>", "the protocol of the message centre").choices(RELAY_PROTOCOLS).default("smpp"))
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .requiredOption("--port <number>", "port to listen on", wholeNumber(MAX_PORT))
    .option("--smsc-host <address>", "the message centre's address", "127.0.0.1")
    .requiredOption("--smsc-port <number>", "its port", wholeNumber(MAX_PORT))
    .option("--links <number>", "binds to it", wholeNumber(64), 2)
    .option("--window <number>", "submits and deliveries a customer's bind may have unanswered", wholeNumber(10_000), 1_000)
    .option("--smsc-window <number>", "submits a link may have unanswered", wholeNumber(10_000), 2_000)
    .action(async (flags: RelayFlags) => {
      const { startRelay } = await import("../simulator/relay.js");
      const relay = await startRelay({ ...flags, clock: context.clock });
      context.output.line(`relay listens on ${relay.address.host}:${relay.address.port}`);
      await stopAsked(context);
      await relay.close();
    });
}

/** What differs between the protocols in the options they share. */
interface CentreWords {
  readonly port: number;
  /** The status a failing submit is answered with, and the name of that field. */
  readonly failed: number;
  readonly status: string;
  /** The name of the answer to too many. */
  readonly throttled: string;
  /** The words messages may end with; null: any of seven characters. */
  readonly states: readonly string[] | null;
}

function centreOptions(command: Command, words: CentreWords): Command {
  const failed = `0x${words.failed.toString(16).padStart(2, "0")}`;
  return command
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--port <number>", "port to listen on", wholeNumber(MAX_PORT), words.port)
    .option("--password <password>", "the password of the only one that may bind")
    .option("--latency <duration>", "time from a submit to its answer", milliseconds, 0)
    .option("--receipts-delay <duration>", "time from the answer to the receipt", milliseconds, 0)
    .addOption(new Option("--states <shares>", "how messages end, such as DELIVRD=90,UNDELIV=10").argParser(stateShares(words.states)).default({ DELIVRD: 1 }, "DELIVRD=1"))
    .option("--window <number>", "receipts a bind may leave unanswered", wholeNumber(100_000), 1_000)
    .option("--throttle <share>", `share of submits answered ${words.throttled}, 0 to 1`, share, 0)
    .option("--max-rate <number>", `submits a second above which they are answered ${words.throttled}; 0 is no limit`, count, 0)
    .option("--errors <share>", "share of submits refused, 0 to 1", share, 0)
    .addOption(new Option("--error-status <status>", `${words.status} of those, decimal or 0x...`).argParser(status).default(words.failed, failed))
    .option("--lost <share>", "share of submits taken and never answered, 0 to 1", share, 0)
    .option("--lost-receipts <share>", "share of messages without a receipt, 0 to 1", share, 0)
    .option("--duplicates <share>", "share of receipts sent twice, 0 to 1", share, 0)
    .option("--early <share>", "share of receipts sent before their answers, 0 to 1", share, 0)
    .option("--drop-every <number>", "break the connection at every n-th submit; 0 is never", count, 0)
    .option("--drop-after", "the submit that breaks it was taken")
    .option("--mo <rate>", "messages a second from phones", count, 0)
    .option("--mo-to <number>", "the service number they are sent to", "10690001")
    .option("--mo-text <text>", "their text", moText, "TD")
    .option("--seed <number>", "the same seed does the same wrongs", wholeNumber(0xffff_ffff), 1)
    .option("--record <file>", "append every submit taken and receipt acknowledged to this file", "")
    .option("--texts <file>", "append every text that arrived to this file, one JSON object a line")
    .option("--for <duration>", "stop after this time; else at Ctrl-C", milliseconds);
}

function common(flags: CentreFlags, context: CliContext): Omit<CentreOptions, "credentials" | "deliverRetryMs" | "zoneMinutes" | "onSubmit"> {
  return {
    host: flags.host, port: flags.port, clock: context.clock, latencyMs: flags.latency, receiptDelayMs: flags.receiptsDelay, finalStates: flags.states,
    deliverWindow: flags.window, seed: flags.seed, recordFile: flags.record,
    faults: {
      throttleRate: flags.throttle, maxPerSecond: flags.maxRate, errorRate: flags.errors, errorStatus: flags.errorStatus,
      lostAnswerRate: flags.lost, lostReceiptRate: flags.lostReceipts, duplicateReceiptRate: flags.duplicates, earlyReceiptRate: flags.early,
      dropEvery: flags.dropEvery, dropAfterTaking: flags.dropAfter === true,
    },
    mo: { perSecond: flags.mo, destination: flags.moTo, text: flags.moText },
    onText: flags.texts === undefined ? null : textWriter(flags.texts),
  };
}

function credentialsOf(option: string, systemId: string | undefined, password: string | undefined): CentreOptions["credentials"] {
  if (systemId === undefined && password === undefined) return null;
  if (systemId === undefined || password === undefined) throw new CliError(Exit.usage, `give both ${option} and --password, or none`);
  return { systemId, password };
}

async function runCentre(centre: SimulatedCentre, what: string, flags: CentreFlags, context: CliContext): Promise<void> {
  const address = await centre.start();
  context.output.line(`simulated ${what} on ${address.host}:${address.port}; Ctrl-C ends it`);
  let before = { ...centre.totals };
  let lastMs = context.clock.monotonicMs;
  const stopTicks = context.clock.onTick((nowMs) => {
    if (nowMs - lastMs < SECOND_MS) return;
    context.output.line(totalsLine(centre, before, nowMs - lastMs));
    before = { ...centre.totals };
    lastMs = nowMs;
  });
  await stopAsked(context, flags.for);
  stopTicks();
  await centre.close();
  context.output.line(totalsLine(centre, before, Math.max(1, context.clock.monotonicMs - lastMs)));
}

/** One line of what has happened; faults only where there were some. */
function totalsLine(centre: SimulatedCentre, before: CentreTotals, elapsedMs: number): string {
  const { totals } = centre;
  const rate = Math.round(((totals.submits - before.submits) * 1_000) / elapsedMs);
  const rare = [
    ["throttled", totals.throttled], ["refused", totals.refused], ["unanswered", totals.answersLost], ["dropped", totals.connectionsDropped],
    ["receipts lost", totals.receiptsLost], ["receipts refused", totals.receiptsRefused], ["sent again", totals.deliveriesRetried],
    ["inbound", totals.inboundAcknowledged], ["waiting", centre.waiting],
  ] as const;
  const told = rare.filter(([, number]) => number > 0).map(([name, number]) => `  ${name} ${number}`).join("");
  return `bound ${centre.bound}  ${rate}/s  submits ${totals.submits}  taken ${totals.taken}  receipts ${totals.receiptsAcknowledged}/${totals.receiptsSent}${told}`;
}

function textWriter(file: string): (text: ArrivedText) => void {
  return ({ source, destination, text, segments, octets }) => {
    const line = text === null ? { from: source, to: destination, octets: octets.toString("hex"), segments } : { from: source, to: destination, text, segments };
    appendFileSync(file, `${JSON.stringify(line)}\n`);
  };
}

/** Resolves at SIGINT or SIGTERM, or after the time given. */
function stopAsked(context: CliContext, afterMs?: number): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      cancel?.();
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
      resolve();
    };
    const cancel = afterMs === undefined ? null : context.clock.after(afterMs, stop);
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  });
}

function milliseconds(text: string): number {
  const value = parseDuration(text);
  if (value === null) throw new InvalidArgumentError('expected a duration such as "20ms", "5s" or "10m".');
  return value;
}

function share(text: string): number {
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : -1;
  if (value < 0 || value > 1) throw new InvalidArgumentError("expected a share from 0 to 1, such as 0.01.");
  return value;
}

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("expected a whole number from 0.");
  return Number(text);
}

function status(text: string): number {
  const value = /^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text) ? Number(text) : 0;
  if (value < 1 || value > 0xffff_ffff) throw new InvalidArgumentError("expected a status other than 0, such as 0x45.");
  return value;
}

/** UCS-2 says everything but half a surrogate pair. */
function moText(text: string): string {
  if (splitText(text, Encoding.ucs2, "udh8", 0).length === 0) throw new InvalidArgumentError("the text cannot be said, or is too long.");
  return text;
}

function stateShares(words: readonly string[] | null): (text: string) => Record<string, number> {
  const expected = `expected state=share${words === null ? " of seven characters each" : ` of ${words.join(", ")}`}, such as DELIVRD=90,UNDELIV=10.`;
  return (text) => {
    const shares: Record<string, number> = {};
    for (const part of text.split(",")) {
      const [, word = "", number] = /^([A-Z0-9:]{7}|[A-Z]+)=(\d*\.?\d+)$/.exec(part.trim()) ?? [];
      if (number === undefined || (words === null ? word.length !== 7 : !words.includes(word))) throw new InvalidArgumentError(expected);
      shares[word] = Number(number);
    }
    if (Object.values(shares).every((each) => each === 0)) throw new InvalidArgumentError("expected at least one share above 0.");
    return shares;
  };
}
