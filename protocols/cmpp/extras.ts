/**
 * Extras: what of a SUBMIT or DELIVER only CMPP understands, kept with the message from one CMPP peer to the other.
 *
 * ```
 *   43 | Msg_level | Fee_UserType | Fee_terminal_type | type of the phone's number | FeeType 2 | FeeCode 6 | Msg_src 6 |
 *        length, Fee_terminal_Id | length, LinkID
 * ```
 * A SUBMIT always has them, a DELIVER only where it says something in them.
 */
import type { Message } from "../model/message.js";
import { readText } from "../wire/octets.js";
import { encodingOf, isStandard } from "./coding.js";

/** First octet of `Message.extras` that are CMPP's. */
export const EXTRAS_MARK = 0x43;

const AT_FEE_TYPE = 5;
const AT_FEE_CODE = 7;
const AT_MSG_SRC = 13;
const FIXED_OCTETS = 19;

/** Fields of 2.0 that it has not are 0 or "". */
export interface Extras {
  /** The submitter's own priority, 0..9, finer than Message's. */
  Msg_level: number;
  Fee_UserType: number;
  Fee_terminal_type: number;
  /** Dest_terminal_type of a SUBMIT, Src_terminal_type of a DELIVER. */
  phoneType: number;
  FeeType: string;
  FeeCode: string;
  Msg_src: string;
  Fee_terminal_Id: string;
  LinkID: string;
}

/** The extras of a message in octets. Text is cut to what CMPP's fields hold. */
export function writeExtras(extras: Readonly<Extras>): Buffer {
  const terminal = Math.min(extras.Fee_terminal_Id.length, 32);
  const linkId = Math.min(extras.LinkID.length, 20);
  const octets = Buffer.alloc(FIXED_OCTETS + 2 + terminal + linkId);
  octets[0] = EXTRAS_MARK;
  octets[1] = extras.Msg_level;
  octets[2] = extras.Fee_UserType;
  octets[3] = extras.Fee_terminal_type;
  octets[4] = extras.phoneType;
  octets.write(extras.FeeType, AT_FEE_TYPE, 2, "latin1");
  octets.write(extras.FeeCode, AT_FEE_CODE, 6, "latin1");
  octets.write(extras.Msg_src, AT_MSG_SRC, 6, "latin1");
  octets[FIXED_OCTETS] = terminal;
  octets.write(extras.Fee_terminal_Id, FIXED_OCTETS + 1, terminal, "latin1");
  octets[FIXED_OCTETS + 1 + terminal] = linkId;
  octets.write(extras.LinkID, FIXED_OCTETS + 2 + terminal, linkId, "latin1");
  return octets;
}

/** Reads them into `into`; false (and `into` as it was) when there are none or another protocol made them. */
export function readExtras(octets: Buffer | null, into: Extras): boolean {
  if (octets === null || octets[0] !== EXTRAS_MARK || octets.length < FIXED_OCTETS + 2) return false;
  const terminalAt = FIXED_OCTETS + 1;
  const linkIdAt = terminalAt + (octets[FIXED_OCTETS] as number) + 1;
  if (linkIdAt > octets.length || linkIdAt + (octets[linkIdAt - 1] as number) > octets.length) return false;
  into.Msg_level = octets[1] as number;
  into.Fee_UserType = octets[2] as number;
  into.Fee_terminal_type = octets[3] as number;
  into.phoneType = octets[4] as number;
  into.FeeType = padded(octets, AT_FEE_TYPE, AT_FEE_CODE);
  into.FeeCode = padded(octets, AT_FEE_CODE, AT_MSG_SRC);
  into.Msg_src = padded(octets, AT_MSG_SRC, FIXED_OCTETS);
  into.Fee_terminal_Id = readText(octets, terminalAt, linkIdAt - 1);
  into.LinkID = readText(octets, linkIdAt, linkIdAt + (octets[linkIdAt - 1] as number));
  return true;
}

/** Whether a CMPP peer is told the Msg_Fmt as it is: what another protocol means by the same number, or a value that only its own peers may know, is not passed on. */
export function keepsMsgFmt({ codingOctet, encoding, extras }: Message): boolean {
  return encodingOf(codingOctet) === encoding && (isStandard(codingOctet) || extras?.[0] === EXTRAS_MARK);
}

export function blankExtras(): Extras {
  return {
    Msg_level: 0, Fee_UserType: 0, Fee_terminal_type: 0, phoneType: 0, FeeType: "", FeeCode: "", Msg_src: "", Fee_terminal_Id: "", LinkID: "",
  };
}

function padded(octets: Buffer, start: number, end: number): string {
  let stop = start;
  while (stop < end && octets[stop] !== 0) stop++;
  return readText(octets, start, stop);
}
