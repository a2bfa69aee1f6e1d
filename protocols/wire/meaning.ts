/**
 * Meaning: what the content of a message says, for human eyes; both protocols' describe.ts show it.
 */
import { ENCODING_NAMES } from "../model/message.js";
import type { Encoding } from "../model/message.js";
import { decodeText } from "../model/text.js";
import { parseUdh } from "../model/udh.js";

/** `part 1 of 2 (reference 57), "..."`: the header in front of a content, and its text; "" for binary content without one. */
export function contentMeaning(content: Buffer, encoding: Encoding, hasUdh: boolean): string {
  if (content.length === 0) return "";
  const udh = hasUdh ? parseUdh(content) : null;
  const said: string[] = [];
  if (hasUdh && udh === null) said.push("a broken header");
  if (udh?.concatenation) said.push(`part ${udh.concatenation.number} of ${udh.concatenation.total} (reference ${udh.concatenation.reference})`);
  if (udh !== null && udh.destinationPort >= 0) said.push(`to port ${udh.destinationPort}`);
  if (ENCODING_NAMES[encoding] !== "binary") {
    const text = decodeText(udh === null ? content : content.subarray(udh.length), encoding);
    said.push(text === null ? `no ${ENCODING_NAMES[encoding]}` : JSON.stringify(text));
  }
  return said.join(", ");
}

/** Whether text holds nothing but what people put into such fields: printable ASCII. */
export function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}
