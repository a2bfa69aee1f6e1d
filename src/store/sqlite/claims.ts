/**
 * Claims: hands out what waits on disk, in order across the open days: queued messages by lane, notices by account.
 */
import { BodyKind } from "../body-cipher.js";
import { packInboundNotice, packStored, Result, Told } from "../results.js";
import type { Octets } from "../octets.js";
import type { DayWriter } from "./day-writer.js";
import { packNotice } from "./finish.js";
import type { Row } from "./row.js";
import type { WriterState } from "./state.js";

/** Octets after which a claim gives nothing further: what is long comes in several claims. */
const CLAIM_OCTETS = 4 * 1_048_576;

interface Place {
  readonly file: DayWriter;
  readonly id: number;
  readonly ord: number;
  readonly inbound: boolean;
}

function byOrder(a: Place, b: Place): number {
  return a.ord - b.ord;
}

/** The first `n` of what the open days have each in order. */
function gather(state: WriterState, n: number, places: (file: DayWriter, into: Place[]) => void): Place[] {
  const all: Place[] = [];
  let files = 0;
  for (const file of state.days.open()) {
    const before = all.length;
    places(file, all);
    if (all.length > before) files++;
  }
  if (files > 1) all.sort(byOrder);
  return all.length > n ? all.slice(0, n) : all;
}

/** Packs how many of these there is room for in one claim, and those, each as `pack` does; how many they are. */
function packPlaces(out: Octets, places: readonly Place[], pack: (place: Place) => void): number {
  const countAt = out.at;
  out.u32(0);
  let count = 0;
  while (count < places.length && out.at - countAt < CLAIM_OCTETS) pack(places[count++] as Place);
  out.view.setUint32(countAt, count, true);
  return count;
}

/** The claim intent; appends its own result. */
export function claim(state: WriterState): void {
  const { from, out } = state;
  const lane = state.lanes.lane(from.f64());
  const n = from.u16();
  const places = lane.ahead === 0 ? [] : gather(state, n, (file, into) => {
    for (const [id, ord] of file.statements.claim.all(lane.no, lane.cursor, n) as [number, number][]) into.push({ file, id, ord, inbound: false });
  });
  out.need(16);
  out.u8(Result.claim);
  const count = packPlaces(out, places, (place) => packRow(out, state.row(place.id) as Row));
  const last = places[count - 1];
  if (last !== undefined) state.lanes.handedOut(lane, last.ord, count);
  else lane.ahead = 0;
  out.need(8);
  out.f64(lane.ahead);
}

/** A whole message for dispatch or for the flow to judge. */
export function packRow(out: Octets, row: Row): void {
  const { id, kinds, source, destination, wanted, expires } = row;
  const review = row.review === 0 ? 0 : ((row.file.statements.reviewOutcome.get(id) as number | undefined) ?? 0);
  packStored(out, row, { id, kinds, source, destination, wanted, expires, body: row.file.body(id) }, review);
}

/** The claimOutbox intent; appends its own result. */
export function claimOutbox(state: WriterState): void {
  const { from, out } = state;
  const account = from.u32();
  const after = from.f64();
  const n = from.u16();
  const places = gather(state, n, (file, into) => {
    const messages = file.statements.outbox.all(account, after, n) as [number, number][];
    for (const [id, ord] of messages) into.push({ file, id, ord, inbound: false });
    const inbound = file.statements.outboxInbound.all(account, after, n) as [number, number][];
    for (const [id, ord] of inbound) into.push({ file, id, ord, inbound: true });
    if (inbound.length > 0) into.sort(byOrder);
  });
  out.need(8);
  out.u8(Result.outbox);
  const count = packPlaces(out, places, (place) => packPlace(out, place, account));
  out.need(1);
  out.u8(count === n || count < places.length ? 1 : 0);
}

function packPlace(out: Octets, { file, id, ord, inbound }: Place, account: number): void {
  if (inbound) {
    const [kinds, source, destination, body] = file.statements.getInbound.get(id) as [number, string, string, Buffer];
    packInboundNotice(out, ord, account, { id, kinds, source, destination, wanted: 0, expires: 0, body: file.bodies.plain(BodyKind.inbound, id, body) });
  } else {
    packNotice(out, file.load(id) as Row);
  }
}

/** Tells all waiting notices with an order number above `after`, in order. */
export function tellOutbox(state: WriterState, after: number): void {
  const accounts = new Map<Place, number>();
  for (const file of state.days.open()) {
    for (const [table, order] of [["message", "ord"], ["inbound", "note_ord"]] as const) {
      const waiting = file.db.prepare(`SELECT id, ${order}, account FROM ${table} WHERE notify = 3 AND ${order} > ?`).raw().all(after) as [number, number, number][];
      for (const [id, ord, account] of waiting) accounts.set({ file, id, ord, inbound: table === "inbound" }, account);
    }
  }
  const { told } = state;
  for (const place of [...accounts.keys()].sort(byOrder)) {
    told.need(1);
    told.u8(Told.notice);
    packPlace(told, place, accounts.get(place) as number);
  }
}
