/**
 * SimulatedSmsc: an operator's message centre that answers, sends receipts and inbound messages, and misbehaves on request.
 *
 * ```
 *  submit_sm -> fate -> taken: id, record, text -> (latency) -> submit_sm_resp -> (receipt delay) -> deliver_sm
 *                 '-> throttled | refused | connection dropped               on any receiving bind of the same system_id
 * ```
 * It shares a small machine with the gateway under test, so a submit with its receipt costs a few microseconds.
 */
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import type { BindBody, SubmitSm } from "../../protocols/smpp/codec.js";
import { Status } from "../../protocols/smpp/status.js";
import { DelayLine } from "./delay-line.js";
import { DeliveryWriter, newReceipt } from "./delivery.js";
import type { Delivery, FinalState } from "./delivery.js";
import { Fate, Faults, NOT_TAKEN } from "./faults.js";
import { OperatorIds } from "./operator-ids.js";
import { partsOf, somePhone } from "./phones.js";
import type { InjectedMo } from "./phones.js";
import { Random } from "./random.js";
import { Reassembly } from "./reassembly.js";
import { RecordFile } from "./record-file.js";
import { SmscConnection } from "./smsc-connection.js";
import type { SmscDesk } from "./smsc-connection.js";
import { SMSC_DEFAULTS, noTotals } from "./smsc-options.js";
import type { SmscOptions, SmscTotals } from "./smsc-options.js";
import { SmscPeer } from "./smsc-peer.js";

interface PendingAnswer {
  readonly connection: SmscConnection;
  readonly sequence: number;
  readonly status: number;
  readonly id: string;
  readonly receipt: PendingReceipt | null;
}
interface PendingReceipt {
  readonly peer: SmscPeer;
  readonly delivery: Delivery;
  readonly copies: number;
}

const LATER: ReadonlySet<number> = new Set([Status.ESME_RSYSERR, Status.ESME_RMSGQFUL, Status.ESME_RTHROTTLED, Status.ESME_RX_T_APPN]);

export class SimulatedSmsc implements SmscDesk {
  readonly totals: SmscTotals = noTotals();
  readonly #options: SmscOptions;
  readonly #server: Server;
  readonly #random: Random;
  readonly #faults: Faults;
  readonly #ids: OperatorIds;
  readonly #writer: DeliveryWriter;
  readonly #reassembly: Reassembly;
  readonly #records: RecordFile | null;
  readonly #answers: DelayLine<PendingAnswer>;
  readonly #receipts: DelayLine<PendingReceipt>;
  readonly #retries: DelayLine<PendingReceipt>;
  readonly #states: readonly { readonly state: FinalState; readonly upTo: number }[];
  readonly #peers = new Map<string, SmscPeer>();
  readonly #connections = new Set<SmscConnection>();
  #stopMos: (() => void) | null = null;
  #mosOwed = 0;
  #moReference = 0;

  constructor(options: Partial<SmscOptions> & Pick<SmscOptions, "clock">) {
    this.#options = { ...SMSC_DEFAULTS, ...options };
    const { clock, seed, ids, faults, latencyMs, receiptDelayMs, deliverRetryMs, finalStates, recordFile, receiptForm, zoneMinutes } = this.#options;
    clock.refresh();
    this.#random = new Random(seed);
    this.#faults = new Faults(faults, this.#random);
    this.#ids = new OperatorIds(ids, clock.wallMs, this.#random);
    this.#writer = new DeliveryWriter(receiptForm, zoneMinutes);
    this.#reassembly = new Reassembly(this.#options.alphabet0);
    this.#records = recordFile === "" ? null : new RecordFile(recordFile);
    this.#answers = new DelayLine(clock, latencyMs, (answer) => this.#answer(answer));
    this.#receipts = new DelayLine(clock, receiptDelayMs, (receipt) => this.#sendReceipt(receipt));
    this.#retries = new DelayLine(clock, deliverRetryMs, (retry) => this.#sendReceipt(retry));
    this.#states = cumulated(finalStates);
    this.#server = createServer({ noDelay: true }, (socket) => this.#connected(socket));
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
    const parts = partsOf(mo, this.#moReference);
    for (const part of parts) peer.offer(part);
    this.totals.inboundSent += parts.length;
    return parts.length;
  }

  // -------------------------------------------------------------- desk: what connections ask

  bind(connection: SmscConnection, body: BindBody): number {
    const { credentials } = this.#options;
    if (credentials !== null && credentials.systemId !== body.system_id) return Status.ESME_RINVSYSID;
    if (credentials !== null && credentials.password !== body.password) return Status.ESME_RINVPASWD;
    this.#peerOf(body.system_id).connections.push(connection);
    return Status.ESME_ROK;
  }

  submit(connection: SmscConnection, sequence: number, submit: SubmitSm): void {
    const { totals } = this;
    totals.submits++;
    const fate = this.#faults.next(this.#options.clock.monotonicMs);
    if ((fate & NOT_TAKEN) !== 0) return this.#notTaken(connection, sequence, fate);
    const id = this.#ids.take();
    const state = this.#finalState();
    const receipt = this.#receiptOf(connection, submit, id, state, fate);
    totals.taken++;
    if (this.#records !== null) {
      const answer = (fate & Fate.droppedAfter) !== 0 ? "dropped" : (fate & Fate.answerLost) !== 0 ? "lost" : "sent";
      this.#records.taken(
        id, submit.source_addr, submit.destination_addr, submit.esm_class, submit.data_coding, submit.short_message,
        this.#options.clock.wallMs, answer, receipt === null ? "none" : state,
      );
    }
    this.#options.onSubmit?.(submit, id, connection.systemId);
    if (this.#options.onText !== null) this.#readText(submit);
    if (fate === 0) this.#reply(connection, sequence, Status.ESME_ROK, id, receipt);
    else this.#replyBadly(connection, sequence, id, receipt, fate);
  }

  delivered(connection: SmscConnection, delivery: Delivery, status: number): void {
    const { totals } = this;
    if (status !== 0 && LATER.has(status)) {
      totals.deliveriesRetried++;
      this.#retries.push({ peer: this.#peerOf(connection.systemId), delivery, copies: 1 });
    } else if (delivery.id === "") totals.inboundAcknowledged++;
    else {
      if (status === 0) totals.receiptsAcknowledged++;
      else totals.receiptsRefused++;
      this.#records?.acknowledged(delivery.id, status, this.#options.clock.wallMs);
    }
  }

  readDone(connection: SmscConnection): void {
    this.#records?.flush();
    if (connection.bound) this.#peers.get(connection.systemId)?.pump();
  }

  closed(connection: SmscConnection, unanswered: Delivery[]): void {
    this.#connections.delete(connection);
    const peer = this.#peers.get(connection.systemId);
    const place = peer?.connections.indexOf(connection) ?? -1;
    if (peer === undefined || place < 0) return;
    peer.connections.splice(place, 1);
    this.totals.deliveriesRetried += unanswered.length;
    peer.putBack(unanswered);
    peer.pump();
  }

  // --------------------------------------------------------------

  #connected(socket: Socket): void {
    this.#connections.add(new SmscConnection(socket, this.#options.clock, this.#writer, this.#options.deliverWindow, this));
  }

  #peerOf(systemId: string): SmscPeer {
    let peer = this.#peers.get(systemId);
    if (peer === undefined) this.#peers.set(systemId, (peer = new SmscPeer(systemId)));
    return peer;
  }

  #notTaken(connection: SmscConnection, sequence: number, fate: number): void {
    if ((fate & Fate.droppedBefore) !== 0) {
      this.totals.connectionsDropped++;
      connection.destroy();
    } else if ((fate & Fate.throttled) !== 0) {
      this.totals.throttled++;
      this.#reply(connection, sequence, Status.ESME_RTHROTTLED, "", null);
    } else {
      this.totals.refused++;
      this.#reply(connection, sequence, this.#options.faults.errorStatus, "", null);
    }
  }

  #finalState(): FinalState {
    const states = this.#states;
    if (states.length === 1) return states[0]?.state ?? "DELIVRD";
    const drawn = this.#random.next();
    for (const { state, upTo } of states) if (drawn < upTo) return state;
    return states.at(-1)?.state ?? "DELIVRD";
  }

  /** Null when none was asked for, or this one gets lost. [SMPP 3.4 5.2.17] */
  #receiptOf(connection: SmscConnection, submit: SubmitSm, id: string, state: FinalState, fate: number): PendingReceipt | null {
    const wanted = submit.registered_delivery & 3;
    if (wanted === 0 || (wanted === 2 && state === "DELIVRD") || (wanted === 3 && state !== "DELIVRD")) return null;
    if ((fate & Fate.receiptLost) !== 0) {
      this.totals.receiptsLost++;
      return null;
    }
    const delivery = newReceipt(
      this.#ids.inReceipt(id), state, this.#options.clock.wallMs,
      submit.source_addr, submit.source_addr_ton, submit.source_addr_npi,
      submit.destination_addr, submit.dest_addr_ton, submit.dest_addr_npi,
    );
    return { peer: this.#peerOf(connection.systemId), delivery, copies: (fate & Fate.receiptTwice) !== 0 ? 2 : 1 };
  }

  /** Answers now or after the latency; the receipt follows. */
  #reply(connection: SmscConnection, sequence: number, status: number, id: string, receipt: PendingReceipt | null): void {
    if (this.#options.latencyMs > 0) return this.#answers.push({ connection, sequence, status, id, receipt });
    connection.answerSubmit(sequence, status, id);
    if (receipt !== null) this.#queueReceipt(receipt);
  }

  #replyBadly(connection: SmscConnection, sequence: number, id: string, receipt: PendingReceipt | null, fate: number): void {
    const early = (fate & Fate.receiptEarly) !== 0;
    if (early && receipt !== null) this.#sendReceipt(receipt);
    const later = early ? null : receipt;
    if ((fate & (Fate.answerLost | Fate.droppedAfter)) === 0) return this.#reply(connection, sequence, Status.ESME_ROK, id, later);
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
      if (receipt.delivery.id !== "") this.totals.receiptsSent++;
      receipt.peer.offer(receipt.delivery);
    }
  }

  #readText(submit: SubmitSm): void {
    const text = this.#reassembly.take(submit);
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

/** States with the upper ends of their ranges in [0, 1). */
function cumulated(shares: Readonly<Partial<Record<FinalState, number>>>): { state: FinalState; upTo: number }[] {
  const given = (Object.entries(shares) as [FinalState, number][]).filter(([, share]) => share > 0);
  const sum = given.reduce((before, [, share]) => before + share, 0);
  let upTo = 0;
  return given.map(([state, share]) => ({ state, upTo: (upTo += share / sum) }));
}
