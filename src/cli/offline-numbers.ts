/**
 * The number lists without a daemon: opened when they are first asked for, since loading millions takes its time.
 */
import { loadContractFiles } from "../admin/contract-files.js";
import { AdminError } from "../admin/errors.js";
import type { NumberHost } from "../admin/number-methods.js";
import type { Settings } from "../config/settings.js";
import { ContractData } from "../flow/contract-data.js";
import type { NumberStore } from "../store/numbers.js";

export class OfflineNumbers {
  readonly #settings: Settings;
  #store: NumberStore | null = null;
  #opened: Promise<NumberHost> | null = null;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  readonly open = (): Promise<NumberHost> => (this.#opened ??= this.#open());

  async close(): Promise<void> {
    await this.#opened?.catch(() => undefined);
    await this.#store?.close();
  }

  async #open(): Promise<NumberHost> {
    const { data: { dir, zoneMinutes }, contract } = this.#settings;
    const data = new ContractData(zoneMinutes);
    data.take(await loadContractFiles(contract));
    const { SqliteNumbers } = await import("../store/sqlite/sqlite-numbers.js");
    const store = new SqliteNumbers({ dir, zoneMinutes, maxNumbers: contract.maxNumbers, lists: data.lists, failed: () => undefined });
    try {
      await store.open();
    } catch (error) {
      throw new AdminError("unavailable", `cannot open the number lists in ${dir}: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.#store = store;
    return { store, networks: data.networks, zoneMinutes, lists: data.lists, adverts: data.adverts, trackers: null };
  }
}
