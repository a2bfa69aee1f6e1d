/** Number lists in memory, for calls that only pass through. */
import { NO_ADVERTS } from "../../../src/contract/adverts.js";
import type { Trackers } from "../../../src/contract/traffic-policy.js";
import { NetworkTable } from "../../../src/contract/network.js";
import { NumberLists, type ListName } from "../../../src/contract/number-lists.js";
import type { NumberHost } from "../../../src/admin/number-methods.js";
import { NumbersError, type ImportResult, type ImportTerms, type NumberChange, type NumberEntry, type NumberStore } from "../../../src/store/numbers.js";

export class FakeNumbers implements NumberStore {
  readonly lists = new NumberLists();
  trackers: Trackers | null = null;
  readonly changes: NumberChange[] = [];
  readonly imports: { readonly terms: ImportTerms; text: string; kept: boolean | null }[] = [];
  result: ImportResult = { read: 2, changed: 1, same: 1, bad: 0, badLines: [] };
  /** Thrown by every change instead of doing it. */
  refusal: NumbersError | null = null;
  /** Held back until it is called. */
  release: (() => void) | null = null;
  held = false;

  get host(): NumberHost {
    const networks = new NetworkTable(this.lists.ported);
    networks.replace([{ prefix: "138", network: "mobile", virtual: false }], "2026-01-01");
    return { store: this, networks, zoneMinutes: 480, lists: this.lists, adverts: NO_ADVERTS, trackers: this.trackers };
  }

  open(): Promise<{ lists: number; numbers: number; ms: number }> {
    return Promise.resolve({ lists: 0, numbers: 0, ms: 0 });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async change(change: NumberChange): Promise<boolean> {
    if (this.held) await new Promise<void>((resolve) => (this.release = resolve));
    if (this.refusal !== null) throw this.refusal;
    const list = this.lists.list(change.list);
    const same = change.off ? !list.has(change.number) : list.value(change.number) === change.value;
    if (same) return false;
    this.changes.push(change);
    list.change(change.number, change.off ? -1 : change.value);
    return true;
  }

  importBegin(terms: ImportTerms): Promise<number> {
    return Promise.resolve(this.imports.push({ terms, text: "", kept: null }));
  }

  importLines(no: number, text: string): Promise<void> {
    const one = this.imports[no - 1];
    if (one === undefined) return Promise.reject(new NumbersError("no_such_import", "no such file"));
    one.text += `${text}\n`;
    return Promise.resolve();
  }

  importEnd(no: number, keep: boolean): Promise<ImportResult> {
    const one = this.imports[no - 1];
    if (one !== undefined) one.kept = keep;
    return Promise.resolve(this.result);
  }

  find(number: string): Promise<readonly NumberEntry[]> {
    return Promise.resolve(this.changes.filter((change) => change.number === number).map(entryOf));
  }

  page(list: ListName, after: string): Promise<readonly NumberEntry[]> {
    const same = (one: ListName): boolean => one.kind === list.kind && one.accountNo === list.accountNo && one.signatureNo === list.signatureNo;
    return Promise.resolve(after === "" ? this.changes.filter((change) => same(change.list)).map(entryOf) : []);
  }

  figures(): Promise<readonly { list: ListName; size: number; octets: number }[]> {
    return Promise.resolve([{ list: { kind: "block" as const, accountNo: 0, signatureNo: 0 }, size: 2, octets: 16 }]);
  }

  forget(): Promise<number> {
    return Promise.resolve(0);
  }
}

function entryOf({ list, number, value, atMs, source, messageId }: NumberChange): NumberEntry {
  return { list, number, value, atMs, source, messageId, endedAtMs: 0, endedBy: "" };
}
