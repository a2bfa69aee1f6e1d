/**
 * LoadBind: one of a load-making customer's connections: its window of unanswered submits, and what comes back.
 *
 * What is on the wire is left to its heirs (load-smpp.ts, load-cmpp.ts), which are named by their LoadWire.
 */
import { connect } from "node:net";
import type { Clock } from "../../protocols/wire/clock.js";
import type { LoadSource } from "./load-source.js";
import { Pipe } from "./pipe.js";

export interface LoadBindOptions {
  readonly host: string;
  readonly port: number;
  /** system_id or SP_Id. */
  readonly systemId: string;
  readonly password: string;
  /** Submits that may be unanswered. */
  readonly window: number;
  readonly clock: Clock;
  readonly source: LoadSource;
}

/** One submit of a load, its text in UCS-2; a receipt is asked for. */
export interface LoadSubmit {
  readonly source: string;
  readonly destination: string;
  /** The octets begin with a user data header that holds their place in a longer text. */
  readonly hasUdh: boolean;
  /** Of how many parts, and which: as the header says. 1 of 1 when it stands alone. */
  readonly total: number;
  readonly number: number;
  readonly octets: Buffer;
}

/** A protocol as a load-making customer speaks it. */
export interface LoadWire {
  readonly protocol: string;
  /** Where a frame has the four octets of its sequence number. */
  readonly sequenceAt: number;
  /** The octets that `submit` may need. */
  readonly submitMaxOctets: number;
  connect(options: LoadBindOptions, desk: LoadDesk): LoadBind;
  /** Writes a whole submit; returns where it ends. */
  submit(target: Buffer, offset: number, sequence: number, submit: LoadSubmit): number;
  /** The status of a refused bind in a word. */
  bindStatus(status: number): string;
}

/** A receipt as the customer reads it. */
export interface LoadReceipt {
  /** Our message id, in the form that the answer to the submit had. */
  readonly id: string;
  /** DELIVRD and the like. */
  readonly state: string;
  /** The number the message went to: the receipt's source. */
  readonly destination: string;
}

/** A message from a phone; octets are a view: copy what is kept. */
export interface LoadInbound {
  readonly source: string;
  readonly destination: string;
  readonly hasUdh: boolean;
  /** data_coding or Msg_Fmt. */
  readonly coding: number;
  readonly octets: Buffer;
}

/** What the customer makes of what happens on its connections. */
export interface LoadDesk {
  bound(bind: LoadBind): void;
  /** `id` is "" unless the status is 0. */
  answered(ordinal: number, status: number, id: string, latencyMs: number): void;
  /** An answer to no submit of ours, or a second one. */
  stray(): void;
  receipt(receipt: LoadReceipt): void;
  inbound(inbound: LoadInbound): void;
  /** All frames of one read are dealt with: there may be free places. */
  readDone(bind: LoadBind): void;
  /** Over, or it could not be made, or was refused (`bindStatus` > 0). `unanswered` are the ordinals of submits without an answer. */
  closed(bind: LoadBind, bindStatus: number, unanswered: readonly number[]): void;
}

const VACANT = -1;
const SEQUENCE_MAX = 0x7fff_ffff;

function following(sequence: number): number {
  return sequence === SEQUENCE_MAX ? 1 : sequence + 1;
}

export abstract class LoadBind {
  protected readonly options: LoadBindOptions;
  protected readonly desk: LoadDesk;
  protected readonly pipe: Pipe;
  /** Unanswered submits by the low bits of their sequence, in twice the window's places, for answers out of order. */
  readonly #ordinals: Float64Array;
  readonly #sequences: Int32Array;
  readonly #sentMs: Float64Array;
  readonly #mask: number;
  #sequence: number;
  #unanswered = 0;
  #bound = false;
  /** It was bound once. */
  wasBound = false;
  #bindStatus = 0;
  /** Precise time of the read or turn now under way. */
  #nowMs = 0;

  /** Sequence numbers are those behind `sequence`. */
  constructor(options: LoadBindOptions, headerOctets: number, desk: LoadDesk, sequence = 0) {
    this.#sequence = sequence;
    this.options = options;
    this.desk = desk;
    const places = 2 ** Math.ceil(Math.log2(options.window * 2));
    this.#ordinals = new Float64Array(places).fill(VACANT);
    this.#sequences = new Int32Array(places);
    this.#sentMs = new Float64Array(places);
    this.#mask = places - 1;
    const socket = connect({ host: options.host, port: options.port, noDelay: true });
    socket.once("connect", () => this.greet());
    this.pipe = new Pipe(socket, options.clock, headerOctets, {
      frame: (frame) => this.frame(frame),
      readDone: () => {
        this.#nowMs = 0;
        desk.readDone(this);
      },
      closed: () => {
        this.#bound = false;
        desk.closed(this, this.#bindStatus, [...this.#ordinals].filter((ordinal) => ordinal !== VACANT).sort((a, b) => a - b));
      },
    });
  }

  get bound(): boolean {
    return this.#bound && !this.pipe.over;
  }

  get unanswered(): number {
    return this.#unanswered;
  }

  /** Submits that may go out now. */
  get free(): number {
    return this.bound && this.#ordinals[following(this.#sequence) & this.#mask] === VACANT ? this.options.window - this.#unanswered : 0;
  }

  /** Writes submits `ordinal`, `ordinal` + 1, ... as many as `free` and `most` allow; returns how many. */
  submit(ordinal: number, most: number): number {
    const { source, window, clock } = this.options;
    const nowMs = clock.preciseMs();
    let count = 0;
    while (count < most && this.#unanswered < window) {
      const sequence = following(this.#sequence);
      const place = sequence & this.#mask;
      if (this.#ordinals[place] !== VACANT) break;
      this.#sequence = sequence;
      this.#sequences[place] = sequence;
      this.#ordinals[place] = ordinal + count;
      this.#sentMs[place] = nowMs;
      this.#unanswered++;
      const target = this.pipe.reserve(source.maxOctets);
      this.pipe.commit(source.write(target, this.pipe.at, sequence, ordinal + count));
      count++;
    }
    return count;
  }

  /** Asks to part; the far side closes. */
  unbind(): void {
    this.farewell(this.take());
    this.#bound = false;
  }

  destroy(): void {
    this.pipe.destroy();
  }

  /** The next sequence number. */
  protected take(): number {
    return (this.#sequence = following(this.#sequence));
  }

  /** The connection is made: asks to be let in. */
  protected abstract greet(): void;
  /** Asks to part. */
  protected abstract farewell(sequence: number): void;
  protected abstract frame(frame: Buffer): void;

  /** Let in (0), or not. */
  protected welcome(status: number): void {
    this.#bindStatus = status;
    if (status !== 0) return this.pipe.destroy();
    this.#bound = true;
    this.wasBound = true;
    this.desk.bound(this);
  }

  /** A submit was answered; `id` is "" unless the status is 0. */
  protected answered(sequence: number, status: number, id: string): void {
    const place = sequence & this.#mask;
    const ordinal = this.#ordinals[place] as number;
    if (ordinal === VACANT || this.#sequences[place] !== sequence) return this.desk.stray();
    this.#ordinals[place] = VACANT;
    this.#unanswered--;
    if (this.#nowMs === 0) this.#nowMs = this.options.clock.preciseMs();
    this.desk.answered(ordinal, status, id, this.#nowMs - (this.#sentMs[place] as number));
  }
}
