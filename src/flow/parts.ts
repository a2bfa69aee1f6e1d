/**
 * Parts: what a flow is made of and what it asks of whoever composes it.
 */
import type { Outcome } from "../../protocols/model/outcome.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { AlarmKind } from "../contract/alarm.js";
import type { Screen } from "../filter/screen.js";
import type { NumberStore } from "../store/numbers.js";
import type { Commit, Store } from "../store/store.js";
import type { Accounts, LiveAccount } from "./accounts.js";
import type { MessageIds } from "./ids.js";
import type { PolicyGround } from "./policy.js";
import type { ContractData } from "./contract-data.js";
import type { FlowMetrics, NotifyPort } from "./ports.js";
import type { Report } from "./receipt.js";
import type { ShareBound } from "./shares.js";

export interface FlowOptions {
  readonly maxQueued: number;
  readonly gatherMs: number;
  readonly maxGathering: number;
  readonly gatheringShare: number;
  readonly incomplete: "send" | "refuse";
  readonly fragmentMs: number;
  readonly retry: { readonly delaysMs: readonly number[]; readonly maxAttempts: number };
  readonly outbox: { readonly retryMinMs: number; readonly retryMaxMs: number };
}

export interface FlowParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: MessageIds;
  readonly accounts: Accounts;
  readonly metrics: FlowMetrics;
  readonly notify: NotifyPort;
  readonly screen: Screen;
  /** What the contracts of accounts are judged with; none: no account has a policy. */
  readonly policies?: PolicyGround;
  /** What contracts are judged by, and where what phones ask for is put on record; none: nothing is. */
  readonly contract?: { readonly data: ContractData; readonly numbers: NumberStore };
  readonly options: FlowOptions;
  /** The operator a message of this account to this destination goes to, or -1. */
  chooseOperator(account: LiveAccount, destination: string): number;
  /** The account a service number belongs to, or 0. */
  accountOfService(serviceNumber: string): number;
  /** What the flow cannot do anything about but a person may. */
  observe: FlowObserver;
  /** Commits came in: customers whose reading was paused may go on. */
  storeProgress(): void;
}

export interface FlowObserver {
  receipt(report: Report, result: Commit): void;
  inboundUnroutable(operatorNo: number): void;
  /** A wish to be written to no more (or again), or a number's network, could not be put on record. */
  numbersFailed(reason: string): void;
  /** The confirmation of an opt-out could not be sent. */
  replyRefused(accountNo: number, outcome: Outcome): void;
  refusedFinally(accountNo: number, outcome: Outcome): void;
  /** So many messages of an account wait for a person now. */
  heldForReview(accountNo: number, outcome: Outcome, count: number): void;
  /** A part of a longer text was refused: as many are gathered as may be, for this account or for all. */
  gatheringFull(accountNo: number, bound: ShareBound): void;
  /** Something that people are told once when it begins and once when it is over; the same again changes nothing. */
  alarm(kind: AlarmKind, accountNo: number, on: boolean, detail: string): void;
  /** The siblings of parts that passed older word lists could not be looked up: they wait. */
  rejudgeFailed(reason: string): void;
}
