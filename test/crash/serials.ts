/**
 * SerialSource: submits that each carry a number of their own at the end of their text, so that a judge can follow every one.
 *
 * Of twenty in a row one holds a blocked word and two are the parts of one long message; the rest are single. Every submit is
 * one segment of charge. All parts of a message go to one number, which no other message goes to.
 */
import type { LoadWire } from "../../src/simulator/load-bind.js";
import type { LoadSource } from "../../src/simulator/load-source.js";

export const BLOCKED_WORD = "违禁发票";
const CYCLE = 20;
const BLOCKED_AT = 7;
const FIRST_PART_AT = 10;
const SECOND_PART_AT = 11;
const FIRST_NUMBER = 13_000_000_000;
const DIGITS = 9;
const SOURCE = "10690000";

export class SerialSource implements LoadSource {
  readonly submits: number;
  readonly maxOctets: number;
  readonly #first: number;
  readonly #wire: LoadWire;
  readonly #written: (serial: number) => void;

  /** Serials from `first` on; `written` is told each as it goes out. */
  constructor(first: number, submits: number, wire: LoadWire, written: (serial: number) => void) {
    this.#first = first;
    this.submits = submits;
    this.#wire = wire;
    this.#written = written;
    this.maxOctets = wire.submitMaxOctets;
  }

  write(target: Buffer, offset: number, sequence: number, ordinal: number): number {
    const serial = this.#first + ordinal;
    const part = partOf(serial);
    this.#written(serial);
    return this.#wire.submit(target, offset, sequence, {
      source: SOURCE, destination: numberOf(serial), hasUdh: part !== 0, total: part === 0 ? 1 : 2, number: Math.max(1, part), octets: octetsOf(serial),
    });
  }
}

export function isBlocked(serial: number): boolean {
  return serial % CYCLE === BLOCKED_AT;
}

/** 1 or 2 for the parts of a long message, 0 for a single one. */
export function partOf(serial: number): 0 | 1 | 2 {
  const place = serial % CYCLE;
  return place === FIRST_PART_AT ? 1 : place === SECOND_PART_AT ? 2 : 0;
}

/** The number a submit goes to: its own, or the first part's. */
export function numberOf(serial: number): string {
  return String(FIRST_NUMBER + (partOf(serial) === 2 ? serial - 1 : serial));
}

/** The first serial that goes to a number. */
export function serialOfNumber(number: string): number {
  return Number(number.slice(-11)) - FIRST_NUMBER;
}

/** The serial at the end of a text's UCS-2 octets; -1 when there is none. */
export function serialOf(octets: Buffer): number {
  let serial = 0;
  for (let digit = DIGITS; digit > 0; digit--) {
    const at = octets.length - digit * 2;
    const unit = at < 0 ? 0 : octets.readUInt16BE(at);
    if (unit < 0x30 || unit > 0x39) return -1;
    serial = serial * 10 + unit - 0x30;
  }
  return serial;
}

function octetsOf(serial: number): Buffer {
  const part = partOf(serial);
  const token = `，编号${String(serial).padStart(DIGITS, "0")}`;
  const text = `【测试】${isBlocked(serial) ? BLOCKED_WORD : "您的验证码将在五分钟后失效，请勿告诉他人"}${token}`;
  const user = Buffer.from(text, "utf16le").swap16();
  if (part === 0) return user;
  const reference = (serial - (part === 2 ? 1 : 0)) & 0xffff;
  return Buffer.concat([Buffer.from([6, 0x08, 4, reference >> 8, reference & 0xff, 2, part]), user]);
}
