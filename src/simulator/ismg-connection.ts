/**
 * IsmgConnection: one SP's connection as the simulated gateway sees it: CONNECT, answers and the deliver window.
 *
 * SUBMITs are read at their fixed places, whole and to the octet: what the fields do not add up to is answered with Result 1.
 */
import type { Socket } from "node:net";
import { NO_OCTETS } from "../../protocols/wire/octets.js";
import { Sequence } from "../../protocols/wire/sequence.js";
import { Window } from "../../protocols/wire/window.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { CentreConnection, CentreDesk, CentreIds } from "./centre.js";
import type { ArrivedSubmit } from "./centre-options.js";
import { HEADER_OCTETS, VERSION_30, ismgDigest, readExpected, readPadded, sourceDigest, writeHeader, writeHex, writeInt } from "./cmpp-octets.js";
import type { Delivery } from "./delivery.js";
import { DELIVER_MAX_OCTETS } from "./ismg-delivery.js";
import type { IsmgQuirks, IsmgWriter } from "./ismg-delivery.js";
import { Pipe } from "./pipe.js";

export interface IsmgManners {
  readonly clock: Clock;
  readonly writer: IsmgWriter;
  readonly ids: CentreIds;
  readonly quirks: IsmgQuirks;
  readonly deliverWindow: number;
  /** The highest version spoken, 0x20 or 0x30; a higher one is refused. */
  readonly version: number;
  /** ACTIVE_TESTs are sent so often, ms; 0 = never. */
  readonly activeTestMs: number;
}

const CONNECT = 0x1;
const TERMINATE = 0x2;
const SUBMIT = 0x4;
const DELIVER = 0x5;
const QUERY = 0x6;
const CANCEL = 0x7;
const ACTIVE_TEST = 0x8;
const RESPONSE = 0x8000_0000;
/** Bound, and no more than that. */
const OPEN = 0;

const CONNECT_OCTETS = 39;
const QUERY_OCTETS = 39;
const RESP_MAX_OCTETS = 33;
const QUERY_RESP_OCTETS = 63;

export const STRUCTURE = 1;
const WRONG_SOURCE = 2;
const WRONG_DIGEST = 3;
const VERSION_TOO_HIGH = 4;
const ALREADY = 5;

export class IsmgConnection implements CentreConnection {
  readonly #pipe: Pipe;
  readonly #desk: CentreDesk;
  readonly #manners: IsmgManners;
  readonly #window: Window<Delivery>;
  readonly #sequence = new Sequence();
  readonly #stopTests: () => void;
  #version = OPEN;
  #bound = false;
  name = "";

  constructor(socket: Socket, manners: IsmgManners, desk: CentreDesk) {
    this.#desk = desk;
    this.#manners = manners;
    this.#window = new Window<Delivery>(manners.deliverWindow);
    this.#pipe = new Pipe(socket, manners.clock, HEADER_OCTETS, {
      frame: (frame) => this.#frame(frame),
      readDone: () => desk.readDone(this),
      closed: () => this.#closed(),
    });
    let testedMs = manners.clock.monotonicMs;
    this.#stopTests = manners.activeTestMs === 0 ? () => undefined : manners.clock.onTick((nowMs) => {
      if (!this.#bound || nowMs - testedMs < manners.activeTestMs) return;
      testedMs = nowMs;
      this.#headerOnly(ACTIVE_TEST, this.#sequence.take(this.#window));
    });
  }

  get bound(): boolean {
    return this.#bound;
  }

  get canReceive(): boolean {
    return this.#bound;
  }

  /** 0x20, 0x21 or 0x30 once bound. */
  get version(): number {
    return this.#version;
  }

  get deliverFree(): number {
    return this.#bound && !this.#pipe.over ? this.#window.free : 0;
  }

  answerSubmit(sequence: number, status: number, id: string): void {
    this.#result(SUBMIT, sequence, status, id);
  }

  deliver(delivery: Delivery): void {
    if (delivery.ownId === "") delivery.ownId = this.#manners.ids.take(1);
    const sequence = this.#sequence.take(this.#window);
    this.#window.add(sequence, DELIVER, delivery, this.#manners.clock.monotonicMs);
    const target = this.#pipe.reserve(DELIVER_MAX_OCTETS);
    this.#pipe.commit(this.#manners.writer.write(target, this.#pipe.at, sequence, this.#version, delivery, this.#manners.clock.wallMs));
  }

  destroy(): void {
    this.#pipe.destroy();
  }

  get #wideStatus(): boolean {
    return this.#version >= VERSION_30 || this.#manners.quirks.wideStatus;
  }

  #frame(frame: Buffer): void {
    const commandId = frame.readUInt32BE(4);
    const sequence = frame.readUInt32BE(8);
    if (!this.#bound && commandId !== CONNECT) return this.#pipe.destroy();
    switch (commandId) {
      case SUBMIT:
        return this.#submit(frame, sequence);
      case DELIVER + RESPONSE:
        return this.#answered(frame, sequence);
      case CONNECT:
        return this.#connect(frame, sequence);
      case ACTIVE_TEST: {
        const target = this.#pipe.reserve(HEADER_OCTETS + 1);
        const at = writeHeader(target, this.#pipe.at, HEADER_OCTETS + 1, ACTIVE_TEST + RESPONSE, sequence);
        target[at] = 0;
        return this.#pipe.commit(at + 1);
      }
      case TERMINATE:
        this.#headerOnly(TERMINATE + RESPONSE, sequence);
        this.#bound = false;
        return this.#pipe.end();
      case CANCEL:
        return this.#cancelled(sequence);
      case QUERY:
        return this.#queried(frame, sequence);
      default:
        // Answers to our own TERMINATE or ACTIVE_TEST; anything else has no place on an SP's connection.
        if (commandId < RESPONSE) this.#pipe.destroy();
    }
  }

  #headerOnly(commandId: number, sequence: number): void {
    const target = this.#pipe.reserve(HEADER_OCTETS);
    this.#pipe.commit(writeHeader(target, this.#pipe.at, HEADER_OCTETS, commandId, sequence));
  }

  #connect(frame: Buffer, sequence: number): void {
    const asked = frame[34] ?? 0;
    const name = readPadded(frame, HEADER_OCTETS, 6);
    const digest = Buffer.from(frame.subarray(18, 34));
    let secret = "";
    let status: number;
    if (frame.length !== CONNECT_OCTETS) status = STRUCTURE;
    else if (this.#bound) status = ALREADY;
    else if (asked > this.#manners.version) status = VERSION_TOO_HIGH;
    else {
      const timestamp = frame.readUInt32BE(35);
      this.name = name;
      const verdict = this.#desk.bind(this, name, (known) => {
        secret = known;
        return sourceDigest(name, known, timestamp).equals(digest);
      });
      status = verdict === "ok" ? 0 : verdict === "wrong_name" ? WRONG_SOURCE : WRONG_DIGEST;
    }
    // A version that nobody knows is answered in the newest layout. [protocols sheet 1.4]
    const layout = asked >= VERSION_30 ? VERSION_30 : asked;
    const wide = layout >= VERSION_30 || this.#manners.quirks.wideStatus;
    const length = wide ? 33 : 30;
    const target = this.#pipe.reserve(RESP_MAX_OCTETS);
    let at = writeHeader(target, this.#pipe.at, length, CONNECT + RESPONSE, sequence);
    at = writeStatus(target, at, status, wide);
    target.set(status === 0 ? ismgDigest(0, wide, digest, secret) : Buffer.alloc(16), at);
    target[at + 16] = this.#manners.version;
    this.#pipe.commit(at + 17);
    if (status !== 0) return this.#pipe.end();
    this.#version = layout;
    this.#bound = true;
  }

  #submit(frame: Buffer, sequence: number): void {
    const submit = readSubmit(frame, this.#version >= VERSION_30);
    if (submit === null) return this.answerSubmit(sequence, STRUCTURE, "");
    this.#desk.submit(this, sequence, submit);
  }

  #answered(frame: Buffer, sequence: number): void {
    const delivery = this.#window.take(sequence, DELIVER);
    // By its length: one octet of Result, or four.
    if (delivery !== null) this.#desk.delivered(this, delivery, frame.length >= 24 ? frame.readUInt32BE(20) : (frame[20] ?? STRUCTURE));
  }

  /** Whatever was taken is on its way already. */
  #cancelled(sequence: number): void {
    const wide = this.#wideStatus;
    const target = this.#pipe.reserve(RESP_MAX_OCTETS);
    const at = writeHeader(target, this.#pipe.at, HEADER_OCTETS + (wide ? 4 : 1), CANCEL + RESPONSE, sequence);
    this.#pipe.commit(writeStatus(target, at, 1, wide));
  }

  /** No figures are kept: all are 0. */
  #queried(frame: Buffer, sequence: number): void {
    if (frame.length !== QUERY_OCTETS) return this.#pipe.destroy();
    const target = this.#pipe.reserve(QUERY_RESP_OCTETS);
    const at = writeHeader(target, this.#pipe.at, QUERY_RESP_OCTETS, QUERY + RESPONSE, sequence);
    target.fill(0, at, at + QUERY_RESP_OCTETS - HEADER_OCTETS);
    target.set(frame.subarray(HEADER_OCTETS, HEADER_OCTETS + 19), at);
    this.#pipe.commit(at + QUERY_RESP_OCTETS - HEADER_OCTETS);
  }

  #result(commandId: number, sequence: number, status: number, id: string): void {
    if (this.#pipe.over) return;
    const wide = this.#wideStatus;
    const target = this.#pipe.reserve(RESP_MAX_OCTETS);
    let at = writeHeader(target, this.#pipe.at, wide ? 24 : 21, commandId + RESPONSE, sequence);
    at = writeHex(target, at, id);
    this.#pipe.commit(writeStatus(target, at, status, wide));
  }

  #closed(): void {
    this.#stopTests();
    this.#bound = false;
    this.#desk.closed(this, this.#window.drain());
  }
}

function writeStatus(target: Buffer, at: number, status: number, wide: boolean): number {
  if (wide) return writeInt(target, at, status);
  target[at] = status;
  return at + 1;
}

/** Src_Id of the SUBMIT before. */
let lastSource = "";

/** Reads a SUBMIT; null unless its fields add up to its length and name 1 to 100 destinations. [protocols sheet 1.6] */
export function readSubmit(frame: Buffer, wide: boolean): ArrivedSubmit | null {
  // Where the fields behind Fee_terminal_Id begin, and the destinations.
  const behindFee = wide ? 68 : 56;
  const destinationsAt = wide ? 141 : 129;
  const width = wide ? 32 : 21;
  const count = frame[destinationsAt - 1] ?? 0;
  const lengthAt = destinationsAt + count * width + (wide ? 1 : 0);
  const contentOctets = frame[lengthAt] ?? 0;
  if (count < 1 || count > 100 || frame.length !== lengthAt + 1 + contentOctets + (wide ? 20 : 8)) return null;
  let others: string[] | null = null;
  if (count > 1) {
    others = [];
    for (let place = 1; place < count; place++) others.push(readPadded(frame, destinationsAt + place * width, width));
  }
  lastSource = readExpected(frame, behindFee + 51, 21, lastSource);
  return {
    source: lastSource, sourceTon: 0, sourceNpi: 0,
    destination: readPadded(frame, destinationsAt, width), destinationTon: 0, destinationNpi: 0, others,
    esmClass: ((frame[behindFee + 1] ?? 0) & 0x41) === 0 ? 0 : 0x40,
    coding: frame[behindFee + 2] ?? 0,
    octets: contentOctets === 0 ? NO_OCTETS : frame.subarray(lengthAt + 1, lengthAt + 1 + contentOctets),
    receipt: frame[22] === 1 ? 1 : 0,
    body: frame,
  };
}
