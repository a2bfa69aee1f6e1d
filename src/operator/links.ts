/**
 * Links: everything that happens on operator connections, brought to the flow.
 *
 * We are the ESME here. One object hears of all links of all operators; each link knows its own group.
 */
import type { Message } from "../../protocols/model/message.js";
import type { Receipt } from "../../protocols/model/receipt.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { OperatorEvents, OperatorLink, Reaction, SubmitAnswer } from "../../protocols/wire/protocol.js";
import type { IdReading } from "../flow/ports.js";
import type { ReportOrigin } from "../flow/receipt.js";
import type { Submission } from "../flow/submission.js";
import type { Group } from "./group.js";
import type { Link } from "./link.js";

/** What the flow does for operator connections. */
export interface OperatorFlow {
  submitAnswered(submission: Submission, answer: SubmitAnswer): void;
  submitTimedOut(submission: Submission): void;
  linkLost(operatorNo: number, submissions: readonly Submission[]): void;
  /** Room in a window, a link bound, a slower pace over: dispatch again. */
  dispatchAgain(operatorNo: number): void;
  report(origin: ReportOrigin, handle: number, group: Group, receipt: Receipt): void;
  inbound(origin: ReportOrigin, handle: number, operatorNo: number, message: Message): void;
}

export interface OperatorObserver {
  linkState(group: Group, link: Link, state: string, reason: string): void;
  /** It took a submit; called once a message. */
  operatorTook(operatorNo: number): void;
  operatorStatus(group: Group, status: number, statusName: string, reaction: Reaction): void;
}

/** A link as the origin of reports and MO. */
class LinkOrigin implements ReportOrigin {
  readonly #wire: OperatorLink;

  constructor(wire: OperatorLink) {
    this.#wire = wire;
  }

  answerDeliver(handle: number, answer: "ok" | "retry" | "refused"): void {
    this.#wire.answerDeliver(handle, answer);
  }

  dropUnanswered(reason: string): void {
    this.#wire.reconnect(reason);
  }
}

export class Links implements OperatorEvents {
  readonly #flow: OperatorFlow;
  readonly #observer: OperatorObserver;
  readonly #clock: Clock;
  readonly #groups = new Map<number, Group>();
  readonly #origins = new Map<OperatorLink, LinkOrigin>();

  constructor(flow: OperatorFlow, observer: OperatorObserver, clock: Clock) {
    this.#flow = flow;
    this.#observer = observer;
    this.#clock = clock;
  }

  add(group: Group): void {
    this.#groups.set(group.operatorNo, group);
    for (const link of group.links) this.#origins.set(link.wire, new LinkOrigin(link.wire));
  }

  get groups(): Iterable<Group> {
    return this.#groups.values();
  }

  /**
   * A receipt was matched by this reading of its id, or by none (undefined).
   * @returns the reading when it has just become the operator's known style
   */
  learn(operatorNo: number, reading: IdReading | undefined): { readonly group: Group; readonly reading: IdReading } | null {
    const group = this.#groups.get(operatorNo);
    if (group === undefined) return null;
    if (reading === undefined) {
      group.correlator.missed();
      return null;
    }
    const learned = group.correlator.matched(reading);
    return learned === null ? null : { group, reading: learned };
  }

  bound(wire: OperatorLink): void {
    const link = wire.owner as Link;
    link.state = "bound";
    link.reason = "";
    this.#observer.linkState(this.#group(link), link, "bound", "");
    this.#flow.dispatchAgain(link.operatorNo);
  }

  down(wire: OperatorLink, reason: string, unanswered: object[]): void {
    const link = wire.owner as Link;
    if (link.state !== "stopped") link.state = "down";
    link.reason = reason;
    this.#observer.linkState(this.#group(link), link, "down", reason);
    this.#flow.linkLost(link.operatorNo, unanswered as Submission[]);
  }

  submitAnswered(wire: OperatorLink, ticket: object, answer: SubmitAnswer): void {
    const link = wire.owner as Link;
    if (answer.reaction === "ok") {
      this.#observer.operatorTook(link.operatorNo);
    } else {
      this.#observer.operatorStatus(this.#group(link), answer.status, answer.statusName, answer.reaction);
      if (answer.reaction === "slow_down") link.pacer.slowDown(this.#clock.monotonicMs);
    }
    this.#flow.submitAnswered(ticket as Submission, answer);
  }

  submitTimedOut(_wire: OperatorLink, ticket: object): void {
    this.#flow.submitTimedOut(ticket as Submission);
  }

  receipt(wire: OperatorLink, handle: number, receipt: Receipt): void {
    const link = wire.owner as Link;
    this.#flow.report(this.#origin(wire), handle, this.#group(link), receipt);
  }

  inbound(wire: OperatorLink, handle: number, message: Message): void {
    this.#flow.inbound(this.#origin(wire), handle, (wire.owner as Link).operatorNo, message);
  }

  windowOpen(wire: OperatorLink): void {
    this.#flow.dispatchAgain((wire.owner as Link).operatorNo);
  }

  #group(link: Link): Group {
    const group = this.#groups.get(link.operatorNo);
    if (group === undefined) throw new Error(`link ${link.name} belongs to no group`);
    return group;
  }

  #origin(wire: OperatorLink): LinkOrigin {
    const origin = this.#origins.get(wire);
    if (origin === undefined) throw new Error(`link ${wire.name} was never added`);
    return origin;
  }
}
