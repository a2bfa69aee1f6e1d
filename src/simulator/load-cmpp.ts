/**
 * CMPP as a load-making customer speaks it: connections of 2.0 or 3.0, receipts read from the report in a DELIVER.
 */
import { HEADER_OCTETS, VERSION_30, readExpected, readHex, readPadded, sourceDigest, timestampOf, writeHeader, writeInt, writePadded } from "./cmpp-octets.js";
import { LoadBind } from "./load-bind.js";
import type { LoadBindOptions, LoadDesk, LoadSubmit, LoadWire } from "./load-bind.js";

const CONNECT = 0x1;
const TERMINATE = 0x2;
const SUBMIT = 0x4;
const DELIVER = 0x5;
const ACTIVE_TEST = 0x8;
const RESPONSE = 0x8000_0000;

const CONNECT_OCTETS = 39;
/** 163 of fields, 32 of one destination, 255 of content. */
const SUBMIT_MAX_OCTETS = 450;
const MOST_FIRST_SEQUENCE = 0x4000_0000;
const UCS2 = 8;
const STRUCTURE = 1;

/** A SUBMIT to one destination, all its fields; what a customer leaves open is zero. [protocols sheet 1.6] */
export interface CmppSubmit {
  readonly spId: string;
  readonly source: string;
  readonly destinations: readonly string[];
  readonly hasUdh: boolean;
  readonly total: number;
  readonly number: number;
  readonly format: number;
  readonly receipt: boolean;
  readonly octets: Buffer;
}

/** The octets that `writeSubmit` may need for so many destinations. */
export function submitOctets(destinations: number): number {
  return SUBMIT_MAX_OCTETS + 32 * (destinations - 1);
}

/** Writes a whole SUBMIT in the layout of `version`; returns where it ends. */
export function writeSubmit(target: Buffer, offset: number, sequence: number, version: number, submit: CmppSubmit): number {
  const wide = version >= VERSION_30;
  let at = offset + HEADER_OCTETS;
  target.fill(0, at, at + 8);
  at += 8;
  target[at++] = submit.total;
  target[at++] = submit.number;
  target[at++] = submit.receipt ? 1 : 0;
  target[at++] = 0;
  at = writePadded(target, at, 10, "TEST");
  // The SP pays.
  target[at++] = 2;
  at = writePadded(target, at, wide ? 33 : 21, "");
  target[at++] = 0;
  target[at++] = submit.hasUdh ? 1 : 0;
  target[at++] = submit.format;
  at = writePadded(target, at, 6, submit.spId);
  at = writePadded(target, at, 2, "01");
  at = writePadded(target, at, 6, "000000");
  at = writePadded(target, at, 34, "");
  at = writePadded(target, at, 21, submit.source);
  target[at++] = submit.destinations.length;
  for (const destination of submit.destinations) at = writePadded(target, at, wide ? 32 : 21, destination);
  if (wide) target[at++] = 0;
  target[at++] = submit.octets.length;
  target.set(submit.octets, at);
  at = writePadded(target, at + submit.octets.length, wide ? 20 : 8, "");
  writeHeader(target, offset, at - offset, SUBMIT, sequence);
  return at;
}

/** Writes a CONNECT; needs 39 octets. */
export function writeConnect(target: Buffer, offset: number, sequence: number, version: number, spId: string, secret: string, wallMs: number): number {
  const timestamp = timestampOf(wallMs);
  const at = writePadded(target, writeHeader(target, offset, CONNECT_OCTETS, CONNECT, sequence), 6, spId);
  target.set(sourceDigest(spId, secret, timestamp), at);
  target[at + 16] = version;
  return writeInt(target, at + 17, timestamp);
}

/** The Status of a CONNECT_RESP, the Result of a SUBMIT_RESP: by its length, one octet or four. */
export function readConnectStatus(frame: Buffer): number {
  return frame.length >= 33 ? frame.readUInt32BE(12) : (frame[12] ?? STRUCTURE);
}
export function readSubmitResult(frame: Buffer): number {
  return frame.length >= 24 ? frame.readUInt32BE(20) : (frame[20] ?? STRUCTURE);
}

/** A DELIVER, read at its fixed places; octets are a view. */
export interface CmppDeliver {
  readonly source: string;
  readonly destination: string;
  readonly hasUdh: boolean;
  readonly coding: number;
  readonly report: boolean;
  readonly octets: Buffer;
}

/** Dest_Id of the DELIVER before. */
let lastDestination = "";

/** Null when its fields do not add up to its length. [protocols sheet 1.9] */
export function readDeliver(frame: Buffer, version: number): CmppDeliver | null {
  const wide = version >= VERSION_30;
  const width = wide ? 32 : 21;
  const reportAt = 54 + width + (wide ? 1 : 0);
  const octets = frame[reportAt + 1] ?? 0;
  if (frame.length !== reportAt + 2 + octets + (wide ? 20 : 8)) return null;
  return {
    source: readPadded(frame, 54, width), destination: (lastDestination = readExpected(frame, 20, 21, lastDestination)), hasUdh: frame[52] !== 0, coding: frame[53] ?? 0,
    report: frame[reportAt] === 1, octets: frame.subarray(reportAt + 2, reportAt + 2 + octets),
  };
}

/** The word a report ends with. */
export function readStat(report: Buffer): string {
  return readExpected(report, 8, 7, "DELIVRD");
}

/** Takes a DELIVER: its Msg_Id again, Result 0; needs 24 octets. */
export function writeDeliverResp(target: Buffer, offset: number, version: number, deliver: Buffer): number {
  const length = version >= VERSION_30 ? 24 : 21;
  const at = writeHeader(target, offset, length, DELIVER + RESPONSE, deliver.readUInt32BE(8));
  target.set(deliver.subarray(HEADER_OCTETS, HEADER_OCTETS + 8), at);
  target.fill(0, at + 8, offset + length);
  return offset + length;
}

/** `spId` stands in Msg_src too; `version` is 0x20 or 0x30. */
export function cmppLoad(spId: string, version = VERSION_30): LoadWire {
  return {
    protocol: "cmpp",
    sequenceAt: 8,
    submitMaxOctets: SUBMIT_MAX_OCTETS,
    connect: (options, desk) => new CmppLoadBind(options, version, desk),
    submit: (target: Buffer, offset: number, sequence: number, { source, destination, hasUdh, total, number, octets }: LoadSubmit): number =>
      writeSubmit(target, offset, sequence, version, {
        spId, source, destinations: [destination], hasUdh, total, number, format: UCS2, receipt: true, octets,
      }),
    bindStatus: (status) => `Status ${status}`,
  };
}

class CmppLoadBind extends LoadBind {
  readonly #version: number;

  constructor(options: LoadBindOptions, version: number, desk: LoadDesk) {
    // Each connection has numbers of its own: the same one with the same text again would be taken for a submit sent again.
    super(options, HEADER_OCTETS, desk, Math.floor(options.clock.random() * MOST_FIRST_SEQUENCE));
    this.#version = version;
  }

  protected greet(): void {
    const { systemId, password, clock } = this.options;
    const target = this.pipe.reserve(CONNECT_OCTETS);
    this.pipe.commit(writeConnect(target, this.pipe.at, this.take(), this.#version, systemId, password, clock.wallMs));
  }

  protected farewell(sequence: number): void {
    this.#headerOnly(TERMINATE, sequence);
  }

  protected frame(frame: Buffer): void {
    const sequence = frame.readUInt32BE(8);
    switch (frame.readUInt32BE(4)) {
      case SUBMIT + RESPONSE: {
        const result = readSubmitResult(frame);
        return this.answered(sequence, result, result === 0 ? readHex(frame, HEADER_OCTETS) : "");
      }
      case DELIVER: {
        this.#delivered(frame);
        const target = this.pipe.reserve(24);
        return this.pipe.commit(writeDeliverResp(target, this.pipe.at, this.#version, frame));
      }
      case CONNECT + RESPONSE:
        return this.welcome(readConnectStatus(frame));
      case ACTIVE_TEST: {
        const target = this.pipe.reserve(HEADER_OCTETS + 1);
        const at = writeHeader(target, this.pipe.at, HEADER_OCTETS + 1, ACTIVE_TEST + RESPONSE, sequence);
        target[at] = 0;
        return this.pipe.commit(at + 1);
      }
      case TERMINATE:
        this.#headerOnly(TERMINATE + RESPONSE, sequence);
        return this.pipe.end();
      case TERMINATE + RESPONSE:
        return this.pipe.end();
      default:
        return;
    }
  }

  #delivered(frame: Buffer): void {
    const deliver = readDeliver(frame, this.#version);
    if (deliver === null) return;
    if (!deliver.report) return this.desk.inbound(deliver);
    this.desk.receipt({ id: readHex(deliver.octets, 0), state: readStat(deliver.octets), destination: deliver.source });
  }

  #headerOnly(commandId: number, sequence: number): void {
    const target = this.pipe.reserve(HEADER_OCTETS);
    this.pipe.commit(writeHeader(target, this.pipe.at, HEADER_OCTETS, commandId, sequence));
  }
}
