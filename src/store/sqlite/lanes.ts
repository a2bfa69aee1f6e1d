/**
 * Lanes: how many queued messages of each lane have not been handed out, and up to where they have been.
 */
import { MessageState } from "../../../protocols/model/state.js";
import type { Row } from "./row.js";

export class LaneCount {
  readonly no: number;
  /** Order number of the last message handed out; later ones have not been. */
  cursor = 0;
  /** Queued messages behind the cursor. */
  ahead = 0;

  constructor(no: number) {
    this.no = no;
  }
}

export class Lanes {
  readonly #lanes = new Map<number, LaneCount>();
  /** Cursors moved by the batch under way: lane, where it was. */
  #moved: { lane: LaneCount; cursor: number }[] = [];

  lane(no: number): LaneCount {
    let lane = this.#lanes.get(no);
    if (lane === undefined) {
      lane = new LaneCount(no);
      this.#lanes.set(no, lane);
    }
    return lane;
  }

  /** A row became queued (its order number is new); how many wait in its lane now. */
  entered(laneNo: number): number {
    return ++this.lane(laneNo).ahead;
  }

  /** A row is about to leave the queue. */
  left(row: Row): void {
    if (row.state !== MessageState.queued) return;
    const lane = this.lane(row.lane);
    if (row.ord > lane.cursor) lane.ahead--;
  }

  /** `count` messages up to order number `cursor` are handed out. */
  handedOut(lane: LaneCount, cursor: number, count: number): void {
    this.#moved.push({ lane, cursor: lane.cursor });
    lane.cursor = cursor;
    lane.ahead = Math.max(0, lane.ahead - count);
  }

  committed(): void {
    if (this.#moved.length > 0) this.#moved = [];
  }

  /** The batch failed: its answers are not given, so nothing was handed out. The counts are read again. */
  failed(): void {
    for (const { lane, cursor } of this.#moved.reverse()) lane.cursor = cursor;
    this.#moved = [];
    for (const lane of this.#lanes.values()) lane.ahead = 0;
  }
}
