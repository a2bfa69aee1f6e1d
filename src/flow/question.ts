/**
 * Question: what a customer asks of its own messages and days, answered from the books off the network thread.
 *
 * ```
 *  about a message ─▶ [ line ] ─ two at a time ─▶ books      about a day, or what waits ─▶ [ line ] ─ one at a time ─▶ books
 * ```
 * Few at a time, so that customers who ask without end keep neither each other nor the people of the house from the books:
 * to count a day, or to look through all that waits, may take seconds.
 */
import type { CancelRequest, QueryAnswer, QueryRequest } from "../../protocols/wire/protocol.js";
import type { Store } from "../store/store.js";

/** Questions of one kind that may wait, of all customers and of one account. */
const WAITING_MAX = 256;
const WAITING_OF_ACCOUNT = 32;

/** Questions of one kind on their way to the books, in the order they came. */
class Line {
  readonly #atOnce: number;
  readonly #waiting: { readonly accountNo: number; readonly go: () => void }[] = [];
  #asking = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Whether the account has too many here, or all have. */
  full(accountNo: number): boolean {
    if (this.#waiting.length >= WAITING_MAX) return true;
    let mine = 0;
    for (const waiting of this.#waiting) if (waiting.accountNo === accountNo) mine++;
    return mine >= WAITING_OF_ACCOUNT;
  }

  /** Resolves when it is this question's turn; `done` must follow. */
  turn(accountNo: number): Promise<void> | null {
    if (this.#asking < this.#atOnce) {
      this.#asking++;
      return null;
    }
    return new Promise((go) => {
      this.#waiting.push({ accountNo, go });
    });
  }

  done(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#asking--;
    else next.go();
  }
}

export class Questions {
  readonly #store: Pick<Store, "query">;
  readonly #lines = { message: new Line(2), day: new Line(1) };

  constructor(store: Pick<Store, "query">) {
    this.#store = store;
  }

  /** Never rejects: what the books cannot answer now is "unavailable". */
  async ask(accountNo: number, request: QueryRequest): Promise<QueryAnswer> {
    return (await inTurn(this.#lines[request.kind], accountNo, () => askBooks(this.#store, accountNo, request))) ?? { kind: "unavailable" };
  }

  /** Ids of what waits under the addresses of a cancel, at most 1000; null when the books cannot say now. Never rejects. */
  waiting(accountNo: number, { source, destination, serviceType }: CancelRequest): Promise<readonly number[] | null> {
    return inTurn(this.#lines.day, accountNo, async () => {
      const answer = await this.#store.query({ kind: "waiting", accountNo, source, destination, serviceType });
      return answer.kind === "waiting" ? answer.messageIds : null;
    });
  }
}

/** Asks when it is its turn; null when too many wait, or when the books fail. */
async function inTurn<T>(line: Line, accountNo: number, ask: () => Promise<T>): Promise<T | null> {
  if (line.full(accountNo)) return null;
  await line.turn(accountNo);
  try {
    return await ask();
  } catch {
    return null;
  } finally {
    line.done();
  }
}

async function askBooks(store: Pick<Store, "query">, accountNo: number, request: QueryRequest): Promise<QueryAnswer> {
  if (request.kind === "message") {
    const answer = await store.query({ kind: "customer_message", accountNo, messageId: request.messageId, source: request.source });
    if (answer.kind !== "customer_message" || answer.message === null) return { kind: "not_found" };
    const { state, error, finalAtMs } = answer.message;
    return { kind: "message", state, error, finalAtMs };
  }
  const answer = await store.query({ kind: "day_counts", accountNo, day: request.day, serviceType: request.serviceType });
  return answer.kind === "day_counts" && answer.counts !== null ? { kind: "day", counts: answer.counts } : { kind: "not_found" };
}
