/**
 * tollgate screen --replay LISTS...: what word lists that are not in force yet would have done to the texts of the days on disk.
 *
 * Runs in a process of its own and reads the books beside a running daemon, which does not notice.
 */
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadWordLists } from "../admin/word-lists.js";
import { Replay, type AccountCount, type RuleCount } from "../flow/replay.js";
import { maskNumber } from "../observe/mask.js";
import { asked } from "./account-change.js";
import type { CliContext, CommonOptions } from "./context.js";
import { CliError, Exit } from "./exit.js";

export interface ReplayFlags extends CommonOptions {
  readonly replay: readonly string[];
  readonly days: number;
  readonly account?: string;
  readonly examples: number;
  readonly show?: true;
  readonly reason?: string;
}

const DAY_MS = 86_400_000;
/** Characters of an example, in a table. */
const SHOWN_MOST = 60;

/** A rule and what it did, for people. */
interface RuleLine {
  readonly account: string;
  readonly rule: string;
  readonly action: RuleCount["action"];
  readonly texts: number;
  readonly percent: number;
  readonly examples: readonly { readonly to: string; readonly text: string }[];
}

export async function replayLists(context: CliContext, flags: ReplayFlags): Promise<void> {
  const { settings } = await context.config(flags);
  const { dir, zoneMinutes } = settings.data;
  const { readReplayAccounts, readReplayTexts } = await import("../store/sqlite/replay-texts.js");
  const accounts = readReplayAccounts(dir, zoneMinutes);
  if (accounts === null) throw new CliError(Exit.unavailable, `there are no books in ${dir} that may be read from here`, "run it as the daemon's user, such as: sudo -u tollgate tollgate ...");
  const account = flags.account === undefined ? undefined : accounts.find(({ name }) => name === flags.account);
  if (flags.account !== undefined && account === undefined) throw new CliError(Exit.refused, `there is no account ${JSON.stringify(flags.account)}`, "tollgate account list names them all");
  const { screen, warnings } = await loadWordLists(flags.replay.flatMap((path) => filesOf(context.cwd, path)), settings.filter.maxInserted);
  if (flags.json !== true) for (const { file, line, reason } of warnings) context.output.error(`${file}:${String(line)}: ${reason}`);
  if (flags.show === true) await tellTheLog(context, flags);
  const replay = new Replay(screen, accounts, flags.examples);
  for (const texts of readReplayTexts(dir, zoneMinutes, context.clock.wallMs - flags.days * DAY_MS, account?.no ?? 0)) for (const text of texts) replay.add(text);
  replay.finish();
  const names = new Map(accounts.map(({ no, name }) => [no, name]));
  report(context, flags, replay, (no) => names.get(no) ?? String(no));
}

/** A file, or all lists of a folder: its .txt files. */
function filesOf(cwd: string, path: string): string[] {
  const absolute = resolve(cwd, path);
  const found = statSync(absolute, { throwIfNoEntry: false });
  if (found === undefined) throw new CliError(Exit.usage, `there is no ${path}`);
  if (!found.isDirectory()) return [absolute];
  const files = readdirSync(absolute).filter((name) => name.endsWith(".txt")).sort().map((name) => join(absolute, name));
  if (files.length === 0) throw new CliError(Exit.usage, `${path} holds no list`, "lists are files that end in .txt");
  return files;
}

/** Texts are shown for a reason, which the audit log tells. */
async function tellTheLog(context: CliContext, flags: ReplayFlags): Promise<void> {
  if ((flags.reason ?? "").trim() === "") throw new CliError(Exit.usage, "texts are shown for a reason only", "say why with --reason; it goes into the audit log");
  await context.withBooks(flags, (api) => api.call("replay.note", {
    days: flags.days, ...(flags.account === undefined ? {} : { account: flags.account }), ...asked(context, { ...flags }), reason: flags.reason ?? "",
  }));
}

function report(context: CliContext, flags: ReplayFlags, replay: Replay, nameOf: (no: number) => string): void {
  const perAccount = [...replay.byAccount].map(([no, count]) => ({ account: nameOf(no), ...count })).sort((a, b) => b.reject - a.reject || b.texts - a.texts);
  const total: AccountCount = { texts: 0, reject: 0, hold: 0, flag: 0, freed: 0 };
  for (const one of perAccount) for (const key of ["texts", "reject", "hold", "flag", "freed"] as const) total[key] += one[key];
  const shown = (text: string): string => (flags.show === true ? text : text.replace(/[\p{L}\p{N}]/gu, "·"));
  const rules: RuleLine[] = [...replay.rules.values()].sort((a, b) => b.texts - a.texts).map(({ accountNo, rule, action, texts, examples }) => ({
    account: nameOf(accountNo), rule, action, texts, percent: percentOf(texts, replay.byAccount.get(accountNo)?.texts ?? 0),
    examples: examples.map(({ destination, text }) => ({ to: maskNumber(destination), text: shown(text) })),
  }));
  if (flags.json === true) return context.output.json({ days: flags.days, total, accounts: perAccount, rules });
  const share = (count: number, of: number): string => `${String(count)} (${String(percentOf(count, of))}%)`;
  context.output.line(`${String(total.texts)} texts of ${String(flags.days)} days: ${share(total.reject, total.texts)} would have been refused, ${share(total.hold, total.texts)} held, ${share(total.flag, total.texts)} flagged; ${String(total.freed)} refused then would not have been`);
  if (total.texts === 0) return;
  context.output.table([{ title: "account" }, { title: "texts", right: true }, { title: "refused", right: true }, { title: "held", right: true }, { title: "flagged", right: true }, { title: "freed", right: true }],
    perAccount.map((one) => [one.account, String(one.texts), share(one.reject, one.texts), share(one.hold, one.texts), share(one.flag, one.texts), String(one.freed)]));
  if (rules.length === 0) return;
  context.output.line("");
  context.output.table([{ title: "account" }, { title: "rule" }, { title: "does" }, { title: "texts", right: true }, { title: "share", right: true }, { title: "such as" }],
    rules.map((one) => [one.account, one.rule, one.action, String(one.texts), `${String(one.percent)}%`, one.examples.map(({ text }) => cut(text)).join(" | ")]));
}

function percentOf(count: number, of: number): number {
  return of === 0 ? 0 : Number(((count / of) * 100).toFixed(2));
}

function cut(text: string): string {
  const line = text.replace(/\s+/gu, " ");
  return line.length > SHOWN_MOST ? `${line.slice(0, SHOWN_MOST)}…` : line;
}
