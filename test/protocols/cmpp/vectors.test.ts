/** Every vector of CMPP 2.0 and 3.0 through the codec: what it says, octet for octet back, cut anywhere, in any chunks. */
import { expect } from "chai";
import { CommandId, commandName } from "../../../protocols/cmpp/commands.js";
import {
  blankBody, decodeBody, decodeReport, encodeBody, encodeReport, isFault, layoutVersion, readHeader, roomFor,
} from "../../../protocols/cmpp/codec.js";
import type { AnyBody } from "../../../protocols/cmpp/codec.js";
import { MAX_FRAME_OCTETS, MIN_FRAME_OCTETS } from "../../../protocols/cmpp/operations.js";
import { CODECS } from "../../../protocols/cmpp/tables.js";
import type { TableName } from "../../../protocols/cmpp/tables.js";
import { FrameReader } from "../../../protocols/wire/frame.js";
import { EXPECTATIONS, REPORT_BODY } from "./expectations.js";
import { REPORT_VECTORS, VECTORS, vector } from "./vectors.js";

/** Octets as hexadecimal text, so that a difference is readable. */
function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString("hex");
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

function decoded(frame: Buffer, version: number): AnyBody {
  const body = decodeBody(readHeader(frame).commandId, frame, version);
  if (body === null) throw new Error("unknown command");
  if (isFault(body)) throw new Error(`${body.field}: ${body.detail}`);
  return body;
}

/** Frames that come out of a reader when the stream comes in these chunks. */
function framesOf(chunks: readonly Buffer[]): string[] {
  const reader = new FrameReader(MIN_FRAME_OCTETS, MAX_FRAME_OCTETS);
  const frames: string[] = [];
  for (const chunk of chunks) {
    reader.feed(chunk);
    for (let frame = reader.next(); frame !== null; frame = reader.next()) frames.push(frame.toString("hex"));
  }
  return frames;
}

describe("CMPP vectors", () => {
  it("are known one and all, and cover every command that an SP's link has", () => {
    expect(VECTORS).to.have.length(30);
    expect(Object.keys(EXPECTATIONS).sort()).to.deep.equal(VECTORS.map((each) => each.name).sort());
    const covered = new Set(VECTORS.map((each) => commandName(Buffer.from(each.hex, "hex").readUInt32BE(4))));
    expect([...covered].sort()).to.deep.equal(Object.keys(CODECS).filter((name) => !name.startsWith("FWD")).sort());
  });

  for (const { name, hex, note } of VECTORS) {
    it(`${name}: ${note}`, () => {
      const frame = Buffer.from(hex, "hex");
      const { command, sequence, version, body: said } = EXPECTATIONS[name]!;
      const commandId = CommandId[command as TableName];
      expect(readHeader(frame)).to.deep.equal({ totalLength: frame.length, commandId, sequenceId: sequence });
      const body = decoded(frame, version);
      expect(plain(body)).to.deep.equal({ ...(plain(blankBody(command as TableName)) as object), ...said });

      const target = Buffer.alloc(roomFor(commandId, version, body) + 3, 0xee);
      const end = encodeBody(commandId as number, target, 3, sequence, version, body);
      expect(target.toString("hex", 3, end)).to.equal(hex);
      expect(end).to.equal(target.length);
    });
  }

  for (const { name, hex } of REPORT_VECTORS) {
    it(`${name}: is read by its length and written back`, () => {
      const report = decodeReport(Buffer.from(hex, "hex"));
      if (isFault(report)) throw new Error(report.detail);
      expect(report).to.deep.equal(REPORT_BODY);
      const target = Buffer.alloc(80, 0xee);
      expect(target.toString("hex", 2, encodeReport(target, 2, name === "REPORT_BODY_20" ? 0x20 : 0x30, report))).to.equal(hex);
    });
  }

  it("C106 are told apart by their lengths, 2.0 from 3.0, by who does not know the version", () => {
    for (const { name, hex } of VECTORS) {
      const { command, version } = EXPECTATIONS[name]!;
      const frame = Buffer.from(hex, "hex");
      const found = layoutVersion(readHeader(frame).commandId, frame);
      const layouts = CODECS[command as TableName];
      if ((layouts.v20 as object) !== layouts.v30) expect(found, name).to.equal(version);
      expect(plain(decoded(frame, found)), name).to.deep.equal(plain(decoded(frame, version)));
    }
  });

  it("quirk 7: come out of the stream whole, cut at every octet, octet by octet, and many in one chunk", () => {
    for (const { name, hex } of VECTORS) {
      const frame = Buffer.from(hex, "hex");
      for (let cut = 1; cut < frame.length; cut++) {
        expect(framesOf([frame.subarray(0, cut), frame.subarray(cut)]), `${name} cut at ${cut}`).to.deep.equal([hex]);
      }
      expect(framesOf([...frame].map((octet) => Buffer.from([octet]))), name).to.deep.equal([hex]);
    }
    expect(framesOf([Buffer.concat(VECTORS.map((each) => Buffer.from(each.hex, "hex")))])).to.deep.equal(VECTORS.map((each) => each.hex));
  });

  it("quirk 7: lengths of 11 and 0xFFFFFFFF are faults of the stream", () => {
    for (const length of [0, 11, MAX_FRAME_OCTETS + 1, 0xffffffff]) {
      const frame = vector("ACTIVE_TEST");
      frame.writeUInt32BE(length, 0);
      const reader = new FrameReader(MIN_FRAME_OCTETS, MAX_FRAME_OCTETS);
      reader.feed(frame);
      expect(reader.next()).to.equal(null);
      expect(reader.faultLength).to.equal(length);
    }
  });
});
