/**
 * SimulatedCentre: an operator's message centre that answers, sends receipts and inbound messages, and misbehaves on request.
 *
 * ```
 *  submit -> fate -> taken: id, record, text -> (latency) -> answer -> (receipt delay) -> receipt
 *              '-> throttled | refused | connection dropped               on any receiving bind of the same name
 * ```
 * What is on the wire is left to a CentreWire (smsc.ts, ismg.ts). It shares a small machine with the gateway under test, so a submit
 * with its receipt costs a few microseconds.
 */
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import type { Message } from "../../protocols/model/message.js";
import { CENTRE_DEFAULTS, noTotals } from "./centre-options.js";
import type { ArrivedSubmit, CentreOptions, CentreTotals } from "./centre-options.js";
import { CentrePeer } from "./centre-peer.js";
import { DelayLine } from "./delay-line.js";
import { newReceipt } from "./delivery.js";
import type { Delivery } from "./delivery.js";
import { Fate, Faults, NOT_TAKEN } from "./faults.js";
import { partsOf, somePhone } from "./phones.js";
import type { InjectedMo, PhoneCoding } from "./phones.js";
import { Random } from "./random.js";
import { Reassembly } from "./reassembly.js";
import { RecordFile } from "./record-file.js";

/** One customer's connection, as the centre uses it. */
export interface CentreConnection {
  /** The name it is bound as, "" before. */
  readonly name: string;
  readonly bound: boolean;
  readonly canReceive: boolean;
  /** Free places in the deliver window; 0 when it cannot receive. */
  readonly deliverFree: number;
  /** Answers a submit; with a status other than 0 the id is "". Nothing happens when the connection has gone. */
  answerSubmit(sequence: number, status: number, id: string): void;
  /** Sends a delivery; `deliverFree` was looked at. */
  deliver(delivery: Delivery): void;
  /** Breaks the connection at once. */
  destroy(): void;
}

/** What the message centre decides for its connections. */
export interface CentreDesk {
  /** Whether somebody may bind; `proves` says whether a secret is the one used. */
  bind(connection: CentreConnection, name: string, proves: (secret: string) => boolean): "ok" | "wrong_name" | "wrong_secret";
  submit(connection: CentreConnection, sequence: number, submit: ArrivedSubmit): void;
  delivered(connection: CentreConnection, delivery: Delivery, status: number): void;
  /** All frames of one read are dealt with. */
  readDone(connection: CentreConnection): void;
  /** Over; `unanswered` were delivered and not answered, oldest first. */
  closed(connection: CentreConnection, unanswered: Delivery[]): void;
}

/** The message ids of a centre. */
export interface CentreIds {
  /** The next id as the answer bears it, the first of `count` in a row. */
  take(count: number): string;
  /** The id `place` behind the first of a row. */
  following(first: string, place: number): string;
  /** The same id as a receipt bears it. */
  inReceipt(id: string): string;
}

/** All that a message centre has of its protocol. */
export interface CentreWire {
  readonly ids: CentreIds;
  /** The status of a submit that comes too soon, and of one that fails. */
  readonly throttled: number;
  readonly failed: number;
  /** How phones' texts may be coded; the first that can say a text is taken. */
  readonly phoneCodings: readonly PhoneCoding[];
  connect(socket: Socket, desk: CentreDesk): CentreConnection;
  /** Whether a delivery refused with this status, for the n-th time, is sent again. */
  again(status: number, refusals: number): boolean;
  /** The part that a submit is of a text; its octets are a copy. */
  partOf(submit: ArrivedSubmit): Message;
}

interface PendingAnswer {
  readonly connection: CentreConnection;
  readonly sequence: number;
  readonly status: number;
  readonly id: string;
  readonly receipt: PendingReceipt | null;
}
interface PendingReceipt {
  readonly peer: CentrePeer;
  readonly delivery: Delivery;
  /** Of the further destinations. */
  readonly others: readonly Delivery[] | null;
  readonly copies: number;
}

export class SimulatedCentre implements CentreDesk {
  readonly totals: CentreTotals = noTotals();
  readonly #options: CentreOptions;
  readonly #wire: CentreWire;
  readonly #server: Server;
  readonly #random: Random;
  readonly #faults: Faults;
  readonly #reassembly = new Reassembly();
  readonly #records: RecordFile | null;
  readonly #answers: DelayLine<PendingAnswer>;
  readonly #receipts: DelayLine<PendingReceipt>;
  readonly #retries: DelayLine<PendingReceipt>;
  readonly #states: readonly { readonly state: string; readonly upTo: number }[];
  readonly #peers = new Map<string, CentrePeer>();
  readonly #connections = new Set<CentreConnection>();
  #stopMos: (() => void) | null = null;
  #mosOwed = 0;
  #moReference = 0;

  /** `wire` is made with the centre's own chance. */
  constructor(options: Partial<CentreOptions> & Pick<CentreOptions, "clock">, wire: (random: Random, options: CentreOptions) => CentreWire) {
    this.#options = { ...CENTRE_DEFAULTS, ...options };
    const { clock, seed, faults, latencyMs, receiptDelayMs, deliverRetryMs, finalStates, recordFile } = this.#options;
    clock.refresh();
    this.#random = new Random(seed);
    this.#faults = new Faults(faults, this.#random);
    this.#wire = wire(this.#random, this.#options);
    this.#records = recordFile === "" ? null : new RecordFile(recordFile);
    this.#answers = new DelayLine(clock, latencyMs, (answer) => this.#answer(answer));
    this.#receipts = new DelayLine(clock, receiptDelayMs, (receipt) => this.#sendReceipt(receipt));
    this.#retries = new DelayLine(clock, deliverRetryMs, (retry) => this.#sendReceipt(retry));
    this.#states = cumulated(finalStates);
    this.#server = createServer({ noDelay: true }, (socket) => this.#connections.add(this.#wire.connect(socket, this)));
  }

  /** Listens. Rejects with the system's error when the port cannot be had. */
  async start(): Promise<{ readonly host: string; readonly port: number }> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#options.port, this.#options.host, () => {
        this.#server.removeListener("error", reject);
        resolve();
      });
    });
    if (this.#options.mo.perSecond > 0) this.#streamMos();
    const { address, port } = this.#server.address() as AddressInfo;
    return { host: address, port };
  }

  /** Breaks every connection and stops listening. Deliveries that wait are forgotten. */
  async close(): Promise<void> {
    this.#stopMos?.();
    this.#answers.stop();
    this.#receipts.stop();
    this.#retries.stop();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.dropConnections();
    await closed;
    this.#records?.close();
  }

  /** Breaks every connection, as a failing operator does; it goes on listening. */
  dropConnections(): void {
    for (const connection of this.#connections) connection.destroy();
  }

  /** Bound connections. */
  get bound(): number {
    let count = 0;
    for (const connection of this.#connections) if (connection.bound) count++;
    return count;
  }

  /** Receipts and inbound messages not yet sent, or to be sent again. */
  get waiting(): number {
    let count = this.#receipts.length + this.#retries.length;
    for (const peer of this.#peers.values()) count += peer.waiting;
    return count;
  }

  /** Sends a message from a phone, long ones in parts; returns the number of parts. Throws when nobody can receive it. */
  injectMo(mo: InjectedMo): number {
    const peer = mo.systemId === undefined ? [...this.#peers.values()].find((one) => one.canReceive) : this.#peers.get(mo.systemId);
    if (peer === undefined) throw new Error("no bind that can receive: nobody would get this message");
    this.#moReference = (this.#moReference + 1) & 0xff;
    const parts = partsOf(mo, this.#wire.phoneCodings, this.#moReference);
    for (const part of parts) peer.offer(part);
    this.totals.inboundSent += parts.length;
    return parts.length;
  }

  // -------------------------------------------------------------- desk: what connections ask

  bind(connection: CentreConnection, name: string, proves: (secret: string) => boolean): "ok" | "wrong_name" | "wrong_secret" {
    const { credentials } = this.#options;
    if (credentials !== null && credentials.systemId !== name) return "wrong_name";
    if (credentials !== null && !proves(credentials.password)) return "wrong_secret";
    this.#peerOf(name).connections.push(connection);
    return "ok";
  }

  submit(connection: CentreConnection, sequence: number, submit: ArrivedSubmit): void {
    const { totals } = this;
    const count = submit.others === null ? 1 : submit.others.length + 1;
    totals.submits += count;
    const fate = this.#faults.next(this.#options.clock.monotonicMs);
    if ((fate & NOT_TAKEN) !== 0) return this.#notTaken(connection, sequence, count, fate);
    const id = this.#wire.ids.take(count);
    totals.taken += count;
    const peer = this.#peerOf(connection.name);
    const delivery = this.#take(connection, submit, submit.destination, id, fate);
    const others = submit.others === null ? null
      : submit.others.map((destination, at) => this.#take(connection, submit, destination, this.#wire.ids.following(id, at + 1), fate));
    const receipt = delivery === null && others === null ? null : pending(peer, delivery, others, fate);
    if (fate === 0) this.#reply(connection, sequence, 0, id, receipt);
    else this.#replyBadly(connection, sequence, id, receipt, fate);
  }

  delivered(connection: CentreConnection, delivery: Delivery, status: number): void {
    const { totals } = this;
    if (status !== 0 && this.#wire.again(status, ++delivery.refusals)) {
      totals.deliveriesRetried++;
      this.#retries.push({ peer: this.#peerOf(connection.name), delivery, others: null, copies: 1 });
    } else if (delivery.id === "") totals.inboundAcknowledged++;
    else {
      if (status === 0) totals.receiptsAcknowledged++;
      else totals.receiptsRefused++;
      this.#records?.acknowledged(delivery.id, status, this.#options.clock.wallMs);
    }
  }

  readDone(connection: CentreConnection): void {
    this.#records?.flush();
    if (connection.bound) this.#peers.get(connection.name)?.pump();
  }

  closed(connection: CentreConnection, unanswered: Delivery[]): void {
    this.#connections.delete(connection);
    const peer = this.#peers.get(connection.name);
    const place = peer?.connections.indexOf(connection) ?? -1;
    if (peer === undefined || place < 0) return;
    peer.connections.splice(place, 1);
    this.totals.deliveriesRetried += unanswered.length;
    peer.putBack(unanswered);
    peer.pump();
  }

  // --------------------------------------------------------------

  #peerOf(name: string): CentrePeer {
    let peer = this.#peers.get(name);
    if (peer === undefined) this.#peers.set(name, (peer = new CentrePeer(name)));
    return peer;
  }

  #notTaken(connection: CentreConnection, sequence: number, count: number, fate: number): void {
    if ((fate & Fate.droppedBefore) !== 0) {
      this.totals.connectionsDropped++;
      connection.destroy();
    } else if ((fate & Fate.throttled) !== 0) {
      this.totals.throttled += count;
      this.#reply(connection, sequence, this.#wire.throttled, "", null);
    } else {
      this.totals.refused += count;
      this.#reply(connection, sequence, this.#options.faults.errorStatus || this.#wire.failed, "", null);
    }
  }

  /** Notes one message; its receipt, null when none was asked for, or this one gets lost. [SMPP 3.4 5.2.17] */
  #take(connection: CentreConnection, submit: ArrivedSubmit, destination: string, id: string, fate: number): Delivery | null {
    const state = this.#finalState();
    const delivery = this.#receiptOf(submit, destination, id, state, fate);
    if (this.#records !== null) {
      const answer = (fate & Fate.droppedAfter) !== 0 ? "dropped" : (fate & Fate.answerLost) !== 0 ? "lost" : "sent";
      this.#records.taken(
        id, submit.source, destination, submit.esmClass, submit.coding, submit.octets,
        this.#options.clock.wallMs, answer, delivery === null ? "none" : state,
      );
    }
    const own = destination === submit.destination ? submit : { ...submit, destination, others: null };
    this.#options.onSubmit?.(own, id, connection.name);
    if (this.#options.onText !== null) this.#readText(own);
    return delivery;
  }

  #finalState(): string {
    const states = this.#states;
    if (states.length === 1) return states[0]?.state ?? "DELIVRD";
    const drawn = this.#random.next();
    for (const { state, upTo } of states) if (drawn < upTo) return state;
    return states.at(-1)?.state ?? "DELIVRD";
  }

  #receiptOf(submit: ArrivedSubmit, destination: string, id: string, state: string, fate: number): Delivery | null {
    const wanted = submit.receipt;
    if (wanted === 0 || (wanted === 2 && state === "DELIVRD") || (wanted === 3 && state !== "DELIVRD")) return null;
    if ((fate & Fate.receiptLost) !== 0) {
      this.totals.receiptsLost++;
      return null;
    }
    return newReceipt(
      this.#wire.ids.inReceipt(id), state, this.#options.clock.wallMs,
      submit.source, submit.sourceTon, submit.sourceNpi, destination, submit.destinationTon, submit.destinationNpi,
    );
  }

  /** Answers now or after the latency; the receipt follows. */
  #reply(connection: CentreConnection, sequence: number, status: number, id: string, receipt: PendingReceipt | null): void {
    if (this.#options.latencyMs > 0) return this.#answers.push({ connection, sequence, status, id, receipt });
    connection.answerSubmit(sequence, status, id);
    if (receipt !== null) this.#queueReceipt(receipt);
  }

  #replyBadly(connection: CentreConnection, sequence: number, id: string, receipt: PendingReceipt | null, fate: number): void {
    const early = (fate & Fate.receiptEarly) !== 0;
    if (early && receipt !== null) this.#sendReceipt(receipt);
    const later = early ? null : receipt;
    if ((fate & (Fate.answerLost | Fate.droppedAfter)) === 0) return this.#reply(connection, sequence, 0, id, later);
    if (later !== null) this.#queueReceipt(later);
    if ((fate & Fate.droppedAfter) !== 0) {
      this.totals.connectionsDropped++;
      connection.destroy();
    } else this.totals.answersLost++;
  }

  #answer(answer: PendingAnswer): void {
    answer.connection.answerSubmit(answer.sequence, answer.status, answer.id);
    if (answer.receipt !== null) this.#queueReceipt(answer.receipt);
  }

  #queueReceipt(receipt: PendingReceipt): void {
    if (this.#options.receiptDelayMs > 0) this.#receipts.push(receipt);
    else this.#sendReceipt(receipt);
  }

  #sendReceipt(receipt: PendingReceipt): void {
    for (let copy = 0; copy < receipt.copies; copy++) {
      this.#send(receipt.peer, receipt.delivery);
      if (receipt.others !== null) for (const other of receipt.others) this.#send(receipt.peer, other);
    }
  }

  #send(peer: CentrePeer, delivery: Delivery): void {
    if (delivery.id !== "") this.totals.receiptsSent++;
    peer.offer(delivery);
  }

  #readText(submit: ArrivedSubmit): void {
    const text = this.#reassembly.take(this.#wire.partOf(submit));
    if (text === null) return;
    this.totals.texts++;
    this.#options.onText?.(text);
  }

  #streamMos(): void {
    const { clock, mo } = this.#options;
    let lastMs = clock.monotonicMs;
    this.#stopMos = clock.onTick((nowMs) => {
      this.#mosOwed = Math.min(mo.perSecond, this.#mosOwed + ((nowMs - lastMs) * mo.perSecond) / 1_000);
      lastMs = nowMs;
      const receiving = [...this.#peers.values()].some((peer) => peer.canReceive);
      for (; receiving && this.#mosOwed >= 1; this.#mosOwed--) {
        this.injectMo({ source: somePhone(this.#random), destination: mo.destination, text: mo.text });
      }
    });
  }
}

/** The receipts of one submit; null when there is none. */
function pending(peer: CentrePeer, delivery: Delivery | null, others: readonly (Delivery | null)[] | null, fate: number): PendingReceipt | null {
  const copies = (fate & Fate.receiptTwice) !== 0 ? 2 : 1;
  if (others === null) return delivery === null ? null : { peer, delivery, others: null, copies };
  const [first, ...rest] = [delivery, ...others].filter((one) => one !== null);
  return first === undefined ? null : { peer, delivery: first, others: rest, copies };
}

/** States with the upper ends of their ranges in [0, 1). */
function cumulated(shares: Readonly<Record<string, number>>): { state: string; upTo: number }[] {
  const given = Object.entries(shares).filter(([, share]) => share > 0);
  const sum = given.reduce((before, [, share]) => before + share, 0);
  let upTo = 0;
  return given.map(([state, share]) => ({ state, upTo: (upTo += share / sum) }));
}
