/**
 * What the tests of every protocol's two ends share: a raw peer that speaks octets, and recorders for what our ends report.
 */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { Message } from "../../protocols/model/message.js";
import type { Outcome } from "../../protocols/model/outcome.js";
import type { Notice, Receipt, ReceiptNotice } from "../../protocols/model/receipt.js";
import { ManualClock, type Clock } from "../../protocols/wire/clock.js";
import { FrameReader } from "../../protocols/wire/frame.js";
import type {
  CancelAnswer, CancelRequest, QueryAnswer, QueryRequest,
  BindRequest, BindVerdict, CustomerEvents, CustomerSession, DeliverAnswer, Listener, ListenOptions, LinkOptions, OperatorEvents, OperatorLink,
  SessionTimers, SubmitAnswer, WireLog, WireProtocol,
} from "../../protocols/wire/protocol.js";

/** 2024-05-15 09:30:46 in Beijing, the moment of CMPP's vectors. */
export const VECTOR_MS = Date.UTC(2024, 4, 15, 1, 30, 46);

export const TIMERS: SessionTimers = {
  bindMs: 10_000, enquireMs: 30_000, idleMs: 300_000, responseMs: 60_000, frameMs: 10_000, writeStallMs: 15_000,
};

export function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(/\s/g, ""), "hex");
}

/** Resolves when `check` holds, looking again at every turn of the loop; fails after five seconds. */
export async function until(check: () => boolean, what = "condition"): Promise<void> {
  const giveUp = performance.now() + 5_000;
  while (!check()) {
    if (performance.now() > giveUp) throw new Error(`waited too long for ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Lets everything on its way over loopback sockets arrive. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A peer that writes what it is told and keeps every frame it gets. */
export class RawPeer {
  readonly socket: Socket;
  readonly frames: Buffer[] = [];
  ended = false;
  /** No protocol's header is shorter than CMPP's. */
  readonly #reader = new FrameReader(12, 100_000);
  #taken = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("error", () => (this.ended = true));
    socket.on("close", () => (this.ended = true));
    socket.on("data", (chunk: Buffer) => {
      this.#reader.feed(chunk);
      for (let frame = this.#reader.next(); frame !== null; frame = this.#reader.next()) this.frames.push(frame);
    });
  }

  static async to(port: number): Promise<RawPeer> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new RawPeer(socket);
  }

  write(octets: Buffer | string): void {
    this.socket.write(typeof octets === "string" ? hex(octets) : octets);
  }

  /** The next frame not yet taken. */
  async next(): Promise<Buffer> {
    await until(() => this.frames.length > this.#taken, "a frame");
    return this.frames[this.#taken++] as Buffer;
  }

  async nextHex(): Promise<string> {
    return (await this.next()).toString("hex");
  }

  get untaken(): number {
    return this.frames.length - this.#taken;
  }

  async closed(): Promise<void> {
    await until(() => this.ended, "the close");
  }
}

export class LogRecorder implements WireLog {
  readonly lines: { level: string; event: string; fields: Record<string, string | number | boolean> }[] = [];

  event(level: "error" | "warn" | "info" | "debug", event: string, fields: Record<string, string | number | boolean>): void {
    this.lines.push({ level, event, fields });
  }

  /** Events a person would see with default settings. */
  get loud(): string[] {
    return this.lines.filter((line) => line.level === "warn" || line.level === "error").map((line) => line.event);
  }
}

/** A customer side that accepts everything unless told otherwise. */
export class Desk implements CustomerEvents {
  readonly sessions: CustomerSession[] = [];
  readonly binds: BindRequest[] = [];
  readonly submits: { session: CustomerSession; handle: number; message: Message }[] = [];
  readonly groups: { session: CustomerSession; handle: number; messages: readonly Message[] }[] = [];
  readonly cancels: CancelRequest[] = [];
  readonly queries: QueryRequest[] = [];
  readonly refusals: { outcome: Outcome; detail: string }[] = [];
  readonly answers: { notice: Notice; answer: DeliverAnswer }[] = [];
  readonly ends: { reason: string; unanswered: Notice[] }[] = [];
  windowOpens = 0;
  verdict: BindVerdict | null = { accepted: true, window: 10, deliverWindow: 10, alphabet0: "gsm7", checkContentSource: true };
  pending: ((verdict: BindVerdict) => void)[] = [];
  /** Outcome of every submit; null leaves it unanswered. */
  outcome: Outcome | null = 0;
  /** Answers to every cancel and query; null leaves them unanswered. */
  cancelled: CancelAnswer | null = "ok";
  queried: QueryAnswer | null = { kind: "not_found" };
  messageId = 60_000_000_000_000;
  admits = true;

  connected(session: CustomerSession): boolean {
    if (this.admits) this.sessions.push(session);
    return this.admits;
  }
  bind(_session: CustomerSession, request: BindRequest, answer: (verdict: BindVerdict) => void): void {
    this.binds.push(request);
    if (this.verdict === null) this.pending.push(answer);
    else answer(this.verdict);
  }
  submit(session: CustomerSession, handle: number, message: Message): void {
    this.submits.push({ session, handle, message });
    if (this.outcome !== null) session.answerSubmit(handle, this.outcome, ++this.messageId);
  }
  submitAll(session: CustomerSession, handle: number, messages: readonly Message[]): void {
    this.groups.push({ session, handle, messages });
    const first = this.messageId + 1;
    this.messageId += messages.length;
    if (this.outcome !== null) session.answerSubmit(handle, this.outcome, first);
  }
  cancel(session: CustomerSession, handle: number, request: CancelRequest): void {
    this.cancels.push(request);
    if (this.cancelled !== null) session.answerCancel(handle, this.cancelled);
  }
  query(session: CustomerSession, handle: number, request: QueryRequest): void {
    this.queries.push(request);
    if (this.queried !== null) session.answerQuery(handle, this.queried);
  }
  refused(_session: CustomerSession, outcome: Outcome, detail: string): void {
    this.refusals.push({ outcome, detail });
  }
  delivered(_session: CustomerSession, notice: Notice, answer: DeliverAnswer): void {
    this.answers.push({ notice, answer });
  }
  deliverWindowOpen(): void {
    this.windowOpens++;
  }
  closed(_session: CustomerSession, reason: string, unanswered: Notice[]): void {
    this.ends.push({ reason, unanswered });
  }
}

export interface CustomerBench {
  readonly clock: ManualClock;
  readonly desk: Desk;
  readonly log: LogRecorder;
  readonly listener: Listener;
  readonly port: number;
}

export async function openCustomerBench(protocol: WireProtocol, options: Partial<ListenOptions> = {}, clock = new ManualClock()): Promise<CustomerBench> {
  const desk = new Desk();
  const log = new LogRecorder();
  const listener = await protocol.listen(
    {
      name: "test", host: "127.0.0.1", port: 0, maxConnections: 100, maxConnectionsPerAddress: 100, timers: TIMERS,
      maxSendBufferOctets: 1 << 20, systemId: "tollgate", node: 0, settings: {}, clock, log, ...options,
    },
    desk,
  );
  return { clock, desk, log, listener, port: listener.address.port };
}

export function receiptNotice(change: Partial<ReceiptNotice> = {}): ReceiptNotice {
  return {
    kind: "receipt", order: 1, accountNo: 1, messageId: 60_000_000_000_001, source: "1069012345678", sourceTon: 0, sourceNpi: 0,
    destination: "13800138000", destinationTon: 1, destinationNpi: 1, serviceType: "", protocolNo: 0, state: 20, error: "000", stateWord: "",
    submittedAtMs: Date.UTC(2026, 10, 24, 10, 0), doneAtMs: Date.UTC(2026, 10, 24, 10, 1), extras: null, ...change,
  };
}

// ---------------------------------------------------------------- operator side

/** A message centre made of a raw peer for every connection. */
export class RawCentre {
  readonly server: Server;
  readonly peers: RawPeer[] = [];

  private constructor(server: Server) {
    this.server = server;
    server.on("connection", (socket) => this.peers.push(new RawPeer(socket)));
  }

  static async open(): Promise<RawCentre> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new RawCentre(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The nth connection, once it is there. */
  async peer(index = 0): Promise<RawPeer> {
    await until(() => this.peers.length > index, "a connection");
    return this.peers[index] as RawPeer;
  }

  close(): void {
    for (const peer of this.peers) peer.socket.destroy();
    this.server.close();
  }
}

export class OperatorDesk implements OperatorEvents {
  readonly answered: { ticket: object; answer: SubmitAnswer }[] = [];
  readonly timedOut: object[] = [];
  readonly downs: { reason: string; unanswered: object[] }[] = [];
  readonly receipts: { handle: number; receipt: Receipt }[] = [];
  readonly inbounds: { handle: number; message: Message }[] = [];
  binds = 0;
  windowOpens = 0;
  /** How every delivery is answered; null leaves it unanswered. */
  answer: "ok" | "retry" | "refused" | null = "ok";

  bound(): void {
    this.binds++;
  }
  down(_link: OperatorLink, reason: string, unanswered: object[]): void {
    this.downs.push({ reason, unanswered });
  }
  submitAnswered(_link: OperatorLink, ticket: object, answer: SubmitAnswer): void {
    this.answered.push({ ticket, answer });
  }
  submitTimedOut(_link: OperatorLink, ticket: object): void {
    this.timedOut.push(ticket);
  }
  receipt(link: OperatorLink, handle: number, receipt: Receipt): void {
    this.receipts.push({ handle, receipt });
    if (this.answer !== null) link.answerDeliver(handle, this.answer);
  }
  inbound(link: OperatorLink, handle: number, message: Message): void {
    this.inbounds.push({ handle, message });
    if (this.answer !== null) link.answerDeliver(handle, this.answer);
  }
  windowOpen(): void {
    this.windowOpens++;
  }
}

export interface LinkBench {
  readonly clock: ManualClock;
  readonly desk: OperatorDesk;
  readonly log: LogRecorder;
  readonly link: OperatorLink;
  readonly centre: RawCentre;
}

export function linkOptions(port: number, clock: Clock, log: WireLog, change: Partial<LinkOptions> = {}): LinkOptions {
  return {
    name: "op-1", host: "127.0.0.1", port, systemId: "demo", password: "demo1234", window: 10, timers: TIMERS,
    reconnectMinMs: 1_000, reconnectMaxMs: 30_000, maxSendBufferOctets: 1 << 20, settings: {}, clock, log, ...change,
  };
}

export async function openLinkBench(
  protocol: Pick<WireProtocol, "connect">, change: Partial<LinkOptions> = {}, clock = new ManualClock(),
): Promise<LinkBench> {
  const centre = await RawCentre.open();
  const desk = new OperatorDesk();
  const log = new LogRecorder();
  const link = protocol.connect(linkOptions(centre.port, clock, log, change), desk);
  link.start();
  return { clock, desk, log, link, centre };
}
