/**
 * The CMPP client of `tollgate send`: one connection of 2.0, 2.1 or 3.0, apart from protocols/cmpp as an SP's own program would be.
 */
import { connect } from "node:net";
import type { Socket } from "node:net";
import { HEADER_OCTETS, VERSION_30, readHex, writeHeader } from "../simulator/cmpp-octets.js";
import {
  readConnectStatus, readDeliver, readStat, readSubmitResult, submitOctets, writeConnect, writeDeliverResp, writeSubmit,
} from "../simulator/load-cmpp.js";
import { Pipe } from "../simulator/pipe.js";
import { BIND_MS, CustomerClient } from "./send-client.js";
import type { BindOptions, Bound, Submission } from "./send-client.js";

const CONNECT = 0x1;
const TERMINATE = 0x2;
const SUBMIT = 0x4;
const DELIVER = 0x5;
const ACTIVE_TEST = 0x8;
const RESPONSE = 0x8000_0000;
const CONNECT_OCTETS = 39;
/** What gateways take, though the standard says fewer than 100. [protocols sheet 1.6] */
const MOST_DESTINATIONS = 100;
/** Room for the numbers of one run below 2^32. */
const SEQUENCES = 0x7fff_0000;
const DELIVER_RESP_OCTETS = 24;

/** Connects; `version` is 0x20, 0x21 or 0x30. */
export function bindCmpp(options: BindOptions, version: number): Promise<Bound> {
  const { clock, host, port } = options;
  const startMs = clock.preciseMs();
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true });
    const client = new CmppClient(socket, options, version, (status, reason) => {
      cancel();
      if (reason === "") return resolve({ client, afterMs: clock.preciseMs() - startMs });
      socket.destroy();
      resolve({ client: null, status, reason });
    });
    const cancel = clock.after(BIND_MS, () => client.giveUp(`no answer to CONNECT within ${BIND_MS / 1_000} s`));
  });
}

class CmppClient extends CustomerClient {
  readonly speaks: string;
  readonly mostDestinations = MOST_DESTINATIONS;
  readonly #pipe: Pipe;
  readonly #options: BindOptions;
  readonly #version: number;
  /** Put in front of our numbers: the same text in another run is another message, no submit sent again. */
  readonly #before: number;
  /** Told once: let in (no reason), or not. */
  #welcome: ((status: number, reason: string) => void) | null;
  #reason = "";

  constructor(socket: Socket, options: BindOptions, version: number, welcome: (status: number, reason: string) => void) {
    super(options.clock);
    this.speaks = `CMPP ${version >> 4}.${version & 15}`;
    this.#options = options;
    this.#version = version;
    this.#welcome = welcome;
    this.#pipe = new Pipe(socket, options.clock, HEADER_OCTETS, {
      frame: (frame) => this.#frame(frame),
      readDone: () => undefined,
      closed: () => this.giveUp(this.#reason || (this.#welcome === null ? "the connection was closed" : "the connection was closed before CONNECT was answered")),
    });
    socket.on("error", (error: NodeJS.ErrnoException) => (this.#reason = error.code ?? error.message));
    this.#before = Math.floor(options.clock.wallMs) % SEQUENCES;
    socket.once("connect", () => {
      const target = this.#pipe.reserve(CONNECT_OCTETS);
      this.#pipe.commit(writeConnect(target, this.#pipe.at, 0, version, options.bindAs, options.password, options.clock.wallMs));
    });
  }

  /** The connection is no good any more. */
  giveUp(reason: string): void {
    this.#tellWelcome(0, reason);
    this.ended(reason);
  }

  protected write(no: number, { from, to, part, receipt }: Submission): boolean {
    if (this.#pipe.over) return false;
    const target = this.#pipe.reserve(submitOctets(to.length));
    this.#pipe.commit(writeSubmit(target, this.#pipe.at, this.#before + no, this.#version, {
      spId: this.#options.bindAs, source: from, destinations: to.map((number) => number.replace(/^\+/, "")), hasUdh: part.hasUdh, total: part.total, number: part.number,
      format: part.coding, receipt, octets: part.octets,
    }));
    return true;
  }

  /** Msg_Id..+n-1; the sequence in its last 16 bits begins again from 0 without a carry. [protocols sheet 1.6] */
  override idOf(first: string, at: number): string {
    const sequence = (Number.parseInt(first.slice(-4), 16) + at) & 0xffff;
    return `${first.slice(0, -4)}${sequence.toString(16).padStart(4, "0")}`;
  }

  protected part(): boolean {
    if (this.#pipe.over) return false;
    this.#headerOnly(TERMINATE, 0);
    return true;
  }

  protected cutOff(): void {
    this.#pipe.destroy();
  }

  #frame(frame: Buffer): void {
    const sequence = frame.readUInt32BE(8);
    switch (frame.readUInt32BE(4)) {
      case SUBMIT + RESPONSE: {
        const result = readSubmitResult(frame);
        return this.answered(sequence - this.#before, result, result === 0 ? readHex(frame, HEADER_OCTETS) : "");
      }
      case DELIVER:
        return this.#delivered(frame);
      case CONNECT + RESPONSE: {
        const status = readConnectStatus(frame);
        return this.#tellWelcome(status, status === 0 ? "" : "the connection was refused");
      }
      case ACTIVE_TEST: {
        const target = this.#pipe.reserve(HEADER_OCTETS + 1);
        const at = writeHeader(target, this.#pipe.at, HEADER_OCTETS + 1, ACTIVE_TEST + RESPONSE, sequence);
        target[at] = 0;
        return this.#pipe.commit(at + 1);
      }
      case TERMINATE:
        this.#headerOnly(TERMINATE + RESPONSE, sequence);
        this.#reason = "the gateway ended the connection";
        return this.#pipe.end();
      case TERMINATE + RESPONSE:
        return this.#pipe.end();
      default:
        return;
    }
  }

  #delivered(frame: Buffer): void {
    const deliver = readDeliver(frame, this.#version);
    const target = this.#pipe.reserve(DELIVER_RESP_OCTETS);
    this.#pipe.commit(writeDeliverResp(target, this.#pipe.at, this.#version, frame));
    if (deliver?.report === true) this.#options.onReceipt({ id: readHex(deliver.octets, 0), state: readStat(deliver.octets), error: "" });
  }

  #headerOnly(commandId: number, sequence: number): void {
    const target = this.#pipe.reserve(HEADER_OCTETS);
    this.#pipe.commit(writeHeader(target, this.#pipe.at, HEADER_OCTETS, commandId, sequence));
  }

  #tellWelcome(status: number, reason: string): void {
    this.#welcome?.(status, reason);
    this.#welcome = null;
  }
}

/** The version that `--version` names; 3.0 unless given. */
export function cmppVersion(text = "3.0"): number {
  return text === "2.0" ? 0x20 : text === "2.1" ? 0x21 : VERSION_30;
}
