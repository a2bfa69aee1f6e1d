/**
 * Message id: a safe integer that never repeats: seconds since 2024 (31 bits), node (6 bits), sequence in that second (16 bits).
 *
 * The second is logical (never goes back), so an id's second is the moment of acceptance to within a second
 * whenever the wall clock was right. The day file a message lives in follows from its id alone.
 */

/** 2024-01-01T00:00:00Z in seconds since the Unix epoch. */
export const ID_EPOCH_S = 1_704_067_200;
/** Ids in one second of one node. */
export const IDS_PER_SECOND = 65_536;
/** Nodes are 0..63. */
export const NODES = 64;
const PER_SECOND_ALL = IDS_PER_SECOND * NODES;

/** The id of a second (Unix), node (0..63) and sequence (0..65535). */
export function messageId(unixSecond: number, node: number, sequence: number): number {
  return (unixSecond - ID_EPOCH_S) * PER_SECOND_ALL + node * IDS_PER_SECOND + sequence;
}

/** The (logical) Unix second an id was drawn in. */
export function idSecond(id: number): number {
  return Math.floor(id / PER_SECOND_ALL) + ID_EPOCH_S;
}

/** The day, counted from 1970-01-01 in the business time zone, whose file holds this id. */
export function idDay(id: number, zoneMinutes: number): number {
  return Math.floor((idSecond(id) + zoneMinutes * 60) / 86_400);
}

/** The lowest id any node can draw on a day (counted from 1970-01-01 in the business time zone). */
export function firstIdOfDay(day: number, zoneMinutes: number): number {
  return Math.max(0, (day * 86_400 - zoneMinutes * 60 - ID_EPOCH_S) * PER_SECOND_ALL);
}
