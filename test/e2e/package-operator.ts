/**
 * PackageOperator: an operator on the server of the package smpp, an independent peer; each test says what it answers and reports.
 */
import { createServer } from "smpp";
import type { PDU, Server, Session } from "smpp";

/** What is answered to a submit; null: nothing at all. */
export interface OperatorAnswer {
  readonly status?: number;
  readonly id?: string;
}

export interface OperatorReceipt {
  readonly id: string;
  readonly state: string;
  readonly from: string;
  readonly to: string;
  readonly error?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

const RECEIPT = 0x04;

export class PackageOperator {
  readonly submits: PDU[] = [];
  /** Link binds seen. */
  binds = 0;
  /** Answers a submit; by default with ids from 1000 on. */
  answer: (pdu: PDU) => OperatorAnswer | null = () => ({ id: String(1_000 + this.submits.length) });
  /** Whether it says so when it is bound to. */
  takesTlvs = true;
  /** Reports DELIVRD by itself right behind each answer. */
  reports = false;
  #server: Server | null = null;
  readonly #sessions = new Set<Session>();
  readonly #changed: (() => void)[] = [];

  /** Listens; port 0 takes any free one. Resolves with the port. */
  start(port = 0): Promise<number> {
    const server = createServer((session) => this.#connected(session));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => resolve(server.address().port));
    });
  }

  /** Breaks all links and stops listening. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const session of this.#sessions) session.destroy();
    await closed;
  }

  /** Breaks all links; resolves once one is bound again. */
  async drop(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    this.#sessions.clear();
    await this.linked();
  }

  get bound(): number {
    return this.#sessions.size;
  }

  /** Resolves once `count` submits have come. */
  async submitted(count: number, withinMs = 5_000): Promise<PDU[]> {
    await this.#until(() => this.submits.length >= count, withinMs, () => `${this.submits.length} of ${count} submits came`);
    return this.submits;
  }

  /** Resolves once a link is bound. */
  linked(withinMs = 8_000): Promise<void> {
    return this.#until(() => this.#sessions.size > 0, withinMs, () => "no link is bound");
  }

  /** Sends a receipt; resolves with the status it is answered with. */
  receipt({ id, state, from, to, error = "000", fields = {} }: OperatorReceipt): Promise<number> {
    const text = `id:${id} sub:001 dlvrd:001 submit date:2511240900 done date:2511240901 stat:${state} err:${error} text:`;
    return this.deliver({ source_addr: to, destination_addr: from, esm_class: RECEIPT, short_message: text, ...fields });
  }

  deliver(fields: Readonly<Record<string, unknown>>): Promise<number> {
    const [session] = this.#sessions;
    if (session === undefined) return Promise.reject(new Error("no link is bound"));
    return new Promise((resolve) => session.deliver_sm({ source_addr_ton: 1, source_addr_npi: 1, ...fields }, (answer) => resolve(answer.command_status)));
  }

  /** Answers a submit that `answer` left unanswered. */
  respond(submit: PDU, id: string): void {
    for (const session of this.#sessions) session.send(submit.response({ message_id: id }));
  }

  #connected(session: Session): void {
    session.on("error", () => session.destroy());
    session.on("close", () => this.#sessions.delete(session));
    for (const bind of ["bind_transceiver", "bind_transmitter", "bind_receiver"]) {
      session.on(bind, (pdu: PDU) => {
        // Without sc_interface_version an operator takes no optional parameters. [SMPP 3.4 3.4]
        session.send(pdu.response({ system_id: "PACKAGE", ...(this.takesTlvs ? { sc_interface_version: 0x34 } : {}) }));
        this.#sessions.add(session);
        this.binds++;
        this.#tell();
      });
    }
    session.on("enquire_link", (pdu: PDU) => void session.send(pdu.response()));
    session.on("unbind", (pdu: PDU) => {
      session.send(pdu.response());
      session.close();
    });
    session.on("submit_sm", (pdu: PDU) => {
      this.submits.push(pdu);
      const answer = this.answer(pdu);
      if (answer !== null) {
        const id = answer.id ?? "";
        session.send(pdu.response(answer.status === undefined || answer.status === 0 ? { message_id: id } : { command_status: answer.status }));
        if (this.reports && (answer.status ?? 0) === 0) {
          void this.receipt({ id, state: "DELIVRD", from: pdu.source_addr ?? "", to: pdu.destination_addr ?? "" });
        }
      }
      this.#tell();
    });
  }

  #tell(): void {
    for (const look of [...this.#changed]) look();
  }

  #until(done: () => boolean, withinMs: number, otherwise: () => string): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (error?: Error): void => {
        clearTimeout(timer);
        this.#changed.splice(this.#changed.indexOf(look), 1);
        if (error === undefined) resolve();
        else reject(error);
      };
      const look = (): void => {
        if (done()) end();
      };
      const timer = setTimeout(() => end(new Error(`${otherwise()} within ${withinMs} ms`)), withinMs);
      this.#changed.push(look);
      look();
    });
  }
}

/** The text of a submit or deliver as the package decoded it. */
export function textOf(pdu: PDU): string {
  const given = pdu.short_message ?? "";
  const message = typeof given === "object" && "message" in given ? given.message : given;
  return typeof message === "string" ? message : message.toString("latin1");
}
