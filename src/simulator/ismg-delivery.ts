/**
 * IsmgWriter: receipts and inbound messages as DELIVER of CMPP 2.0 or 3.0, written straight into the send buffer.
 */
import { HEADER_OCTETS, VERSION_30, minuteOf, writeHeader, writeHex, writeInt, writePadded } from "./cmpp-octets.js";
import type { Delivery } from "./delivery.js";

/** What gateways in the field do otherwise than the standard says. [protocols sheet 1.10, 1.15, 5] */
export interface IsmgQuirks {
  /** Octets of a report's body: as the version says (0), or always 60 or 71. */
  readonly reportOctets: 0 | 60 | 71;
  /** What TP_udhi is where there is a header. */
  readonly udhi: 1 | 64;
  /** Status and Result have four octets in 2.0 too. */
  readonly wideStatus: boolean;
  /** The octets at the end of a DELIVER that are always zero are left out. */
  readonly shortTail: boolean;
}

export const NO_QUIRKS: IsmgQuirks = { reportOctets: 0, udhi: 1, wideStatus: false, shortTail: false };

/** 109 of fields, 255 of content. */
export const DELIVER_MAX_OCTETS = 364;

const DELIVER = 0x00000005;
const HAS_UDH = 0x40;
const MINUTE_MS = 60_000;

export class IsmgWriter {
  readonly #quirks: IsmgQuirks;
  #minute = -1;
  #minuteText = "";

  constructor(quirks: IsmgQuirks) {
    this.#quirks = quirks;
  }

  /** Writes a whole DELIVER at `offset`, where DELIVER_MAX_OCTETS are free; returns where it ends. */
  write(target: Buffer, offset: number, sequence: number, version: number, delivery: Delivery, doneAtMs: number): number {
    const wide = version >= VERSION_30;
    const report = delivery.id !== "";
    let at = writeHex(target, offset + HEADER_OCTETS, delivery.ownId);
    at = writePadded(target, at, 21, delivery.destination);
    at = writePadded(target, at, 10, "");
    target[at++] = 0;
    target[at++] = (delivery.esmClass & HAS_UDH) !== 0 ? this.#quirks.udhi : 0;
    target[at++] = delivery.dataCoding;
    at = writePadded(target, at, wide ? 32 : 21, delivery.source);
    if (wide) target[at++] = 0;
    target[at++] = report ? 1 : 0;
    const lengthAt = at++;
    if (report) at = this.#report(target, at, wide, delivery, doneAtMs);
    else {
      target.set(delivery.octets, at);
      at += delivery.octets.length;
    }
    target[lengthAt] = at - lengthAt - 1;
    if (!this.#quirks.shortTail) at = writePadded(target, at, wide ? 20 : 8, "");
    writeHeader(target, offset, at - offset, DELIVER, sequence);
    return at;
  }

  #report(target: Buffer, offset: number, wide: boolean, delivery: Delivery, doneAtMs: number): number {
    const { reportOctets } = this.#quirks;
    const long = reportOctets === 0 ? wide : reportOctets === 71;
    let at = writeHex(target, offset, delivery.id);
    at = writePadded(target, at, 7, delivery.state);
    at = writePadded(target, at, 10, this.#minuteOf(delivery.submittedAtMs));
    at = writePadded(target, at, 10, this.#minuteOf(doneAtMs));
    at = writePadded(target, at, long ? 32 : 21, delivery.source);
    return writeInt(target, at, Number.parseInt(delivery.ownId.slice(8), 16));
  }

  /** Nearly all receipts of one moment have one and the same. */
  #minuteOf(wallMs: number): string {
    const minute = Math.floor(wallMs / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#minuteText = minuteOf(wallMs);
    }
    return this.#minuteText;
  }
}
