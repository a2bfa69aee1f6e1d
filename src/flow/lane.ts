/**
 * Lane: the queue of one route class × account × priority: a small head in memory, the rest on disk.
 *
 * ```
 *   accept ─▶ [ disk: backlog … ] ─claim▶ [ head, some hundred ] ─▶ dispatch
 *                      └── while backlog > 0 arrivals stay on disk, so order holds
 * ```
 * The head is bounded in messages and in octets: one of them may be 64 KB long.
 */
import { octetsHeld } from "../../protocols/model/message.js";
import { WeighedDeque } from "./deque.js";
import type { Submission } from "./submission.js";

/** Messages a lane keeps in memory; filled again at half. A lane that runs dry while more waits on disk gets more. */
const HEAD_LEAST = 512;
const HEAD_MOST = 4_096;
const HEAD_OCTETS = 8 * 1_048_576;

const PRIORITIES = 4;
const ACCOUNTS = 1_048_576;
/** How many messages of each priority are served in a round, times the account's weight. */
const PRIORITY_QUANTUM = [1, 2, 4, 8] as const;

/** The number a lane has on disk: stable across restarts. */
export function laneNumber(operatorNo: number, accountNo: number, priority: number): number {
  return (operatorNo * ACCOUNTS + accountNo) * PRIORITIES + Math.min(Math.max(priority, 0), PRIORITIES - 1);
}

/** The operator whose route class a lane belongs to. */
export function operatorOfLane(laneNo: number): number {
  return Math.floor(laneNo / PRIORITIES / ACCOUNTS);
}

export class Lane {
  readonly no: number;
  readonly operatorNo: number;
  readonly accountNo: number;
  readonly priority: number;
  /** Its messages that are in memory. */
  readonly head = new WeighedDeque<Submission>(({ message }) => octetsHeld(message));
  /** Ids in the head or on their way to the wire: a claim may name them again, and is then ignored. */
  readonly known = new Set<number>();
  /** Messages on disk that are not in the head. */
  backlog = 0;
  /** Acceptances as QUEUED not yet committed. */
  arriving = 0;
  claiming = false;
  /** How many the head may hold now: enough that a fast operator never waits for the disk, few for a slow one. */
  headMax = HEAD_LEAST;
  /** What is left of this round's quantum. */
  credit = 0;

  constructor(no: number) {
    this.no = no;
    this.priority = no % PRIORITIES;
    const rest = Math.floor(no / PRIORITIES);
    this.accountNo = rest % ACCOUNTS;
    this.operatorNo = Math.floor(rest / ACCOUNTS);
  }

  /** Nothing waits here, so an arrival may go straight to a link without overtaking. */
  get idle(): boolean {
    return this.head.length === 0 && this.backlog === 0 && this.arriving === 0 && !this.claiming;
  }

  /** The head can take an arrival. */
  get roomy(): boolean {
    return this.head.length < this.headMax && this.head.octets < HEAD_OCTETS;
  }

  /** The head wants filling from disk. */
  get low(): boolean {
    return this.backlog > 0 && !this.claiming && this.head.length < this.headMax / 2 && this.head.octets < HEAD_OCTETS / 2;
  }

  /** A claim has come back: a head that was empty by then was too small, one that needs no more is made small again. */
  fit(): void {
    if (this.backlog === 0) this.headMax = HEAD_LEAST;
    else if (this.head.length === 0) this.headMax = Math.min(this.headMax * 2, HEAD_MOST);
  }

  get depth(): number {
    return this.head.length + this.backlog;
  }

  /** Messages served in one round for an account of this weight. */
  quantum(weight: number): number {
    return (PRIORITY_QUANTUM[this.priority] ?? 1) * weight;
  }
}
