/**
 * Session: one socket with its frame reader, its corked output and its timers; the same for either end of any protocol.
 *
 * ```
 *  socket --chunk--> FrameReader --frame--> hooks.frame() ... hooks.readDone()
 *  socket <--one write a turn of the loop-- 64 KiB chunk <--encode straight into it-- reserve() / commit()
 * ```
 * A chunk handed to the socket is never written again: octets are appended behind it until it is used up, then a new
 * one is taken. Errors of the socket never throw; each end is reported once, by `hooks.closed`, never from inside a
 * call that the protocol made.
 */
import type { Socket } from "node:net";
import type { Clock } from "./clock.js";
import { FrameReader } from "./frame.js";
import type { SessionTimers } from "./protocol.js";
import { Timers } from "./timers.js";

/** What a protocol does with the session; all calls come from the socket's or the clock's own turn. */
export interface SessionHooks {
  /** One whole frame; a view that may be kept. */
  frame(frame: Buffer): void;
  /** All frames of one read are dealt with. */
  readDone(): void;
  /** The stream is lost: `announced` is an impossible length, `octets` what came of it. A last word may be written. */
  framingLost(announced: number, octets: Buffer): void;
  /** The peer was quiet for long: ask whether it lives. */
  enquire(): void;
  /** Every shared tick, for the response times of our requests. `sessionMs` stands still while reading is paused. */
  tick(sessionMs: number, nowMs: number): void;
  /** The session is over; called once. `reason` is a constant word. */
  closed(reason: string): void;
}

export interface SessionOptions {
  readonly minFrameOctets: number;
  readonly maxFrameOctets: number;
  readonly timers: SessionTimers;
  /** Probes without a sign of life that end the session, 2 when absent. */
  readonly enquireTries?: number;
  readonly maxSendBufferOctets: number;
  readonly clock: Clock;
}

/** Why reading is paused; reading goes on when no cause is left. */
export const Pause = {
  /** The owner asked for it. */ owner: 1,
  /** The peer is beyond its window. */ window: 2,
  /** A bind is being decided: what follows it waits. */ bind: 4,
} as const;
export type Pause = (typeof Pause)[keyof typeof Pause];
/** Under these causes even frames that have already been read wait. */
const HOLDING = Pause.owner | Pause.bind;

const FIRST_CHUNK_OCTETS = 2_048;
const CHUNK_OCTETS = 65_536;
const LINGER_MS = 2_000;
const NO_CHUNK = Buffer.alloc(0);

/** Sessions with octets not yet given to their sockets, and the one callback that will do it. */
let dirty: Session[] = [];
let scheduled = false;

function flushDirty(): void {
  scheduled = false;
  const sessions = dirty;
  dirty = [];
  for (const session of sessions) session.flush();
}

export class Session {
  readonly #socket: Socket;
  readonly #options: SessionOptions;
  readonly #clock: Clock;
  readonly #hooks: SessionHooks;
  readonly #reader: FrameReader;
  readonly #timers: Timers;
  readonly #stopTicks: () => void;
  #out: Buffer = NO_CHUNK;
  #start = 0;
  #at = 0;
  #chunkOctets = FIRST_CHUNK_OCTETS;
  #dirty = false;
  #writtenOctets = 0;
  #pauses = 0;
  #pumping = false;
  #pumpScheduled = false;
  #over = false;
  #closedTold = false;
  #endByMs = -1;
  #reason = "";
  framesIn = 0;

  constructor(socket: Socket, options: SessionOptions, hooks: SessionHooks) {
    this.#socket = socket;
    this.#options = options;
    this.#clock = options.clock;
    this.#hooks = hooks;
    this.#reader = new FrameReader(options.minFrameOctets, options.maxFrameOctets);
    this.#timers = new Timers(options.timers, options.clock.monotonicMs, options.clock.random(), options.enquireTries);
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("error", (error: NodeJS.ErrnoException) => this.#because(`socket_${(error.code ?? "error").toLowerCase()}`));
    socket.on("end", () => this.#peerEnded());
    socket.on("close", () => this.#socketClosed());
    this.#stopTicks = this.#clock.onTick((nowMs) => this.#tick(nowMs));
  }

  /** Nothing more can be written or will be read. */
  get over(): boolean {
    return this.#over;
  }

  /** Octets that wait in our send buffer, here and in the socket. */
  get waitingOctets(): number {
    return this.#socket.writableLength + this.#at - this.#start;
  }

  /** Session time: monotonic ms that stand still while reading is paused. */
  get sessionMs(): number {
    return this.#timers.sessionMs(this.#clock.monotonicMs);
  }

  /** The bind is done: longer frames may come and the keep-alive begins. */
  bound(maxFrameOctets: number): void {
    this.#reader.setMaxOctets(maxFrameOctets);
    this.#timers.bound();
  }

  /** Work was done: puts the idle limit off. */
  transaction(): void {
    this.#timers.transaction(this.#clock.monotonicMs);
  }

  /** The buffer to encode the next frame into, from `at` on; at least `octets` are free there. */
  reserve(octets: number): Buffer {
    if (this.#out.length - this.#at < octets) this.#nextChunk(octets);
    return this.#out;
  }

  /** Where the next frame begins. */
  get at(): number {
    return this.#at;
  }

  /** The frame begun at `at` ends before `end`: it goes out at the end of this turn of the loop. */
  commit(end: number): void {
    this.#at = end;
    if (this.#dirty) return;
    this.#dirty = true;
    dirty.push(this);
    if (scheduled) return;
    scheduled = true;
    setImmediate(flushDirty);
  }

  /** Gives the socket what is ready, and cuts off a peer that lets too much pile up. */
  flush(): void {
    this.#dirty = false;
    this.#writeOut();
    if (!this.#over && this.#socket.writableLength > this.#options.maxSendBufferOctets) this.destroy("send_buffer_full");
  }

  pause(cause: Pause): void {
    if (this.#pauses === 0) {
      this.#timers.pause(this.#clock.monotonicMs);
      this.#socket.pause();
    }
    this.#pauses |= cause;
  }

  resume(cause: Pause): void {
    if ((this.#pauses & cause) === 0) return;
    this.#pauses &= ~cause;
    if (this.#pumpScheduled || this.#over) return;
    // Frames already read come first, and never from inside the call that lifted the pause.
    this.#pumpScheduled = true;
    setImmediate(() => {
      this.#pumpScheduled = false;
      if (!this.#over && (this.#pauses & HOLDING) === 0) this.#pump();
      if (this.#over || this.#pauses !== 0) return;
      this.#timers.resume(this.#clock.monotonicMs);
      this.#socket.resume();
    });
  }

  /** Sends what is ready, then closes: at once when the peer does, at the latest after two seconds. */
  end(reason: string): void {
    if (this.#over) return;
    this.#because(reason);
    this.#writeOut();
    this.#over = true;
    this.#endByMs = this.#clock.monotonicMs + LINGER_MS;
    this.#socket.end();
    // Unread octets would turn our close into a reset that can overtake our last word; they are read and dropped.
    this.#socket.resume();
  }

  /** Closes at once. */
  destroy(reason: string): void {
    this.#because(reason);
    this.#over = true;
    this.#socket.destroy();
  }

  #because(reason: string): void {
    if (this.#reason === "") this.#reason = reason;
  }

  #writeOut(): void {
    if (this.#at === this.#start) return;
    const octets = this.#at - this.#start;
    const view = this.#out.subarray(this.#start, this.#at);
    this.#start = this.#at;
    if (this.#over || !this.#socket.writable) return;
    this.#writtenOctets += octets;
    this.#socket.write(view);
  }

  #nextChunk(octets: number): void {
    this.#writeOut();
    this.#out = Buffer.allocUnsafeSlow(Math.max(this.#chunkOctets, octets));
    this.#chunkOctets = Math.min(this.#chunkOctets * 2, CHUNK_OCTETS);
    this.#start = 0;
    this.#at = 0;
  }

  #read(chunk: Buffer): void {
    this.#clock.refresh();
    if (this.#over) return;
    this.#reader.feed(chunk);
    this.#pump();
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    let frames = 0;
    while ((this.#pauses & HOLDING) === 0) {
      const frame = this.#reader.next();
      if (frame === null) break;
      frames++;
      this.#hooks.frame(frame);
      if (this.#over) break;
    }
    this.#pumping = false;
    this.framesIn += frames;
    const partial = (this.#pauses & HOLDING) === 0 && this.#reader.partialOctets > 0;
    this.#timers.read(this.#clock.monotonicMs, frames, partial);
    this.#hooks.readDone();
    if (this.#reader.faultLength < 0 || this.#over) return;
    this.#hooks.framingLost(this.#reader.faultLength, this.#reader.faultOctets());
    this.end("framing");
  }

  #tick(nowMs: number): void {
    if (this.#over) {
      if (this.#endByMs >= 0 && nowMs >= this.#endByMs) this.#socket.destroy();
      return;
    }
    const waiting = this.#socket.writableLength;
    const verdict = this.#timers.tick(nowMs, waiting, this.#writtenOctets - waiting);
    if (verdict === "send_enquire") this.#hooks.enquire();
    else if (verdict !== "none") return this.destroy(verdict);
    this.#hooks.tick(this.#timers.sessionMs(nowMs), nowMs);
  }

  /** The peer sends no more: what is ready still goes out, then the socket closes by itself. */
  #peerEnded(): void {
    if (this.#over) return;
    this.#because("peer_closed");
    this.#writeOut();
    this.#over = true;
    this.#endByMs = this.#clock.monotonicMs + LINGER_MS;
  }

  #socketClosed(): void {
    this.#over = true;
    this.#out = NO_CHUNK;
    this.#start = 0;
    this.#at = 0;
    if (this.#closedTold) return;
    this.#closedTold = true;
    this.#stopTicks();
    this.#because("peer_closed");
    this.#hooks.closed(this.#reason);
  }
}
