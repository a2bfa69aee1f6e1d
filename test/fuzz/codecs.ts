/**
 * The codecs under fire: mutated frames through everything that looks at a peer's octets. Nothing may throw, read
 * outside the frame, or read one frame as two things.
 */
import assert from "node:assert/strict";
import * as cmppCodec from "../../protocols/cmpp/codec.js";
import { describePdu as describeCmpp } from "../../protocols/cmpp/describe.js";
import { MAX_FRAME_OCTETS, MIN_FRAME_OCTETS } from "../../protocols/cmpp/operations.js";
import * as smppCodec from "../../protocols/smpp/codec.js";
import { describePdu as describeSmpp } from "../../protocols/smpp/describe.js";
import { MAX_FRAME_BOUND_OCTETS, MIN_FRAME_OCTETS as MIN_SMPP_OCTETS } from "../../protocols/smpp/operations.js";
import { checkTlvWidths } from "../../protocols/smpp/tlvs.js";
import { isFault } from "../../protocols/wire/fields.js";
import { FrameReader } from "../../protocols/wire/frame.js";
import { printPdu, printPduLine, showFields } from "../../protocols/wire/print.js";
import type { PrintablePdu } from "../../protocols/wire/print.js";
import { REPORT_VECTORS, VECTORS as CMPP_VECTORS } from "../protocols/cmpp/vectors.js";
import { VECTORS as SMPP_VECTORS } from "../protocols/smpp/vectors.js";
import { Dice, mutate } from "./mutate.js";

export interface Target {
  readonly name: "smpp" | "cmpp";
  /** Sound frames that mutations begin with. */
  readonly frames: readonly Buffer[];
  /** Runs everything that may look at these octets. @throws whatever must not happen. */
  look(frame: Buffer): void;
}

/** Octets around a frame that no field may ever take in. */
const MARGIN = 5;
const FOREIGN = 0x41;
const MAX_MUTANT_OCTETS = 8_192;
const surroundings = Buffer.alloc(MAX_MUTANT_OCTETS + 2 * MARGIN, FOREIGN);

/** The frame in the middle of foreign octets; stands until the next call. */
function placed(frame: Buffer): Buffer {
  surroundings.fill(FOREIGN, 0, MARGIN);
  frame.copy(surroundings, MARGIN);
  surroundings.fill(FOREIGN, MARGIN + frame.length, 2 * MARGIN + frame.length);
  return surroundings;
}

const commandIdOf = (frame: Buffer, otherwise: number): number => (frame.length >= 8 ? frame.readUInt32BE(4) : otherwise);

/** Every third description is printed too, in one of the three ways. */
let looks = 0;
function print(pdu: PrintablePdu): void {
  looks++;
  if (looks % 9 === 0) printPdu(pdu, { personal: true, whole: true });
  else if (looks % 9 === 3) printPduLine(pdu, { personal: false });
  else if (looks % 9 === 6) showFields(pdu.fields, { personal: false });
}

function frameThrough(frame: Buffer, min: number, max: number): void {
  const reader = new FrameReader(min, max);
  const half = frame.length >> 1;
  let octets = 0;
  for (const chunk of [frame.subarray(0, half), frame.subarray(half)]) {
    reader.feed(chunk);
    for (let whole = reader.next(); whole !== null; whole = reader.next()) octets += whole.length;
  }
  assert.ok(octets + reader.partialOctets <= frame.length, "a reader makes no octets");
}

export const SMPP: Target = {
  name: "smpp",
  frames: SMPP_VECTORS.map(({ hex }) => Buffer.from(hex, "hex")),
  look(frame) {
    const commandId = commandIdOf(frame, 4);
    const alone = smppCodec.decodeBody(commandId, frame);
    const inside = smppCodec.decodeBody(commandId, placed(frame), MARGIN, MARGIN + frame.length);
    assert.deepEqual(inside, alone, "reads nothing beyond its end");
    if (alone !== null && !isFault(alone)) checkTlvWidths(alone.tlvs);
    smppCodec.decodeBind(frame, true);
    frameThrough(frame, MIN_SMPP_OCTETS, MAX_FRAME_BOUND_OCTETS);
    print(describeSmpp(frame));
  },
};

export const CMPP: Target = {
  name: "cmpp",
  frames: [...CMPP_VECTORS, ...REPORT_VECTORS].map(({ hex }) => Buffer.from(hex, "hex")),
  look(frame) {
    const commandId = commandIdOf(frame, 4);
    for (const version of [0x20, 0x30]) {
      const alone = cmppCodec.decodeBody(commandId, frame, version);
      const inside = cmppCodec.decodeBody(commandId, placed(frame), version, MARGIN, MARGIN + frame.length);
      assert.deepEqual(inside, alone, "reads nothing beyond its end");
      if (alone !== null && !isFault(alone)) writesWhatItRead(commandId, version, alone, frame);
    }
    cmppCodec.decodeReport(frame);
    frameThrough(frame, MIN_FRAME_OCTETS, MAX_FRAME_OCTETS);
    print(describeCmpp(frame));
  },
};

/** Whatever was taken can be written, and is then read as the same. Answers are of their own length's version. */
function writesWhatItRead(commandId: number, version: number, body: cmppCodec.AnyBody, frame: Buffer): void {
  const layout = commandId > 0x7fffffff ? cmppCodec.layoutVersion(commandId, frame) : version;
  const target = Buffer.alloc(cmppCodec.roomFor(commandId, layout, body));
  const end = cmppCodec.encodeBody(commandId, target, 0, 1, layout, body);
  assert.deepEqual(cmppCodec.decodeBody(commandId, target, layout, 0, end), body, "written and read again it is the same");
}

export const TARGETS: readonly Target[] = [SMPP, CMPP];

/** Runs `count` mutants through a target. @throws Error with the mutant's octets when something must not have happened. */
export function fuzzCodec(target: Target, count: number, seed: number): void {
  const dice = new Dice(seed);
  for (let round = 0; round < count; round++) {
    const mutant = mutate(target.frames, dice);
    if (mutant.length > MAX_MUTANT_OCTETS) continue;
    try {
      target.look(mutant);
    } catch (error) {
      throw new Error(`${target.name}, mutant ${round} of seed ${seed}: ${mutant.toString("hex")}`, { cause: error });
    }
  }
}
