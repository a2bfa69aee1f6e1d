/**
 * NetworkTable: which network a domestic mobile is on: what is known of the very number first, then what its prefix says.
 *
 * ```
 *  ported (imported, or learned from operators' results) ─┐ none
 *  the table of segments, by the first five digits       ─┤ none
 *  unknown: the account's policy                         ─┘
 * ```
 * Virtual operators count as the network they run on. Asked for every message of an account with networks: two loads, nothing allocated.
 */
import type { NumberList } from "./number-lists.js";

export const NETWORKS = ["mobile", "unicom", "telecom", "broadcast"] as const;
export type NetworkName = (typeof NETWORKS)[number];

/** A code is the network's number here, 1 to 4; 0: nobody knows. */
export const UNKNOWN_NETWORK = 0;
/** Added to a network's code: the number has left that network, and nobody knows for which. */
export const LEFT = 8;
const NETWORK_BITS = 7;
const VIRTUAL = 16;

export function networkCode(name: NetworkName): number {
  return NETWORKS.indexOf(name) + 1;
}

/** The network of a code; null when it is unknown or only what it is not. */
export function networkName(code: number): NetworkName | null {
  return (code & LEFT) !== 0 ? null : (NETWORKS[(code & NETWORK_BITS) - 1] ?? null);
}

/** One row of the table: all numbers that begin so. */
export interface Segment {
  /** 3 to 5 digits, from 13 on. */
  readonly prefix: string;
  /** null: given to no network for ordinary messages. */
  readonly network: NetworkName | null;
  /** A virtual operator's, run on that network. */
  readonly virtual: boolean;
}

/** What is known of a number, for people. */
export interface NetworkFinding {
  readonly network: NetworkName | null;
  /** The network it is known to have left; null when none. */
  readonly left: NetworkName | null;
  readonly by: "ported" | "segment" | "nothing";
  readonly virtual: boolean;
}

/** Five digits with 1 in front. */
const ROWS = 10_000;
const FIRST_ROW = 10_000;

export class NetworkTable {
  readonly #ported: NumberList;
  #rows = new Uint8Array(ROWS);
  /** Of the table, as its file gives it. */
  date = "";

  constructor(ported: NumberList) {
    this.#ported = ported;
  }

  /** Puts another table in force, all of it at once; of two prefixes that fit a number the longer counts. */
  replace(segments: readonly Segment[], date: string): void {
    const rows = new Uint8Array(ROWS);
    for (const { prefix, network, virtual } of [...segments].sort((a, b) => a.prefix.length - b.prefix.length)) {
      const scale = 10 ** (5 - prefix.length);
      const first = Number(prefix) * scale - FIRST_ROW;
      rows.fill((network === null ? UNKNOWN_NETWORK : networkCode(network)) + (virtual ? VIRTUAL : 0), first, first + scale);
    }
    this.#rows = rows;
    this.date = date;
  }

  /** The code of a mobile in its normal form: a network's, 0, or LEFT and a network's. */
  find(number: string): number {
    if (!this.#ported.empty) {
      const known = this.#ported.value(number);
      if (known >= 0) return known;
    }
    return this.#row(number) & NETWORK_BITS;
  }

  /** What a prefix alone says. */
  bySegment(number: string): number {
    return this.#row(number) & NETWORK_BITS;
  }

  explain(number: string): NetworkFinding {
    const known = this.#ported.value(number);
    if (known >= 0) return { network: networkName(known), left: (known & LEFT) === 0 ? null : networkName(known & NETWORK_BITS), by: "ported", virtual: false };
    const row = this.#row(number);
    const network = networkName(row & NETWORK_BITS);
    return { network, left: null, by: network === null ? "nothing" : "segment", virtual: (row & VIRTUAL) !== 0 };
  }

  #row(number: string): number {
    if (number.length !== 11 || number.charCodeAt(0) !== 0x31) return 0;
    let row = 0;
    for (let at = 1; at < 5; at++) row = row * 10 + number.charCodeAt(at) - 0x30;
    return this.#rows[row] ?? 0;
  }
}
