/** A host that remembers what it was asked, and a client that speaks raw lines. */
import { mkdtempSync } from "node:fs";
import { createConnection } from "node:net";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AdminHost, AskedBy, KeyHost } from "../../../src/admin/host.js";
import type { LiveUsage } from "../../../src/admin/usage-live.js";
import type { NumberHost } from "../../../src/admin/number-methods.js";
import { FakeNumbers } from "./fake-numbers.js";
import { routeReport, type RouteLine, type RouteReport } from "../../../src/admin/routing.js";
import type { Account } from "../../../src/ledger/account.js";
import type { BindForms } from "../../../src/ledger/bind-terms.js";
import { seal, secretKey } from "../../../src/ledger/secret.js";
import { Routes } from "../../../src/route/route.js";
import { makeAccount } from "../../../src/ledger/account-settings.js";
import type { AccountView, LedgerCommand, LedgerResult } from "../../../src/ledger/commands.js";
import { Calendar, NO_SPECIAL_DAYS } from "../../../src/contract/calendar.js";
import { newMessage } from "../../../protocols/model/message.js";
import { Outcome } from "../../../protocols/model/outcome.js";
import { MessageState } from "../../../protocols/model/state.js";
import type { Decided } from "../../../src/flow/review.js";
import type { Answer, Query, ReviewEntry } from "../../../src/store/query.js";
import type { Store } from "../../../src/store/store.js";
import { SAMPLE_DETAIL, sampleOwner, sampleStatement } from "./statement-sample.js";

export function accountView(name: string, settings: Parameters<typeof makeAccount>[1] = {}): AccountView {
  return {
    account: makeAccount({ no: 1, name, state: "active", stateReason: "", currency: "CNY", tariffs: [] }, {
      passwordHash: "scrypt$16384$8$1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g", priceMicros: 35_000, ...settings,
    }),
    availableMicros: 1_750_000_000n,
    heldMicros: 70_000n,
    openMessages: 2,
    createdAtMs: 1_764_000_000_000,
  };
}

/** A text that waits for a person. */
export const REVIEWED: ReviewEntry = {
  textId: 5, account: "demo", atMs: 1_764_000_000_000, dueMs: 1_764_014_400_000, outcome: Outcome.blocked_content, rule: "loan:loan@words.txt:3",
  messages: [{
    message: { ...newMessage(), id: 5, source: "1069", destination: "13800138000", octets: Buffer.from("a loan for you") }, accountNo: 1, laneNo: 1, operatorNo: 1, attempts: 0,
    segments: 1, wordsVersion: 1, state: MessageState.held, dueMs: 1_764_014_400_000, partIds: 0, firstPartId: 0, reviewFor: Outcome.blocked_content,
  }],
};

export const HOST_KEY = secretKey(Buffer.alloc(32, 3));

export class FakeHost implements AdminHost {
  readonly commands: LedgerCommand[] = [];
  readonly queries: Query[] = [];
  readonly reloads: AskedBy[] = [];
  readonly decisions: string[] = [];
  logLevel = "info";
  change: (command: LedgerCommand) => Promise<LedgerResult> = (command) =>
    Promise.resolve({ ok: true, repeated: false, account: accountView("name" in command ? command.name : "demo") });
  answer: (query: Query) => Promise<Answer> = (query) => Promise.resolve(fakeAnswer(query));

  readonly store = {
    change: (command: LedgerCommand): Promise<LedgerResult> => {
      this.commands.push(command);
      return this.change(command);
    },
    query: (query: Query): Promise<Answer> => {
      this.queries.push(query);
      return this.answer(query);
    },
  } as unknown as Store;

  readonly alarms = {
    raised: () => [{ kind: "low_balance" as const, subject: "demo", detail: "9.00 left", sinceMs: 1_764_000_000_000 }],
    test: () => Promise.resolve([{ url: "https://example.cn/hook", ok: true, result: "answered 200" }]),
    announced: () => undefined,
  };

  readonly fakeNumbers = new FakeNumbers();
  numbers = (): Promise<NumberHost> => Promise.resolve(this.fakeNumbers.host);
  readonly operators = ["mobile", "simulator"];
  calendar = (): Calendar => new Calendar({ hours: [{ from: 540, to: 720 }, { from: 780, to: 1_080 }], weekdays: new Set([1, 2, 3, 4, 5]) }, NO_SPECIAL_DAYS, 480);
  complaintMs = 6 * 3_600_000;
  protocols: readonly BindForms[] = [
    { name: "smpp", proof: "password", versions: ["3.3", "3.4", "5.0"], dial: () => ({ connected: false, start: () => undefined, stop: () => undefined }) },
    { name: "cmpp", proof: "digest", versions: ["2.0", "2.1", "3.0"], bindName: { shape: /^[\x21-\x7e]{1,6}$/, called: "SP_Id", words: "1 to 6 printable characters" } },
  ];
  readonly rotations: (AskedBy & { readonly keyId: string | null })[] = [];
  unreadable: { account: string; keyId: string }[] = [];
  inPlace = true;
  routes: RouteLine[] = [
    { account: "*", prefix: "138", operator: "simulator", note: "cheap", line: 7 }, { account: "*", prefix: "", operator: "mobile", note: "", line: 4 },
  ];
  links: RouteReport["links"] = { all: 2, bound: 1 };

  readonly keys: KeyHost = {
    sealed: (account, secret, use) => use(seal(HOST_KEY, account, secret)),
    sealedAll: (secrets, use) => use(secrets.map(({ account, secret }) => seal(HOST_KEY, account, secret))),
    rotate: (by, given) => {
      this.rotations.push({ ...by, keyId: given?.id ?? null });
      const where = this.inPlace ? { pendingPath: "", reason: "" } : { pendingPath: "/var/secret.key.pending", reason: "EROFS" };
      return Promise.resolve({ keyId: "newkey01", oldKeyId: "oldkey01", secrets: 2, days: 0, unreadable: this.unreadable.map((one) => one.account), path: "/etc/key", ...where });
    },
    tag: (number) => Promise.resolve(`key.${number.length}`),
    check: () => Promise.resolve({ from: "file", path: "/etc/key", keyId: "oldkey01", pendingKeyId: "", secrets: 2, unreadable: this.unreadable, days: 0, unreadableDays: [] }),
  };

  route(account: Account, to: string): RouteReport {
    const routes = new Routes();
    this.operators.forEach((name, index) => routes.addOperator(name, index));
    routes.replace(this.routes);
    return routeReport(routes, this.routes, account, to, () => this.links);
  }

  categories(): Promise<readonly string[]> {
    return Promise.resolve(["fraud", "loan"]);
  }

  screen(text: string, account?: string) {
    const hit = text.includes("bad");
    return {
      outcome: hit ? "blocked_content" as const : "ok" as const, held: false, contract: "",
      hits: hit ? [{ action: "reject" as const, category: "fraud", word: "bad", rule: "fraud.txt:3", allowedBy: "" }] : [],
      segments: 1, chargeMicros: account === undefined ? null : 35_000n, words: 10, wordsVersion: 4,
    };
  }

  decideReview(decision: "approve" | "reject", entries: readonly ReviewEntry[]): Promise<readonly Decided[]> {
    this.decisions.push(...entries.map(({ textId }) => `${decision} ${String(textId)}`));
    return Promise.resolve(entries.map(({ textId, outcome }) => ({ textId, outcome: decision === "approve" ? Outcome.ok : outcome, gone: false })));
  }

  reload(by: AskedBy) {
    this.reloads.push(by);
    return Promise.resolve({ applied: ["log.level"], needRestart: ["http.port"], words: 11, wordsVersion: 5 });
  }

  status() {
    return {
      version: "0.1.0", pid: 42, state: "ready" as const, reason: "", startedAtMs: 1_764_000_000_000,
      listeners: [{ name: "smpp-2775", protocol: "smpp", host: "127.0.0.1", port: 2775, connections: 3 }],
      customers: [{ account: "demo", binds: 2, unanswered: 0, queued: 5, outbox: 1 }],
      operators: [{ name: "simulator", protocol: "smpp", links: 2, bound: 2, outstanding: 1, windowFree: 1999, queued: 5 }],
      queued: 5, outbox: 1, gathering: 0, uncertain: 0,
      store: { available: true, pending: 0, commits: 9, walOctets: 4096, orphans: 0, openDays: 1 },
      words: 10, wordsVersion: 4, logLevel: "info" as const,
    };
  }

  usage(name: string | undefined): Promise<readonly LiveUsage[]> {
    if (name === "nobody") return Promise.resolve([]);
    return Promise.resolve([{
      account: "demo", state: "active", submittedPerSecond: 12.5, acceptedPerSecond: 10, peakPerSecond: 40, peakAtMs: 1_764_000_000_000, outcomes: { ok: 300, throttled: 100 }, segments: 310,
      hours: [{ accepted: 300, refused: 100 }], minutes: [{ accepted: 0, refused: 0 }, { accepted: 5, refused: 1 }], throttledShare: 0.25, binds: 2, unanswered: 3, window: 10,
      queued: 7, waiting: 1, outbox: 2, rate: 2, slowedUntil: "2025-11-24T16:30:00.000Z", recalling: false, quotaDay: 1_000, usedDay: 400, quotaMonth: 0, usedMonth: 9_000,
    }]);
  }

  setLogLevel(level: string): void {
    this.logLevel = level;
  }
}

export function fakeAnswer(query: Query): Answer {
  switch (query.kind) {
    case "history":
      return { kind: "history", entries: query.name === "nobody" ? null : [{ atMs: 1_764_000_000_000, about: "contract", actor: "cli:root", reason: "adverts", what: `account ${query.name} warned: to be mended by 2025-12-04T16:00:00.000Z` }] };
    case "invoices":
      return { kind: "invoices", invoices: [{ account: "demo", number: "INV-1", reference: "B1", amountMicros: 1_750_000_000n, currency: "CNY", state: "unpaid", bookedAtMs: 1_763_000_000_000, dueMs: 1_763_568_000_000, paidAtMs: 0 }] };
    case "day_keys":
      return { kind: "day_keys", keys: [] };
    case "siblings":
      return { kind: "siblings", texts: [] };
    case "accounts":
      return { kind: "accounts", accounts: [accountView("demo"), accountView("other")] };
    case "account":
      return { kind: "account", account: query.name === "nobody" ? null : accountView(query.name) };
    case "incidents":
      return { kind: "incidents", incidents: [] };
    case "traffic":
      return { kind: "traffic", rows: [] };
    case "statement":
      return { kind: "statement", statement: sampleStatement(query.name, query.fromMs, query.toMs) };
    case "statement_all":
      return { kind: "statement_all", statement: sampleOwner(query.fromMs, query.toMs) };
    case "statement_details":
      return query.name === "nobody"
        ? { kind: "statement_details", details: null, next: 0, missingDays: [] }
        : { kind: "statement_details", details: [SAMPLE_DETAIL], next: query.after === 0 ? SAMPLE_DETAIL.messageId : 0, missingDays: ["2025-11-24"] };
    case "verify":
      return { kind: "verify", report: { clean: !query.full, problems: query.full ? ["demo: held is 1 too high"] : [], messages: 5, entries: 6, accounts: 1, days: 1, tookMs: 7 } };
    case "trace":
      return { kind: "trace", traces: [] };
    case "audit":
      return { kind: "audit", entries: [{ no: 1, atMs: 1_764_000_000_000, actor: "cli:root", what: "account.add demo", hash: "ab12" }] };
    case "uncertain":
      return { kind: "uncertain", messages: [] };
    case "orphans":
      return { kind: "orphans", orphans: [] };
    case "customer_message":
      return { kind: "customer_message", message: null };
    case "waiting":
      return { kind: "waiting", messageIds: [] };
    case "number_rows":
      return { kind: "number_rows", days: [], waiting: 0 };
    case "evidence":
      return {
        kind: "evidence",
        pack: { number: query.number, fromMs: query.fromMs, toMs: query.toMs, days: ["2025-11-24"], cut: false, messages: [], inbound: [], refusals: [], parties: [], complaints: [], acts: [] },
      };
    case "complaints":
      return { kind: "complaints", complaints: [] };
    case "complaint":
      return {
        kind: "complaint",
        complaint: {
          id: query.id, atMs: 1_764_320_400_000, dueMs: 1_764_572_400_000, source: "12321", account: "demo", number: "13800138000", state: "open", answeredAtMs: 0,
          lines: [{ no: 1, atMs: 1_764_320_400_000, actor: "cli:root", kind: "note", text: "13800138000 asked for no advertising" }],
        },
      };
    case "review":
      return { kind: "review", entries: [REVIEWED], more: false };
    case "lately":
      return { kind: "lately", messages: [], beforeId: 0 };
    case "refused_lately":
      return { kind: "refused_lately", refused: [] };
    case "accepted_segments":
      return { kind: "accepted_segments", accounts: [{ accountNo: 1, day: 400, month: 9_000 }] };
    case "day_counts":
      return { kind: "day_counts", counts: null };
  }
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "tollgate-admin-"));
}

/** A client that sends octets as told and collects lines. */
export class RawClient {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  readonly #lines: string[] = [];
  readonly #waiting: ((line: string) => void)[] = [];
  #rest = "";

  constructor(path: string, reading = true) {
    this.socket = createConnection({ path });
    this.socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => this.socket.once("close", () => resolve()));
    if (!reading) return;
    this.socket.on("data", (chunk: Buffer) => {
      const parts = (this.#rest + chunk.toString("utf8")).split("\n");
      this.#rest = parts.pop() ?? "";
      for (const part of parts) {
        const waiting = this.#waiting.shift();
        if (waiting === undefined) this.#lines.push(part);
        else waiting(part);
      }
    });
  }

  send(text: string): void {
    this.socket.write(text);
  }

  async next(): Promise<Record<string, unknown>> {
    const line = this.#lines.shift() ?? (await new Promise<string>((resolve) => this.#waiting.push(resolve)));
    return JSON.parse(line) as Record<string, unknown>;
  }

  ask(method: string, params: unknown, id: number | string = 1): Promise<Record<string, unknown>> {
    this.send(`${JSON.stringify({ id, method, params })}\n`);
    return this.next();
  }
}
