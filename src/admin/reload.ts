/**
 * Reload: reads configuration and word lists again, works out what would change, and swaps it whole once that is in the audit log.
 */
import { isDeepStrictEqual } from "node:util";
import { changedSettings } from "../config/changes.js";
import type { Settings } from "../config/settings.js";
import type { Screen } from "../filter/screen.js";
import type { LedgerCommand, LedgerResult } from "../ledger/commands.js";
import type { Log } from "../observe/log.js";
import { strayRules } from "../route/route.js";
import { costsCommand } from "./operator-costs.js";
import { AdminError } from "./errors.js";
import type { AskedBy, ReloadReport } from "./host.js";
import type { ContractFiles } from "../flow/contract-data.js";
import { loadContractFiles } from "./contract-files.js";
import { loadWordLists, type LoadedLists } from "./word-lists.js";

/** The settings a reload puts in force; all others wait for a restart. */
const LIVE_SETTINGS = /^(filter\.keywords|filter\.maxInserted|contract\.(?!maxNumbers|serviceNumber|balance|reports)|log\.level|route(\.|$)|cost(\.|$))/;
/** Moves with every line put in above it, and changes nothing. */
const ROUTE_LINE = /^route\.\d+\.line$/;

export interface ReloadPlan {
  /** The settings in force, with what takes effect at once from the new ones. */
  readonly settings: Settings;
  readonly screen: Screen;
  readonly contract: ContractFiles;
  readonly report: ReloadReport;
  readonly warnings: LoadedLists["warnings"];
  /** For the audit log. */
  readonly summary: string;
}

/** What a reload works on: the running gateway. */
export interface Reloadable {
  log(): Log;
  /** The settings in force. */
  settings(): Settings;
  /** The settings as the file has them now; throws when it is bad. */
  read(): Settings;
  /** Of the lists in force. */
  wordsVersion(): number;
  /** Of the segments, reply words and adverts in force. */
  contractVersion(): string;
  hasAccount(name: string): boolean;
  change(command: LedgerCommand): Promise<LedgerResult>;
  /** Puts a plan in force, all of it at once. */
  swap(plan: ReloadPlan): void;
}

/** One reload after the other, so that of two asked for at once the later has the last word. */
export class Reloads {
  readonly #gateway: Reloadable;
  #last: Promise<unknown> = Promise.resolve();

  constructor(gateway: Reloadable) {
    this.#gateway = gateway;
  }

  /**
   * Reloads, with one record in the audit log, and another where operators' costs have changed.
   * @throws AdminError what stands in the way; nothing has changed then
   */
  run(by: AskedBy): Promise<ReloadReport> {
    const turn = this.#last.then(() => this.#reload(by));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** What operators charge is the ledger's to keep: told only where it has changed. */
  async #reprice(settings: Settings, by: AskedBy): Promise<void> {
    if (isDeepStrictEqual(settings.cost, this.#gateway.settings().cost)) return;
    const costs = await this.#gateway.change(costsCommand(settings, by));
    if (!costs.ok) throw new AdminError(costs.code, costs.message, "nothing was changed");
  }

  async #reload(by: AskedBy): Promise<ReloadReport> {
    const gateway = this.#gateway;
    try {
      const plan = await planReload(gateway.settings(), () => gateway.read(), gateway.wordsVersion(), gateway.contractVersion());
      const logged = await gateway.change({ kind: "audit", what: plan.summary, ...by });
      if (!logged.ok) throw new AdminError(logged.code, logged.message, "nothing was changed");
      await this.#reprice(plan.settings, by);
      gateway.swap(plan);
      tellWarnings(gateway.log(), plan.warnings);
      tellStrayRoutes(gateway.log(), plan.settings.route, (name) => gateway.hasAccount(name));
      gateway.log().info("reloaded", { summary: plan.summary, words: plan.report.words, version: plan.report.wordsVersion });
      return plan.report;
    } catch (error) {
      gateway.log().error("reload_refused", { reason: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  }
}

/** Routes now in force that no account takes: a name mistyped, or an account that is yet to be opened. */
export function tellStrayRoutes(log: Log, routes: Settings["route"], hasAccount: (name: string) => boolean): void {
  for (const { account, prefix, operator, line } of strayRules(routes, hasAccount)) {
    log.warn("route_without_account", { account, prefix, operator, line, hint: "no account has this name: tollgate account list names them all" });
  }
}

/** What is odd in the lists now in force. */
export function tellWarnings(log: Log, warnings: LoadedLists["warnings"]): void {
  for (const { file, line, reason } of warnings) log.warn("word_list_warning", { file, line, reason });
}

/**
 * @param wordsVersion of the lists in force
 * @param contractVersion of the segments, reply words and adverts in force
 * @throws AdminError `config_invalid` naming what is wrong; nothing has changed then
 */
export async function planReload(present: Settings, read: () => Settings, wordsVersion: number, contractVersion: string): Promise<ReloadPlan> {
  let settings: Settings;
  try {
    settings = read();
  } catch (error) {
    throw new AdminError("config_invalid", error instanceof Error ? error.message : String(error), "nothing was changed");
  }
  const { screen, warnings } = await loadWordLists(settings.filter.keywords, settings.filter.maxInserted);
  const contract = await loadContractFiles(settings.contract);
  // Operators start with the daemon: a route to a new one would lead nowhere until then.
  const running = present.operator.map((operator) => operator.name);
  const early = settings.route.find((route) => !running.includes(route.operator));
  const dear = settings.cost.find((cost) => !running.includes(cost.operator));
  if (dear !== undefined) {
    throw new AdminError("config_invalid", `a [[cost]] names operator ${dear.operator}, which starts with a restart only`, "nothing was changed");
  }
  if (early !== undefined) {
    throw new AdminError("config_invalid", `the [[route]] of line ${early.line} names operator ${early.operator}, which starts with a restart only`, "nothing was changed");
  }
  const changed = changedSettings(present, settings).filter((name) => !ROUTE_LINE.test(name));
  const applied = changed.filter((name) => LIVE_SETTINGS.test(name));
  const needRestart = changed.filter((name) => !LIVE_SETTINGS.test(name));
  if (screen.version !== wordsVersion) applied.push("word lists");
  if (contract.version !== contractVersion) applied.push("segments, reply words and adverts");
  const said = [...applied, ...needRestart.map((name) => `${name} (at restart)`)];
  return {
    settings: {
      ...present,
      filter: { ...present.filter, keywords: settings.filter.keywords, maxInserted: settings.filter.maxInserted },
      route: settings.route,
      cost: settings.cost,
      contract: { ...settings.contract, maxNumbers: present.contract.maxNumbers },
      log: { ...present.log, level: settings.log.level },
    },
    screen,
    contract,
    warnings,
    report: { applied, needRestart, words: screen.size, wordsVersion: screen.version },
    summary: `reload: ${said.length === 0 ? "nothing changed" : shortened(said)}; words version ${screen.version}`,
  };
}

/** An audit record takes 1,000 characters: names beyond this many are counted. */
const MOST_SAID = 900;

function shortened(names: readonly string[]): string {
  let length = 0;
  const said = names.filter((name) => (length += name.length + 2) <= MOST_SAID);
  return [...said, ...(said.length < names.length ? [`${names.length - said.length} more`] : [])].join(", ");
}
