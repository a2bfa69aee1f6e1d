/**
 * Question: what a customer asks of its own messages and days, answered from the books off the network thread.
 */
import type { QueryAnswer, QueryRequest } from "../../protocols/wire/protocol.js";
import type { Store } from "../store/store.js";

/** Never rejects: what the books cannot answer now is "unavailable". */
export async function askBooks(store: Store, accountNo: number, request: QueryRequest): Promise<QueryAnswer> {
  try {
    if (request.kind === "message") {
      const answer = await store.query({ kind: "customer_message", accountNo, messageId: request.messageId, source: request.source });
      if (answer.kind !== "customer_message" || answer.message === null) return { kind: "not_found" };
      const { state, error, finalAtMs } = answer.message;
      return { kind: "message", state, error, finalAtMs };
    }
    const answer = await store.query({ kind: "day_counts", accountNo, day: request.day, serviceType: request.serviceType });
    return answer.kind === "day_counts" && answer.counts !== null ? { kind: "day", counts: answer.counts } : { kind: "not_found" };
  } catch {
    return { kind: "unavailable" };
  }
}
