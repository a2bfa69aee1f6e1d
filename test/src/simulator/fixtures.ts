/**
 * A simulated message centre and its peers on loopback ports, closed again after each test.
 */
import { once } from "node:events";
import { createRequire } from "node:module";
import { systemClock } from "../../../protocols/wire/clock.js";
import type { Clock } from "../../../protocols/wire/clock.js";
import { LoadEsme } from "../../../src/simulator/esme.js";
import type { LoadOptions } from "../../../src/simulator/esme.js";
import { NO_FAULTS } from "../../../src/simulator/faults.js";
import type { FaultOptions } from "../../../src/simulator/faults.js";
import { TemplateSource } from "../../../src/simulator/load-source.js";
import { SimulatedSmsc } from "../../../src/simulator/smsc.js";
import type { SmscOptions } from "../../../src/simulator/smsc.js";

export const FIRST = 13_000_000_000;
export const TEXT = `【测试】${"验".repeat(66)}`;

/** What of the `smpp` package's session the tests use. */
export interface PeerSession {
  send(pdu: PeerPdu, answered?: (answer: PeerPdu) => void): boolean;
  on(event: string, listener: (pdu: PeerPdu) => void): void;
  close(): void;
  destroy(): void;
}
export interface PeerPdu {
  readonly command: string;
  readonly command_status: number;
  readonly message_id?: string;
  readonly source_addr?: string;
  readonly destination_addr?: string;
  readonly esm_class?: number;
  readonly short_message?: { readonly message: string | Buffer; readonly udh?: readonly Buffer[] };
  readonly receipted_message_id?: string;
  readonly message_state?: number;
  response(fields?: object): PeerPdu;
}
interface PeerPackage {
  connect(options: { readonly url: string }): PeerSession;
  readonly PDU: new (command: string, fields?: object) => PeerPdu;
}
export const peer = createRequire(import.meta.url)("smpp") as PeerPackage;

type Closing = () => unknown;

export class Bench {
  readonly clock: Clock & { stop(): void } = systemClock();
  readonly #closings: Closing[] = [];
  #closed = false;

  async smsc(options: Partial<Omit<SmscOptions, "faults">> & { readonly faults?: Partial<FaultOptions> } = {}): Promise<{ smsc: SimulatedSmsc; port: number }> {
    const smsc = new SimulatedSmsc({ clock: this.clock, ...options, faults: { ...NO_FAULTS, ...options.faults } });
    const { port } = await smsc.start();
    this.#closings.push(() => smsc.close());
    return { smsc, port };
  }

  /** A customer with `messages` to send, bound already. */
  async esme(port: number, messages: number, options: Partial<LoadOptions> = {}): Promise<LoadEsme> {
    const source = new TemplateSource({ messages, texts: [TEXT], source: "10690001", firstDestination: FIRST });
    const esme = new LoadEsme({
      host: "127.0.0.1", port, systemId: "bench", password: "secret", binds: 2, window: 50, source, clock: this.clock, reconnectMs: 10, ...options,
    });
    this.#closings.unshift(() => esme.close());
    await esme.start();
    return esme;
  }

  /** The independent client, bound as a transceiver unless told otherwise; `prepare` listens before anything can come. */
  async client(port: number, command = "bind_transceiver", prepare?: (session: PeerSession) => void): Promise<PeerSession> {
    const session = peer.connect({ url: `smpp://127.0.0.1:${port}` });
    this.#closings.unshift(() => session.destroy());
    session.on("error", () => undefined);
    prepare?.(session);
    await once(session as unknown as NodeJS.EventEmitter, "connect");
    const answer = await request(session, new peer.PDU(command, { system_id: "tollgate", password: "secret" }));
    if (answer.command_status !== 0) throw new Error(`bind answered ${answer.command_status}`);
    return session;
  }

  /** Waits until `condition` holds; the test's own time limit ends it otherwise. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition() && !this.#closed) await new Promise<void>((resolve) => this.clock.after(2, resolve));
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const closing of this.#closings.splice(0)) await closing();
    this.clock.stop();
  }
}

export function request(session: PeerSession, pdu: PeerPdu): Promise<PeerPdu> {
  return new Promise((resolve) => session.send(pdu, resolve));
}

/** The PDUs of one command that the session receives, each answered. */
export function collect(session: PeerSession, command: string, collected: PeerPdu[] = []): PeerPdu[] {
  session.on(command, (pdu) => {
    collected.push(pdu);
    session.send(pdu.response());
  });
  return collected;
}
