/**
 * Bill sample: a bill as an operator writes it, made from what a bench's messages were sent as, and the command run on it.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { MessageState } from "../../../protocols/model/state.js";
import { operatorKey } from "../../../src/lifecycle/operator-key.js";
import type { Bench, Submitted } from "../store/engine-bench.js";
import { GOOD } from "../config/fixtures.js";
import { run, type Run } from "./fixtures.js";

export const COST = 30_000;
export const FULL_HEADER = ["消息ID", "手机号", "提交时间", "条数", "状态", "金额"];

/** One row, all as text. */
export interface Line {
  id: string;
  to: string;
  time: string;
  segments: string;
  status: string;
  amount: string;
}

export function written(wallMs: number): string {
  return new Date(wallMs + 480 * 60_000).toISOString().slice(0, 19).replace("T", " ");
}

export class Bill {
  readonly bench: Bench;
  lines: Line[] = [];
  header: readonly string[] = FULL_HEADER;
  readonly path: string;

  constructor(bench: Bench, costMicros = COST, charged: "sent" | "delivered" = "sent") {
    this.bench = bench;
    this.path = join(bench.dir, "bill.csv");
    bench.engine.change({ kind: "costs.set", actor: "t", costs: [{ operator: "op", prefix: "", fromMs: 0, costMicros, charged }] }, bench.wallMs);
  }

  /** Sends a message over "op" and enters it into the bill; its id and line. */
  send(operatorId: string, { state = MessageState.delivered, ...submitted }: Omit<Submitted, "state"> & { readonly state?: MessageState | null } = {}): { id: number; line: Line } {
    const { bench } = this;
    const destination = submitted.destination ?? "13800138000";
    const { id } = bench.accept({ wanted: 0, ...submitted });
    bench.sent(id, operatorId);
    if (state !== null) bench.receipt([operatorKey(operatorId)], { state, word: state === MessageState.delivered ? "DELIVRD" : "UNDELIV", destination });
    const line = this.enter({ id: operatorId, to: destination, segments: submitted.segments ?? 1, state });
    return { id, line };
  }

  enter({ id, to, segments, state }: { readonly id: string; readonly to: string; readonly segments: number; readonly state: MessageState | null }): Line {
    const status = state === null ? "ACCEPTD" : state === MessageState.delivered ? "DELIVRD" : "UNDELIV";
    const line = { id, to, time: written(this.bench.wallMs), segments: String(segments), status, amount: (segments * COST / 1_000_000).toFixed(3) };
    this.lines.push(line);
    return line;
  }

  text(): string {
    return [this.header, ...this.lines.map(({ id, to, time, segments, status, amount }) => [id, to, time, segments, status, amount])].map((fields) => fields.join(",")).join("\r\n") + "\r\n";
  }

  /** Holds it against the books. */
  async reconcile(flags = "", content: string | Buffer = this.text()): Promise<Run> {
    writeFileSync(this.path, content);
    const config = `${GOOD}[data]\ndir = ${JSON.stringify(this.bench.dir)}\n`;
    return run(["reconcile", this.path, "--operator", "op", "--month", "2025-11", ...flags.split(" ").filter((flag) => flag !== "")], { config });
  }

  /** As JSON: what differs by kind, and the rest. */
  async result(flags = "", content?: string | Buffer): Promise<{ code: number; json: BillJson; kinds: Record<string, number> }> {
    const { code, out, err } = await this.reconcile(`--json ${flags}`, content);
    if (out === "") throw new Error(err);
    const json = JSON.parse(out) as BillJson;
    const kinds = Object.fromEntries(Object.entries(json.differences).filter(([, { messages }]) => messages > 0).map(([kind, { messages }]) => [kind, messages]));
    return { code, json, kinds };
  }
}

interface Totals {
  readonly messages: number;
  readonly segments: number | null;
  readonly amount: string | null;
}

export interface BillJson {
  readonly agrees: boolean;
  readonly rowByRow: boolean;
  readonly encoding: string;
  readonly rows: number;
  readonly unreadable: number;
  readonly unreadableRows: readonly { readonly line: number; readonly reason: string }[];
  readonly bill: Totals;
  readonly books: Totals;
  readonly difference: string | null;
  readonly matched: number;
  readonly byNumber: number;
  readonly severalFitted: number;
  readonly notCharged: number;
  readonly unpriced: number;
  readonly differences: Readonly<Record<string, Totals>>;
  readonly missingDays: readonly string[];
  readonly missing?: { readonly bill: Totals; readonly books: Totals };
  readonly examples: readonly { readonly differences: readonly string[]; readonly bill: { readonly line: number; readonly to: string } | null; readonly books: { readonly messageId: string; readonly to: string } | null }[];
}
