/**
 * The books without a daemon: the store opened by this process, which holds the data folder's lock meanwhile.
 */
import { statSync } from "node:fs";
import type { Clock } from "../../protocols/wire/clock.js";
import { answerCall } from "../admin/answer.js";
import { encodeJson } from "../admin/api.js";
import type { AdminApi, MethodName, ParamsOf, Results } from "../admin/api.js";
import { loadContractFiles } from "../admin/contract-files.js";
import { AdminError } from "../admin/errors.js";
import type { AdminHost, KeyHost } from "../admin/host.js";
import { routeReport } from "../admin/routing.js";
import { screenVerdict } from "../admin/screening.js";
import { SecretKeys } from "../admin/secret-keys.js";
import { loadWordLists } from "../admin/word-lists.js";
import { readCalendar } from "../admin/working-time.js";
import type { Settings } from "../config/settings.js";
import { ALARMS } from "../contract/alarm.js";
import { Adverts } from "../contract/adverts.js";
import { compileTextPolicy } from "../contract/text-policy.js";
import type { Screen } from "../filter/screen.js";
import { readRaised } from "../observe/alarms.js";
import { Routes } from "../route/route.js";
import type { BindForms } from "../ledger/bind-terms.js";
import type { Store } from "../store/store.js";
import { CliError, Exit } from "./exit.js";
import { OfflineNumbers } from "./offline-numbers.js";
import { loadProtocols } from "./protocols.js";

export interface OfflineBooks extends AdminApi {
  close(): Promise<void>;
}

/** Opens the store of these settings. Throws CliError (unavailable) when it is another's or in use. */
export async function openOffline(settings: Settings, clock: Clock): Promise<OfflineBooks> {
  refuseForeignFolder(settings.data.dir);
  const keys: SecretKeys = new SecretKeys({ settings: settings.secrets, dataDir: settings.data.dir, store: () => store });
  const keyFault = loaded(keys);
  const store = await newStore(settings, clock, keys);
  try {
    await store.open();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "key_missing") {
      throw new CliError(Exit.unavailable, `cannot open the books in ${settings.data.dir}: ${error.message}`, keyFault ?? "the key stands in the data folder or where [secrets] says; tollgate check-config names the place");
    }
    const message = error instanceof Error ? error.message : String(error);
    throw new CliError(Exit.unavailable, `cannot open the books in ${settings.data.dir}: ${message}`, "another command, or a daemon that is just starting or ending, holds them: try again");
  }
  const numbers = new OfflineNumbers(settings);
  return new StoreBooks(offlineHost(store, keys, settings, await loadProtocols(), numbers.open), store, numbers);
}

/** Reads the keys, which most commands can do without; why not, null when they are there. */
function loaded(keys: SecretKeys): string | null {
  try {
    keys.load();
    return null;
  } catch (error) {
    if (error instanceof AdminError) return `${error.message}${error.hint === "" ? "" : `: ${error.hint}`}`;
    throw error;
  }
}

/** Files made here by another user, root above all, would lock the daemon out of its own books. */
function refuseForeignFolder(dir: string): void {
  const owner = statSync(dir, { throwIfNoEntry: false })?.uid;
  const self = process.getuid?.();
  if (owner === undefined || self === undefined || owner === self) return;
  throw new CliError(Exit.unavailable, `no daemon runs, and ${dir} belongs to another user`, "run it as the daemon's user, such as: sudo -u tollgate tollgate ...");
}

/** Results take the same way as through the socket, so that nothing can differ between the two. */
class StoreBooks implements OfflineBooks {
  readonly #host: AdminHost;
  readonly #store: Store;
  readonly #numbers: OfflineNumbers;

  constructor(host: AdminHost, store: Store, numbers: OfflineNumbers) {
    this.#host = host;
    this.#store = store;
    this.#numbers = numbers;
  }

  async call<M extends MethodName>(method: M, params: ParamsOf<M>): Promise<Results[M]> {
    return JSON.parse(encodeJson(await answerCall(this.#host, method, params))) as Results[M];
  }

  async close(): Promise<void> {
    await this.#numbers.close();
    await this.#store.close();
  }
}

export function offlineHost(store: Store, keys: KeyHost, settings: Settings, protocols: readonly BindForms[], numbers: AdminHost["numbers"]): AdminHost {
  const needsDaemon = (): never => {
    throw new AdminError("daemon_needed", "no daemon runs", "start it with: tollgate serve --config FILE");
  };
  const routes = new Routes();
  settings.operator.forEach(({ name }, index) => routes.addOperator(name, index));
  routes.replace(settings.route);
  return {
    store,
    keys,
    numbers,
    alarms: { raised: () => readRaised(settings.data.dir, ALARMS), test: needsDaemon, announced: () => undefined },
    operators: routes.operators,
    categories: () => readScreen(settings).then(({ categories }) => categories, () => []),
    calendar: () => readCalendar(settings.contract, settings.data.zoneMinutes),
    complaintMs: settings.contract.complaintMs,
    protocols,
    route: (account, to) => routeReport(routes, settings.route, account, to, () => null),
    async screen(text, name) {
      if (name === undefined) return screenVerdict(await readScreen(settings), text, null, null);
      const answer = await store.query({ kind: "account", name });
      if (answer.kind !== "account" || answer.account === null) throw new AdminError("no_such_account", `there is no account ${JSON.stringify(name)}`);
      const { account } = answer.account;
      const adverts = new Adverts();
      const file = (await loadContractFiles(settings.contract)).adverts;
      if (file !== null) adverts.replace(file.file, file.screen);
      return screenVerdict(await readScreen(settings), text, account, compileTextPolicy(account, adverts));
    },
    decideReview: needsDaemon,
    reload: needsDaemon,
    status: needsDaemon,
    usage: needsDaemon,
    setLogLevel: needsDaemon,
  };
}

/** The word lists as they stand in the files now. Throws AdminError `config_invalid` that names each bad line. */
async function readScreen(settings: Settings): Promise<Screen> {
  return (await loadWordLists(settings.filter.keywords, settings.filter.maxInserted)).screen;
}

/** The one place that knows how the store is made for the command line. Nothing is in flight, so most events have no one to tell. */
async function newStore(settings: Settings, clock: Clock, keys: SecretKeys): Promise<Store> {
  const { SqliteStore } = await import("../store/sqlite/sqlite-store.js");
  const nothing = (): void => undefined;
  return new SqliteStore({
    ...settings.data,
    keep: settings.privacy,
    encryptBodies: settings.privacy.encryptBodies,
    keys: () => keys.keys,
    outboxRetentionMs: settings.outbox.retentionMs,
    clock,
    events: {
      notice: nothing, queued: nothing, unqueued: nothing, waiting: nothing, parked: nothing, heldOverdue: nothing, credited: nothing, resolved: nothing,
      accountsChanged: nothing, availability: nothing, failed: nothing, log: nothing,
    },
  });
}
