/**
 * LoadBind: one of a load-making customer's transceiver binds: its window of unanswered submits, and what comes back.
 */
import { connect } from "node:net";
import { CommandId } from "../../protocols/smpp/commands.js";
import {
  blankBody, decodeDeliverSm, decodeSubmitSmResp, encodeBind, encodeDeliverSmResp, encodeHeaderOnly, isFault, readCommandId, readSequence, readStatus,
} from "../../protocols/smpp/codec.js";
import type { DeliverSm } from "../../protocols/smpp/codec.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { LoadSource } from "./load-source.js";
import { Pipe } from "./pipe.js";

export interface LoadBindOptions {
  readonly host: string;
  readonly port: number;
  readonly systemId: string;
  readonly password: string;
  /** Submits that may be unanswered. */
  readonly window: number;
  readonly clock: Clock;
  readonly source: LoadSource;
}

/** What the customer makes of what happens on its binds. */
export interface LoadDesk {
  bound(bind: LoadBind): void;
  /** `id` is "" unless the status is 0. */
  answered(ordinal: number, status: number, id: string, latencyMs: number): void;
  /** An answer to no submit of ours, or a second one. */
  stray(): void;
  delivered(deliver: DeliverSm): void;
  /** All frames of one read are dealt with: there may be free places. */
  readDone(bind: LoadBind): void;
  /** Over, or it could not be made, or was refused (`bindStatus` > 0). `unanswered` are the ordinals of submits without an answer. */
  closed(bind: LoadBind, bindStatus: number, unanswered: readonly number[]): void;
}

const RESP_MAX_OCTETS = 32;
const BIND_MAX_OCTETS = 256;
const VACANT = -1;
const SEQUENCE_MAX = 0x7fff_ffff;

function following(sequence: number): number {
  return sequence === SEQUENCE_MAX ? 1 : sequence + 1;
}

export class LoadBind {
  readonly #options: LoadBindOptions;
  readonly #desk: LoadDesk;
  readonly #pipe: Pipe;
  /** Unanswered submits by the low bits of their sequence, in twice the window's places, for answers out of order. */
  readonly #ordinals: Float64Array;
  readonly #sequences: Int32Array;
  readonly #sentMs: Float64Array;
  readonly #mask: number;
  #sequence = 0;
  #unanswered = 0;
  #bound = false;
  /** It was bound once. */
  wasBound = false;
  #bindStatus = 0;
  /** Precise time of the read or turn now under way. */
  #nowMs = 0;

  constructor(options: LoadBindOptions, desk: LoadDesk) {
    this.#options = options;
    this.#desk = desk;
    const places = 2 ** Math.ceil(Math.log2(options.window * 2));
    this.#ordinals = new Float64Array(places).fill(VACANT);
    this.#sequences = new Int32Array(places);
    this.#sentMs = new Float64Array(places);
    this.#mask = places - 1;
    const socket = connect({ host: options.host, port: options.port, noDelay: true });
    socket.once("connect", () => this.#bind());
    this.#pipe = new Pipe(socket, options.clock, {
      frame: (frame) => this.#frame(frame),
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
    return this.#bound && !this.#pipe.over;
  }

  get unanswered(): number {
    return this.#unanswered;
  }

  /** Submits that may go out now. */
  get free(): number {
    return this.bound && this.#ordinals[following(this.#sequence) & this.#mask] === VACANT ? this.#options.window - this.#unanswered : 0;
  }

  /** Writes submits `ordinal`, `ordinal` + 1, ... as many as `free` and `most` allow; returns how many. */
  submit(ordinal: number, most: number): number {
    const { source, window, clock } = this.#options;
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
      const target = this.#pipe.reserve(source.maxOctets);
      this.#pipe.commit(source.write(target, this.#pipe.at, sequence, ordinal + count));
      count++;
    }
    return count;
  }

  /** Asks to part; the far side closes. */
  unbind(): void {
    this.#headerOnly(CommandId.unbind, 0, (this.#sequence = following(this.#sequence)));
    this.#bound = false;
  }

  destroy(): void {
    this.#pipe.destroy();
  }

  #bind(): void {
    const body = blankBody("bind_transceiver");
    body.system_id = this.#options.systemId;
    body.password = this.#options.password;
    body.interface_version = 0x34;
    const target = this.#pipe.reserve(BIND_MAX_OCTETS);
    this.#sequence = 1;
    this.#pipe.commit(encodeBind(CommandId.bind_transceiver, target, this.#pipe.at, this.#sequence, body));
  }

  #frame(frame: Buffer): void {
    switch (readCommandId(frame)) {
      case CommandId.submit_sm_resp:
      case CommandId.generic_nack:
        return this.#answered(frame);
      case CommandId.deliver_sm: {
        const deliver = decodeDeliverSm(frame);
        if (!isFault(deliver)) this.#desk.delivered(deliver);
        const target = this.#pipe.reserve(RESP_MAX_OCTETS);
        this.#pipe.commit(encodeDeliverSmResp(target, this.#pipe.at, readSequence(frame), 0));
        return;
      }
      case CommandId.bind_transceiver_resp:
        this.#bindStatus = readStatus(frame);
        if (this.#bindStatus !== 0) return this.#pipe.destroy();
        this.#bound = true;
        this.wasBound = true;
        return this.#desk.bound(this);
      case CommandId.enquire_link:
        return this.#headerOnly(CommandId.enquire_link_resp, 0, readSequence(frame));
      case CommandId.unbind:
        this.#headerOnly(CommandId.unbind_resp, 0, readSequence(frame));
        return this.#pipe.end();
      case CommandId.unbind_resp:
        return this.#pipe.end();
      default:
        return;
    }
  }

  #answered(frame: Buffer): void {
    const sequence = readSequence(frame);
    const place = sequence & this.#mask;
    const ordinal = this.#ordinals[place] as number;
    if (ordinal === VACANT || this.#sequences[place] !== sequence) return this.#desk.stray();
    this.#ordinals[place] = VACANT;
    this.#unanswered--;
    if (this.#nowMs === 0) this.#nowMs = this.#options.clock.preciseMs();
    const status = readStatus(frame);
    const id = status === 0 ? decodeSubmitSmResp(frame).message_id : "";
    this.#desk.answered(ordinal, status, id, this.#nowMs - (this.#sentMs[place] as number));
  }

  #headerOnly(commandId: number, status: number, sequence: number): void {
    const target = this.#pipe.reserve(16);
    this.#pipe.commit(encodeHeaderOnly(target, this.#pipe.at, commandId, status, sequence));
  }
}
