/**
 * Events: what happens at the edges, turned into one log line and one counter each; nothing per message.
 */
import { Outcome, OUTCOME_NAMES } from "../../protocols/model/outcome.js";
import type { Receipt } from "../../protocols/model/receipt.js";
import type { BindRefusal, CustomerSession, Reaction } from "../../protocols/wire/protocol.js";
import type { ReportFate } from "../flow/receipt.js";
import type { Log } from "./log.js";
import type { Metrics } from "./metrics.js";
import { Stage, type ProtocolFault } from "./metrics-table.js";

/** Why a session may end, in the wire's words, by the kind of fault that is. */
const FAULT_BY_REASON: ReadonlyMap<string, ProtocolFault> = new Map([
  ["framing", "framing"],
  ["request_before_bind", "state"],
  ["bind_deadline", "timeout"],
  ["frame_too_slow", "timeout"],
  ["enquire_unanswered", "timeout"],
  ["answers_overdue", "timeout"],
  ["write_stalled", "slow_reader"],
  ["send_buffer_full", "slow_reader"],
]);

/** The least the log must know of a bind and of a link; the edges' own classes fit. */
interface BoundBind {
  readonly session: CustomerSession;
  readonly account: { readonly terms: { readonly name: string } };
  readonly submits: number;
}
interface NamedLink {
  readonly name: string;
}
interface NamedGroup {
  readonly name: string;
  readonly operatorNo: number;
}

export class Events {
  readonly #log: Log;
  readonly #metrics: Metrics;
  /** Told of binds refused for what they said of themselves; `known`: there is such an account. */
  bindFailed: (session: CustomerSession, systemId: string, known: boolean) => void = () => undefined;

  constructor(log: Log, metrics: Metrics) {
    this.#log = log;
    this.#metrics = metrics;
  }

  // ---- customers

  bound(bind: BoundBind, version: string, direction: string, former: boolean): void {
    this.#log.info("bound", {
      account: bind.account.terms.name, session: bind.session.id, remote: bind.session.remoteAddress, version, direction, ...(former ? { by: "former password or secret" } : {}),
    });
  }

  bindRefused(session: CustomerSession, systemId: string, known: boolean, reason: BindRefusal): void {
    this.#metrics.bindRefused(reason);
    if (reason === "credentials" || reason === "address_refused" || reason === "too_many_failures") this.bindFailed(session, systemId, known);
    // A stranger's system_id is whatever it likes: shown only where it is one of ours.
    this.#log.sampled("warn", "bind_refused", session.remoteAddress, {
      session: session.id, remote: session.remoteAddress, account: known ? systemId : "(unknown)", reason,
    });
  }

  unbound(bind: BoundBind, reason: string): void {
    this.#closed(reason);
    this.#log.info("unbound", { account: bind.account.terms.name, session: bind.session.id, remote: bind.session.remoteAddress, submits: bind.submits, reason });
  }

  disconnected(session: CustomerSession, reason: string): void {
    this.#closed(reason);
    // The wire has told what a stranger did, in one line; a probe that just hangs up is no news.
    if (this.#log.debugEnabled) this.#log.sampled("debug", "disconnected", session.remoteAddress, { session: session.id, remote: session.remoteAddress, reason });
  }

  submitRefused(session: CustomerSession, outcome: Outcome, detail: string): void {
    this.#metrics.stage(Stage.accept, outcome);
    if (outcome === Outcome.malformed) this.#metrics.protocolFault(detail === "bind_state" ? "state" : "body");
    this.#log.sampled("warn", "submit_refused", session.remoteAddress, { session: session.id, remote: session.remoteAddress, outcome: OUTCOME_NAMES[outcome] ?? "malformed", detail });
  }

  paused(count: number): void {
    this.#log.sampled("warn", "reading_paused", "store", { sessions: count, hint: "the store is behind; reading goes on as soon as it has caught up" });
  }

  // ---- operators

  linkState(group: NamedGroup, link: NamedLink, state: string, reason: string): void {
    if (state === "bound") return this.#log.info("link_bound", { operator: group.name, link: link.name });
    this.#closed(reason);
    this.#log.sampled("warn", "link_down", link.name, { operator: group.name, link: link.name, reason });
  }

  operatorTook(operatorNo: number): void {
    this.#metrics.countOperatorStatus(operatorNo, 0);
  }

  operatorStatus(group: NamedGroup, status: number, statusName: string, reaction: Reaction): void {
    this.#metrics.countOperatorStatus(group.operatorNo, status);
    this.#log.sampled(reaction === "refuse_alarm" ? "error" : "warn", "operator_refused", `${group.name}/${String(status)}`, {
      operator: group.name, status, name: statusName, reaction,
    });
  }

  // ---- the flow

  receipt(receipt: Receipt, fate: ReportFate): void {
    if (fate === "matched") this.#metrics.countReceipt(receipt.state);
    else if (fate === "repeated") this.#metrics.countRepeatedReceipt();
    else if (fate === "contradictory") this.#metrics.countContradictoryReceipt();
    else if (fate === "unreadable") {
      this.#metrics.countUnreadableReceipt();
      this.#log.sampled("warn", "receipt_unreadable", "", { octets: receipt.raw.length, hint: "neither an id nor an end could be read; `tollgate uncertain --orphans` shows what was said" });
    }
  }

  inboundUnroutable(operatorNo: number): void {
    this.#log.sampled("warn", "inbound_unroutable", String(operatorNo), { operator: operatorNo, hint: "no account has a service code that this MO was sent to; the operator was told to try again later" });
  }

  numbersFailed(reason: string): void {
    this.#log.sampled("error", "numbers_failed", "", { reason, hint: "what phones asked for could not be put on record; the operator was told to try again later" });
  }

  replyRefused(account: string, outcome: Outcome): void {
    this.#log.sampled("warn", "reply_refused", account, { account, outcome: OUTCOME_NAMES[outcome] ?? "", hint: "the confirmation of an opt-out could not be sent; the opt-out itself is on record" });
  }

  refusedFinally(accountNo: number, outcome: Outcome): void {
    if (this.#log.debugEnabled) this.#log.debug("refused_after_acceptance", { account: accountNo, outcome: OUTCOME_NAMES[outcome] ?? "" });
  }

  heldForReview(account: string, outcome: Outcome, count: number): void {
    this.#log.sampled("info", "held_for_review", account, { account, outcome: OUTCOME_NAMES[outcome] ?? "", count, hint: "`tollgate review list` shows what waits for a person" });
  }

  gatheringFull(account: string, bound: "account" | "all"): void {
    this.#log.sampled("warn", "gathering_full", account, {
      account, bound, setting: bound === "all" ? "filter.max_gathering" : "filter.gathering_share",
      hint: "segments that wait for their siblings take all the room there is for them; this one was answered queue_full",
    });
  }

  rejudgeFailed(reason: string): void {
    this.#log.sampled("warn", "rejudge_failed", "", { reason, hint: "segments that passed older word lists wait until their siblings can be looked up, to be screened with them" });
  }

  trafficRecalled(accounts: number, messages: number, tookMs: number, failure: string): void {
    const fields = { accounts, messages, tookMs: Math.round(tookMs) };
    if (failure === "") this.#log.info("traffic_recalled", fields);
    else this.#log.warn("traffic_recalled", { ...fields, reason: failure, hint: "what accounts had sent before the start is known in part: their caps may let more through today" });
  }

  idStyleLearned(group: NamedGroup, style: string): void {
    this.#log.info("id_style_learned", { operator: group.name, style });
  }

  /** A connection of either side ended: counted when the peer broke a rule of the wire. */
  #closed(reason: string): void {
    const fault = faultOf(reason);
    if (fault !== null) this.#metrics.protocolFault(fault);
  }
}

/** What a connection that ended for this reason did wrong; null for ends that are no fault. */
function faultOf(reason: string): ProtocolFault | null {
  return FAULT_BY_REASON.get(reason) ?? (reason.startsWith("bind_malformed_") ? "body" : null);
}
