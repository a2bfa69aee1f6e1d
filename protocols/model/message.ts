/**
 * Message: one short message as the middle of the gateway sees it, free of any protocol's words.
 *
 * A plain, monomorphic object: always create it with `newMessage()` so that every message has the
 * same hidden class. Octets are never altered; text is decoded on demand by model/text.ts.
 */

/** How the user data (after any UDH) is to be read. Closed; each protocol maps its coding octet to one. */
export const Encoding = {
  /** GSM 03.38 default alphabet, one septet an octet (unpacked). */
  gsm7: 0,
  ascii: 1,
  latin1: 2,
  /** UTF-16 big-endian. */
  ucs2: 3,
  gb18030: 4,
  binary: 5,
  cyrillic: 6,
  hebrew: 7,
  jis: 8,
  ksc5601: 9,
  /** GSM 03.38 packed seven bits in octets. */
  gsm7_packed: 10,
  utf8: 11,
  iso2022jp: 12,
} as const;
export type Encoding = (typeof Encoding)[keyof typeof Encoding];
export const ENCODING_NAMES: readonly (keyof typeof Encoding)[] = (
  Object.keys(Encoding) as (keyof typeof Encoding)[]
).sort((a, b) => Encoding[a] - Encoding[b]);

/** Bits of `Message.receiptWanted`: which receipts the submitter asked for. */
export const ReceiptWanted = { none: 0, onSuccess: 1, onFailure: 2, interim: 4 } as const;

export interface Message {
  /** Our id, a safe integer > 0 once accepted; 0 before. */
  id: number;
  /** Digits or alphanumeric text as the submitter gave it. TON/NPI are hints kept for the far side. */
  source: string;
  sourceTon: number;
  sourceNpi: number;
  destination: string;
  destinationTon: number;
  destinationNpi: number;
  /** User data exactly as received, UDH included when `hasUdh`. May be a view on a receive buffer. */
  octets: Buffer;
  encoding: Encoding;
  /** The submitter's own coding octet (data_coding / Msg_Fmt), passed on when both sides speak alike. */
  codingOctet: number;
  hasUdh: boolean;
  /** Concatenation: total 0 when not a segment; `segmentReference` is 0..65535. */
  segmentReference: number;
  segmentTotal: number;
  segmentNumber: number;
  /** How the concatenation was expressed. */
  segmentForm: SegmentForm;
  /** 0 lowest .. 3 highest. */
  priority: number;
  /** Bits of ReceiptWanted. */
  receiptWanted: number;
  /** Absolute wall time in ms after which the message must not be sent; 0 = account default. */
  expiresAtMs: number;
  /** Absolute wall time in ms before which the message must not be sent; 0 = now. */
  scheduledAtMs: number;
  /** GSM TP-PID. */
  protocolIdentifier: number;
  serviceType: string;
  /** Port of an application on the phone, 0..65535, where a parameter of its protocol names it beside the octets; -1 = none does. Read at acceptance only. */
  applicationPort: number;
  /**
   * The submitter's own key of this submit where its protocol sends one again (a hash of sequence and body, a safe integer > 0);
   * 0 = none. The same key from the same account soon after, from a connection that has ended, is the same submit.
   */
  submitKey: number;
  /** The protocol it was submitted over (CustomerSession.protocolNo): its receipt goes to a bind that speaks the same; 0 = not known. */
  protocolNo: number;
  /** What only the submitting protocol understands (vendor TLVs, LinkID), opaque to src; null when none. */
  extras: Buffer | null;
  /**
   * Whether `extras` are to be told again with each receipt of this message (ReceiptNotice.extras): for protocols whose receipts name a
   * submit by what only it bore (SGIP's REPORT by the sequence of its SUBMIT). A few octets then: they wait with every receipt.
   */
  extrasWithReceipt: boolean;
}

/** What a message holds: its octets, and what only its protocol understands, which may be many times as much. */
export function octetsHeld({ octets, extras }: Message): number {
  return octets.length + (extras?.length ?? 0);
}

/**
 * The same octets in memory of their own, for what is kept long: a view would keep the whole read it came in, and a small copy
 * the 8 KB of Node's pool with all that was copied beside it.
 */
export function ownOctets(octets: Buffer): Buffer {
  if (octets.buffer.byteLength === octets.length) return octets;
  const own = Buffer.allocUnsafeSlow(octets.length);
  own.set(octets);
  return own;
}

export const SegmentForm = { none: 0, udh8: 1, udh16: 2, sar: 3, pk: 4 } as const;
export type SegmentForm = (typeof SegmentForm)[keyof typeof SegmentForm];

const NO_OCTETS = Buffer.alloc(0);

/** A blank message with every field present (one hidden class for all). */
export function newMessage(): Message {
  return {
    id: 0,
    source: "",
    sourceTon: 0,
    sourceNpi: 0,
    destination: "",
    destinationTon: 0,
    destinationNpi: 0,
    octets: NO_OCTETS,
    encoding: Encoding.gsm7,
    codingOctet: 0,
    hasUdh: false,
    segmentReference: 0,
    segmentTotal: 0,
    segmentNumber: 0,
    segmentForm: SegmentForm.none,
    priority: 0,
    receiptWanted: 0,
    expiresAtMs: 0,
    scheduledAtMs: 0,
    protocolIdentifier: 0,
    serviceType: "",
    applicationPort: -1,
    submitKey: 0,
    protocolNo: 0,
    extras: null,
    extrasWithReceipt: false,
  };
}
