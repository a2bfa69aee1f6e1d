/**
 * Pipe: a plain socket cut into frames, with all that is said in one turn of the loop written at once.
 *
 * The simulator's own, smaller than wire/session.ts on purpose: it has no timers and no state, so that it can break every
 * rule a session keeps, and a fault of the gateway's session is not hidden by the same fault on the other side.
 */
import type { Socket } from "node:net";
import type { Clock } from "../../protocols/wire/clock.js";
import { FrameReader } from "../../protocols/wire/frame.js";

/** What becomes of the pipe; all calls come from the socket's own turn. */
export interface PipeEvents {
  /** One whole frame; a view on a receive buffer that is not used again. */
  frame(frame: Buffer): void;
  /** All frames of one read are dealt with. */
  readDone(): void;
  /** Over, called once. */
  closed(): void;
}

const MAX_FRAME_OCTETS = 70_000;
const CHUNK_OCTETS = 65_536;

export class Pipe {
  readonly #socket: Socket;
  readonly #events: PipeEvents;
  readonly #clock: Clock;
  readonly #reader: FrameReader;
  #out = Buffer.allocUnsafeSlow(CHUNK_OCTETS);
  #start = 0;
  #at = 0;
  #reading = false;
  #scheduled = false;
  #over = false;

  /** No frame is shorter than `headerOctets`. */
  constructor(socket: Socket, clock: Clock, headerOctets: number, events: PipeEvents) {
    this.#reader = new FrameReader(headerOctets, MAX_FRAME_OCTETS);
    this.#socket = socket;
    this.#events = events;
    this.#clock = clock;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    // A broken connection is told by "close", which always follows.
    socket.on("error", () => undefined);
    socket.once("close", () => {
      this.#over = true;
      events.closed();
    });
  }

  get over(): boolean {
    return this.#over;
  }

  /** Where the next frame begins in what `reserve` returned. */
  get at(): number {
    return this.#at;
  }

  /** The buffer to write the next frame into, from `at` on; at least `octets` are free there. */
  reserve(octets: number): Buffer {
    if (this.#out.length - this.#at < octets) {
      this.flush();
      this.#out = Buffer.allocUnsafeSlow(Math.max(CHUNK_OCTETS, octets));
      this.#start = 0;
      this.#at = 0;
    }
    return this.#out;
  }

  /** The frame begun at `at` ends before `end`: it goes out with the others of this turn. */
  commit(end: number): void {
    this.#at = end;
    if (this.#reading || this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  flush(): void {
    if (this.#at === this.#start) return;
    const view = this.#out.subarray(this.#start, this.#at);
    this.#start = this.#at;
    if (!this.#over && this.#socket.writable) this.#socket.write(view);
  }

  /** Says what is ready, then parts. */
  end(): void {
    this.flush();
    this.#over = true;
    this.#socket.end();
  }

  /** Says what is ready as far as the system takes it at once, then breaks the connection. */
  destroy(): void {
    this.flush();
    this.#over = true;
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#over) return;
    this.#clock.refresh();
    this.#reader.feed(chunk);
    this.#reading = true;
    for (let frame = this.#reader.next(); frame !== null; frame = this.#reader.next()) {
      this.#events.frame(frame);
      if (this.#over) break;
    }
    this.#reading = false;
    if (this.#over) return;
    this.#events.readDone();
    this.flush();
    if (this.#reader.faultLength >= 0) this.destroy();
  }
}
