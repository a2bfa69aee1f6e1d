import { expect } from "chai";
import { newMessage, type Message } from "../../../protocols/model/message.js";
import { Outcome } from "../../../protocols/model/outcome.js";
import { ManualClock } from "../../../protocols/wire/clock.js";
import type { CustomerSession, QueryAnswer } from "../../../protocols/wire/protocol.js";
import { Bind, Binds } from "../../../src/customer/binds.js";
import type { BindPolicy } from "../../../src/customer/bind-policy.js";
import { Gate, type CustomerFlow, type CustomerObserver } from "../../../src/customer/gate.js";
import type { LiveAccount } from "../../../src/flow/accounts.js";
import type { CancelOrigin, SubmitOrigin } from "../../../src/flow/ports.js";
import { account, accounts } from "../flow/fixtures.js";

class Door {
  readonly told: string[] = [];
  readonly gate: Gate;
  readonly session: CustomerSession;
  readonly bind: Bind;
  readonly cancels: { readonly origin: CancelOrigin; readonly handle: number }[] = [];
  readonly questions: ((answer: QueryAnswer) => void)[] = [];
  origin: SubmitOrigin | null = null;
  pending = 0;

  constructor() {
    const clock = new ManualClock();
    const live = accounts(clock, account(1)).byNo(1) as LiveAccount;
    const flow: CustomerFlow = {
      submit: (origin, _account, handle) => this.#took(origin, `submit ${handle}`),
      submitAll: (origin, _account, handle, messages) => this.#took(origin, `submit ${handle} to ${messages.length}`),
      refused: (owner, outcome) => this.told.push(`refused ${owner.terms.no}: ${outcome}`),
      cancel: (origin, _account, handle) => this.cancels.push({ origin, handle }),
      query: () => new Promise((resolve) => this.questions.push(resolve)),
      originEnded: (_origin, accountNo, keys, open) => this.told.push(`ended ${accountNo}: ${JSON.stringify([...keys])}, ${open} open`),
      noticeAnswered: () => undefined, noticesReturned: () => undefined, deliverAgain: () => undefined,
      storePending: 0,
    };
    Object.defineProperty(flow, "storePending", { get: () => this.pending });
    const observer = { paused: () => undefined, unbound: () => undefined, disconnected: () => undefined, submitRefused: () => undefined } as unknown as CustomerObserver;
    this.gate = new Gate({ flow, observer, policy: {} as BindPolicy, binds: new Binds(), clock, maxPending: 10 });
    this.session = {
      owner: null,
      answeredKeys: new Map([[7, 1_000]]),
      answerSubmit: (handle: number, outcome: Outcome, id: number) => this.told.push(`answered ${handle}: ${outcome} ${id}`),
      answerCancel: (handle: number, answer: string) => this.told.push(`cancel ${handle}: ${answer}`),
      answerQuery: (handle: number, answer: QueryAnswer) => this.told.push(`query ${handle}: ${answer.kind}`),
      pauseReading: () => this.told.push("paused"), resumeReading: () => this.told.push("reads again"),
    } as unknown as CustomerSession;
    this.bind = new Bind(this.session, live, 0);
    this.session.owner = this.bind;
  }

  #took(origin: SubmitOrigin, what: string): void {
    this.origin = origin;
    this.told.push(what);
  }
}

const request = { messageId: 1, source: "", destination: "", serviceType: "" };

describe("Gate", () => {
  it("tells the flow of submits that a protocol has refused by itself, once the connection is an account's", () => {
    const door = new Door();
    door.gate.refused(door.session, Outcome.malformed, "esm_class");
    door.session.owner = null;
    door.gate.refused(door.session, Outcome.malformed, "bind_state");
    expect(door.told).to.deep.equal([`refused 1: ${Outcome.malformed}`]);
  });

  it("brings a submit to several destinations to the flow as one, and pauses reading when the store is behind", () => {
    const door = new Door();
    door.pending = 11;
    const messages: Message[] = [newMessage(), newMessage()];
    door.gate.submitAll(door.session, 3, messages);
    expect([door.told, door.bind.submits]).to.deep.equal([["submit 3 to 2", "paused"], 2]);
    door.pending = 5;
    door.gate.storeProgress();
    expect(door.told.at(-1)).to.equal("reads again");
  });

  it("tells at a session's end what it was answered, and how much was not", () => {
    const door = new Door();
    for (const handle of [1, 2, 3]) door.gate.submit(door.session, handle, newMessage());
    door.origin?.answerSubmit(1, Outcome.ok, 1_000);
    door.gate.closed(door.session, "lost", []);
    expect(door.told.slice(-2)).to.deep.equal(["answered 1: 0 1000", "ended 1: [[7,1000]], 2 open"]);
    expect(door.origin?.ended).to.equal(true);
  });

  it("lets a bind have a bounded number of wishes to take back unanswered", () => {
    const door = new Door();
    for (let handle = 1; handle <= 257; handle++) door.gate.cancel(door.session, handle, request);
    expect([door.cancels.length, door.told]).to.deep.equal([256, ["cancel 257: unavailable"]]);
    door.cancels[0]?.origin.answerCancel(1, "ok");
    door.gate.cancel(door.session, 258, request);
    expect([door.cancels.length, door.told.at(-1)]).to.deep.equal([257, "cancel 1: ok"]);
  });

  it("lets a bind have a bounded number of questions unanswered", async () => {
    const door = new Door();
    const question = { kind: "message", messageId: 1, source: "" } as const;
    for (let handle = 1; handle <= 17; handle++) door.gate.query(door.session, handle, question);
    expect([door.questions.length, door.told]).to.deep.equal([16, ["query 17: unavailable"]]);
    door.questions[0]?.({ kind: "not_found" });
    await Promise.resolve();
    door.gate.query(door.session, 18, question);
    expect([door.questions.length, door.told.at(-1)]).to.deep.equal([17, "query 1: not_found"]);
  });
});
