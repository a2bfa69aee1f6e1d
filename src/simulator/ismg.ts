/**
 * SimulatedIsmg: a simulated gateway of an operator that speaks CMPP 2.0, 2.1 and 3.0.
 */
import { Encoding, SegmentForm, newMessage } from "../../protocols/model/message.js";
import type { Message } from "../../protocols/model/message.js";
import { readConcatenation } from "../../protocols/model/udh.js";
import { SimulatedCentre } from "./centre.js";
import type { ArrivedSubmit, CentreOptions } from "./centre-options.js";
import { VERSION_30 } from "./cmpp-octets.js";
import { IsmgConnection } from "./ismg-connection.js";
import { IsmgWriter, NO_QUIRKS } from "./ismg-delivery.js";
import type { IsmgQuirks } from "./ismg-delivery.js";
import { IsmgIds } from "./ismg-ids.js";
import type { PhoneCoding } from "./phones.js";

export interface IsmgOptions extends CentreOptions {
  /** The highest version spoken; 0x30 unless given. */
  readonly version: 0x20 | 0x21 | 0x30;
  /** The code in its message ids, 0..4194303. */
  readonly gatewayCode: number;
  /** The sequence part of the first message id is the one behind this. */
  readonly firstSequence: number;
  readonly quirks: Partial<IsmgQuirks>;
  /** ACTIVE_TESTs are sent so often, ms; 0 = never. */
  readonly activeTestMs: number;
  /** How Msg_Fmt 0 is read for `onText`. */
  readonly alphabet0: Encoding;
}

const FLOW_CONTROL = 8;
const NOT_SERVED = 9;
/** A delivery is tried so often in all, then left. [protocols sheet 1.16] */
const MOST_REFUSALS = 3;
const HAS_UDH = 0x40;
const PHONE_CODINGS: readonly PhoneCoding[] = [
  { name: "ascii", encoding: Encoding.ascii, value: 0 },
  { name: "ucs2", encoding: Encoding.ucs2, value: 8 },
  { name: "gb18030", encoding: Encoding.gb18030, value: 15 },
];

/** [protocols sheet 1.15] */
const ENCODINGS: Readonly<Record<number, Encoding>> = { 3: Encoding.ascii, 4: Encoding.binary, 8: Encoding.ucs2, 15: Encoding.gb18030, 24: Encoding.ucs2 };

export class SimulatedIsmg extends SimulatedCentre {
  constructor(options: Partial<IsmgOptions> & Pick<IsmgOptions, "clock">) {
    const { version = VERSION_30, gatewayCode = 1_001, firstSequence = 0, activeTestMs = 0, alphabet0 = Encoding.ascii } = options;
    super(options, (_random, { clock, deliverWindow }) => {
      const quirks = { ...NO_QUIRKS, ...options.quirks };
      const ids = new IsmgIds(clock, gatewayCode, firstSequence);
      const manners = { clock, writer: new IsmgWriter(quirks), ids, quirks, deliverWindow, version, activeTestMs };
      return {
        ids,
        throttled: FLOW_CONTROL,
        failed: NOT_SERVED,
        phoneCodings: PHONE_CODINGS,
        connect: (socket, desk) => new IsmgConnection(socket, manners, desk),
        again: (_status, refusals) => refusals < MOST_REFUSALS,
        partOf: (submit) => partOf(submit, alphabet0),
      };
    });
  }
}

/** Parts are known by their UDH, or without one by Pk_total and Pk_number. */
function partOf(submit: ArrivedSubmit, alphabet0: Encoding): Message {
  const frame = submit.body as Buffer;
  const part = newMessage();
  part.source = submit.source;
  part.destination = submit.destination;
  part.octets = Buffer.from(submit.octets);
  part.codingOctet = submit.coding;
  part.encoding = submit.coding === 0 ? alphabet0 : (ENCODINGS[submit.coding] ?? Encoding.binary);
  part.hasUdh = (submit.esmClass & HAS_UDH) !== 0;
  if (part.hasUdh) readConcatenation(part.octets, part);
  if (part.segmentTotal > 0) return part;
  const [total = 1, number = 1] = frame.subarray(20, 22);
  if (total > 1 && number >= 1 && number <= total) {
    part.segmentForm = SegmentForm.pk;
    part.segmentTotal = total;
    part.segmentNumber = number;
  }
  return part;
}
