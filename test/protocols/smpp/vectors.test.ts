/** Every vector of the standards through the codec: what it says, octet for octet back, cut anywhere, and damaged. */
import { expect } from "chai";
import { CommandId, COMMAND_NAMES, commandName } from "../../../protocols/smpp/commands.js";
import { decodeBody, encodeBody, isFault, readHeader, roomFor } from "../../../protocols/smpp/codec.js";
import type { AnyBody } from "../../../protocols/smpp/codec.js";
import { describePdu } from "../../../protocols/smpp/describe.js";
import { CODECS } from "../../../protocols/smpp/tables.js";
import { checkTlvWidths, eachTlv } from "../../../protocols/smpp/tlvs.js";
import { printPdu, printPduLine } from "../../../protocols/wire/print.js";
import { EXPECTATIONS } from "./expectations.js";
import { VECTORS } from "./vectors.js";

function decoded(frame: Buffer): AnyBody {
  const body = decodeBody(readHeader(frame).commandId, frame);
  if (body === null) throw new Error("unknown command");
  if (isFault(body)) throw new Error(`${body.field}: ${body.detail}`);
  return body;
}

/** Octets as hexadecimal text, lists likewise inside, so that a difference is readable. */
function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString("hex");
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

function tlvList(area: Buffer): [number, string][] {
  const list: [number, string][] = [];
  eachTlv(area, (tag, value) => list.push([tag, value.toString("hex")]));
  return list;
}

/** Runs everything that may look at a peer's octets, at an odd place in a larger buffer of non-zero octets. */
function lookAt(frame: Buffer): void {
  const room = Buffer.alloc(frame.length + 10, 0x41);
  frame.copy(room, 5);
  const inside = room.subarray(5, 5 + frame.length);
  const commandId = frame.length >= 8 ? frame.readUInt32BE(4) : CommandId.submit_sm;
  const alone = decodeBody(commandId, inside);
  const placed = decodeBody(commandId, room, 5, 5 + frame.length);
  expect(plain(placed), "reads nothing beyond its end").to.deep.equal(plain(alone));
  if (alone !== null && !isFault(alone)) checkTlvWidths(alone.tlvs);
  const description = describePdu(inside);
  printPdu(description, { personal: true });
  printPduLine(description, { personal: false });
}

describe("SMPP vectors", () => {
  it("are known one and all, and cover every command of the standards", () => {
    expect(VECTORS).to.have.length(70);
    expect(Object.keys(EXPECTATIONS).sort()).to.deep.equal(VECTORS.map((each) => each.name).sort());
    const covered = new Set(VECTORS.map((each) => commandName(Buffer.from(each.hex, "hex").readUInt32BE(4))));
    expect([...covered].sort()).to.deep.equal([...COMMAND_NAMES].sort());
  });

  for (const { name, hex, note } of VECTORS) {
    it(`${name}: ${note}`, () => {
      const frame = Buffer.from(hex, "hex");
      const expected = EXPECTATIONS[name]!;
      const header = readHeader(frame);
      expect(commandName(header.commandId)).to.equal(expected.command);
      expect(header).to.deep.equal({
        commandLength: frame.length, commandId: CommandId[expected.command as keyof typeof CommandId],
        commandStatus: expected.status ?? 0, sequenceNumber: expected.sequence,
      });
      const body = decoded(frame);
      const blank = CODECS[expected.command as keyof typeof CODECS].blank();
      const said = { ...(plain(blank) as object), ...expected.body, tlvs: expected.tlvs ?? [] };
      expect({ ...(plain(body) as object), tlvs: tlvList(body.tlvs) }).to.deep.equal(said);
      expect(checkTlvWidths(body.tlvs)).to.equal(0);

      const answer = frame.length === 16 ? null : body;
      const target = Buffer.alloc(roomFor(header.commandId, answer) + 3);
      const end = encodeBody(header.commandId, target, 3, header.commandStatus, header.sequenceNumber, answer);
      expect(target.toString("hex", 3, end)).to.equal(hex);
    });
  }

  it("cut off at any length never throw and read nothing beyond the cut", () => {
    for (const { hex } of VECTORS) {
      const frame = Buffer.from(hex, "hex");
      for (let length = 0; length <= frame.length; length++) lookAt(frame.subarray(0, length));
    }
  });
});
