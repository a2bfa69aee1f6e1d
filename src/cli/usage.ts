/**
 * tollgate usage [NAME]: accounts' traffic as it is now: speed, answers, binds, queue, quotas, and what holds them back.
 */
import type { Command } from "commander";
import type { LiveUsage } from "../admin/usage-live.js";
import { localTime } from "./business-time.js";
import { withCommonOptions } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";

export function register(program: Command, context: CliContext): void {
  withCommonOptions(program.command("usage").argument("[name]", "one account, with its hours and minutes").description("accounts' live traffic; exits 69 when no daemon runs"))
    .addHelpText("after", "\nExamples:\n  tollgate usage          all accounts, one a line\n  tollgate usage demo     one of them, by hour and minute of today\n  tollgate usage --json   everything, for programs")
    .action((name: string | undefined, flags: CommonOptions) => context.withBooks(flags, async (api, settings) => {
      const usage = await api.call("usage", name === undefined ? {} : { name });
      if (flags.json === true) return context.output.json(usage);
      const [one] = usage;
      if (name !== undefined && one !== undefined) printOne(context, one, settings.data.zoneMinutes);
      else printAll(context, usage);
    }, "daemon"));
}

function printAll({ output }: CliContext, usage: readonly LiveUsage[]): void {
  const right = true;
  output.table(
    [
      { title: "account" }, { title: "msg/s", right }, { title: "peak/s", right }, { title: "accepted", right }, { title: "refused", right }, { title: "throttled", right },
      { title: "binds", right }, { title: "unanswered", right }, { title: "queued", right }, { title: "of day's quota", right }, { title: "of month's quota", right }, { title: "limits" },
    ],
    usage.map((one) => [
      one.account, speed(one.submittedPerSecond), String(one.peakPerSecond), String(accepted(one)), String(refused(one)), percent(one.throttledShare),
      String(one.binds), String(one.unanswered), String(one.queued), quota(one.usedDay, one.quotaDay), quota(one.usedMonth, one.quotaMonth), limits(one),
    ]),
  );
}

function printOne({ output }: CliContext, one: LiveUsage, zoneMinutes: number): void {
  output.pairs([
    ["account", `${one.account} (${one.state})`],
    ["messages/s", `${speed(one.submittedPerSecond)}, accepted ${speed(one.acceptedPerSecond)}; most today ${String(one.peakPerSecond)}${one.peakAtMs === 0 ? "" : ` at ${localTime(new Date(one.peakAtMs).toISOString(), zoneMinutes)}`}`],
    ["today", `${String(accepted(one))} accepted (${String(one.segments)} segments), ${String(refused(one))} refused, ${percent(one.throttledShare)} throttled; since the daemon's start`],
    ["binds", `${String(one.binds)}, ${String(one.unanswered)} submits unanswered, a window holds ${String(one.window)}`],
    ["queue", `${String(one.queued)} queued, ${String(one.waiting)} held or scheduled, ${String(one.outbox)} for the customer`],
    ["day's quota", quota(one.usedDay, one.quotaDay)],
    ["month's quota", quota(one.usedMonth, one.quotaMonth)],
    ["limits", limits(one) + (one.slowedUntil === "" ? "" : ` until ${localTime(one.slowedUntil, zoneMinutes)}`)],
  ]);
  const outcomes = Object.entries(one.outcomes);
  if (outcomes.length === 0) return;
  const right = true;
  output.line("");
  output.table([{ title: "answer" }, { title: "messages", right }], outcomes.map(([outcome, count]) => [outcome, String(count)]));
  output.line("");
  output.table([{ title: "hour" }, { title: "accepted", right }, { title: "refused", right }],
    one.hours.flatMap((hour, at) => (hour.accepted + hour.refused === 0 ? [] : [[`${String(at).padStart(2, "0")}:00`, String(hour.accepted), String(hour.refused)]])));
  output.line("");
  const { length } = one.minutes;
  output.table([{ title: "minutes ago", right }, { title: "accepted", right }, { title: "refused", right }],
    one.minutes.flatMap((minute, at) => (minute.accepted + minute.refused === 0 ? [] : [[String(length - 1 - at), String(minute.accepted), String(minute.refused)]])));
}

const accepted = ({ outcomes }: LiveUsage): number => outcomes["ok"] ?? 0;
const refused = (one: LiveUsage): number => Object.values(one.outcomes).reduce((sum, count) => sum + count, 0) - accepted(one);
const speed = (perSecond: number): string => (perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond)));
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

function quota(used: number, most: number): string {
  return most === 0 ? "-" : `${String(used)} of ${String(most)}, ${String(Math.max(0, most - used))} left`;
}

function limits({ rate, slowedUntil, recalling, state }: LiveUsage): string {
  const words = [`${String(rate)}/s`];
  if (slowedUntil !== "") words.push("slowed for blasting");
  if (recalling) words.push("waits until its past is read");
  if (state === "suspended") words.push("suspended");
  return words.join(", ");
}
