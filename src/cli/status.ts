/**
 * tollgate status: the running daemon at a glance.
 */
import type { Command } from "commander";
import type { GatewayStatus } from "../admin/host.js";
import { localTime } from "./business-time.js";
import { withCommonOptions } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { Exit } from "./exit.js";

export function register(program: Command, context: CliContext): void {
  withCommonOptions(program.command("status").description("the running daemon at a glance; exits 1 when it is not ready, 69 when there is none"))
    .action((flags: CommonOptions) => context.withBooks(flags, async (api, settings) => {
      const status = await api.call("status", {});
      if (status.state !== "ready") context.exit = Exit.refused;
      if (flags.json === true) context.output.json(status);
      else print(context, status, settings.data.zoneMinutes);
    }, "daemon"));
}

function print(context: CliContext, status: GatewayStatus, zoneMinutes: number): void {
  const { output } = context;
  const { store } = status;
  output.pairs([
    ["tollgate", `${status.version}, pid ${status.pid}, since ${localTime(new Date(status.startedAtMs).toISOString(), zoneMinutes)}`],
    ["state", status.reason === "" ? status.state : `${status.state}: ${status.reason}`],
    ["queued", String(status.queued)],
    ["gathering", String(status.gathering)],
    ["uncertain", String(status.uncertain)],
    ["outbox", String(status.outbox)],
    ["store", `${store.available ? "available" : "NOT AVAILABLE"}, ${store.pending} pending, ${store.commits} commits, ${store.openDays} open days, ${store.orphans} orphans`],
    ["words", `${status.words}, version ${status.wordsVersion}`],
    ["log level", status.logLevel],
  ]);
  output.line("");
  output.table([{ title: "listener" }, { title: "protocol" }, { title: "address" }, { title: "connections", right: true }],
    status.listeners.map((one) => [one.name, one.protocol, `${one.host}:${one.port}`, String(one.connections)]));
  output.line("");
  output.table(
    [{ title: "operator" }, { title: "protocol" }, { title: "links bound" }, { title: "outstanding", right: true }, { title: "window free", right: true }, { title: "queued", right: true }],
    status.operators.map((one) => [one.name, one.protocol, `${one.bound} of ${one.links}`, String(one.outstanding), String(one.windowFree), String(one.queued)]),
  );
  if (status.customers.length === 0) return;
  output.line("");
  output.table([{ title: "account" }, { title: "binds", right: true }, { title: "unanswered", right: true }, { title: "queued", right: true }, { title: "outbox", right: true }],
    status.customers.map((one) => [one.account, String(one.binds), String(one.unanswered), String(one.queued), String(one.outbox)]));
}
