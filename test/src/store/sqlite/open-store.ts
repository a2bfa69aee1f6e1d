/** A SqliteStore for tests, which tells nothing unless asked to. */
import { systemClock } from "../../../../protocols/wire/clock.js";
import type { StoreEvents } from "../../../../src/store/store.js";
import { SqliteStore } from "../../../../src/store/sqlite/sqlite-store.js";

const SILENT: StoreEvents = {
  notice: () => undefined, queued: () => undefined, unqueued: () => undefined, waiting: () => undefined, parked: () => undefined, heldOverdue: () => undefined, credited: () => undefined, resolved: () => undefined,
  accountsChanged: () => undefined, availability: () => undefined, log: () => undefined, failed: () => undefined,
};

const clock = systemClock();

export function openStore(dir: string, events: Partial<StoreEvents> = {}): SqliteStore {
  return new SqliteStore({ dir, zoneMinutes: 480, retentionDays: 150, receiptHorizonMs: 259_200_000, outboxRetentionMs: 604_800_000, minFreeDiskMb: 0, clock, events: { ...SILENT, ...events } });
}
