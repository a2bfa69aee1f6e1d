/** Command lines run in this process against a fake host, their printing caught. */
import type { WireProtocol } from "../../../protocols/wire/protocol.js";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { answerCall } from "../../../src/admin/answer.js";
import { encodeJson } from "../../../src/admin/api.js";
import type { AdminApi } from "../../../src/admin/api.js";
import type { CliContext } from "../../../src/cli/context.js";
import { Exit } from "../../../src/cli/exit.js";
import { runCommand } from "../../../src/cli/program.js";
import { pairLines, tableLines } from "../../../src/cli/table.js";
import { loadText } from "../../../src/config/load.js";
import type { ProtocolTable } from "../../../src/config/validate.js";
import { GOOD, PROTOCOLS } from "../config/fixtures.js";
import { FakeHost } from "../admin/fixtures.js";

export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly host: FakeHost;
}

export interface RunOptions {
  readonly host?: FakeHost;
  readonly input?: string;
  readonly config?: string;
  /** Those that the configuration may name; two small ones when not given. */
  readonly protocols?: readonly ProtocolTable[];
}

/** Runs "account show demo" and the like; an array where an argument has blanks. */
export async function run(line: string | readonly string[], options: RunOptions = {}): Promise<Run> {
  const host = options.host ?? new FakeHost();
  const out: string[] = [];
  const err: string[] = [];
  const api: AdminApi = {
    call: async (method, params) => JSON.parse(encodeJson(await answerCall(host, method, params))) as never,
  };
  const config = () => Promise.resolve(loadText(options.config ?? GOOD, { path: "/nowhere/tollgate.toml", protocols: options.protocols ?? PROTOCOLS }));
  const context: CliContext = {
    output: {
      line: (text) => out.push(text),
      table: (columns, rows) => out.push(...tableLines(columns, rows)),
      pairs: (pairs) => out.push(...pairLines(pairs)),
      json: (value) => out.push(encodeJson(value)),
      error: (message, hint = "") => err.push(hint === "" ? message : `${message} [${hint}]`),
    },
    environment: {},
    cwd: "/nowhere",
    clock: new ManualClock(1_764_000_000_000),
    actor: "cli:tester",
    exit: Exit.ok,
    config,
    accountNames: async () => new Set((await api.call("account.list", {})).map(({ name }) => name)),
    readInput: () => Promise.resolve(options.input ?? ""),
    withBooks: async (_flags, work) => work(api, (await config()).settings),
  };
  const quiet = process.stderr.write.bind(process.stderr);
  // Commander prints usage errors by itself; they are no part of the test's report.
  process.stderr.write = ((text: string | Uint8Array) => {
    err.push(String(text));
    return true;
  }) as typeof process.stderr.write;
  try {
    const code = await runCommand(typeof line === "string" ? line.split(" ") : line, context);
    return { code, out: out.join("\n"), err: err.join("\n"), host };
  } finally {
    process.stderr.write = quiet;
  }
}

/** A protocol that answers as SMPP does, for explanations. */
export const EXPLAINING = {
  name: "smpp",
  explainOutcome: (outcome: number) => {
    if (outcome === 2) return { status: 0x58, name: "ESME_RTHROTTLED" };
    const numbers: Record<number, number> = { 6: 100, 7: 101, 10: 101 };
    const number = numbers[outcome];
    return number === undefined ? { status: 8, name: "ESME_RSYSERR" } : { status: 0x400 + number, name: `TOLLGATE_${outcome}` };
  },
  statusNames: new Map([[0x0b, "ESME_RINVDSTADR"], [0x464, "TOLLGATE_6"]]),
  explainStatus: (status: number) => ({ name: status === 0x0b ? "ESME_RINVDSTADR" : `S${status}`, meaning: "the address is wrong", reaction: "refuse" }),
} as unknown as WireProtocol;

/** A protocol of its own kind: 10-octet ids in hexadecimal with a place and a date, statuses of its own. */
export const THIRD = {
  name: "third",
  usualPort: 8890,
  usualWindow: 32,
  proof: "digest",
  versions: ["1.3", "3.0"],
  bindName: { shape: /^[0-9]{8}$/, called: "ClientID", words: "8 digits" },
  listenSettings: [{ name: "place", type: "string", default: "ab", max: 2, help: "Where we are." }],
  linkSettings: [{ name: "login_mode", type: "number", default: 2, min: 0, max: 2, help: "Which way messages go." }],
  explainOutcome: (outcome: number) => (outcome === 6 ? { status: 200, name: "NO_MONEY" } : { status: 8, name: "BUSY" }),
  explainStatus: (status: number) => ({ name: status === 8 ? "BUSY" : `T${status}`, meaning: "the far side is busy", reaction: "retry" }),
  statusNames: new Map([[8, "BUSY"], [200, "NO_MONEY"]]),
  formatMessageId: (id: number, settings: Readonly<Record<string, unknown>>) => `${String(settings["place"])}${id.toString(16).padStart(18, "0")}`,
  parseMessageId: (text: string, settings: Readonly<Record<string, unknown>>) =>
    new RegExp(`^${String(settings["place"])}[0-9a-f]{18}$`).test(text) ? Number.parseInt(text.slice(2), 16) : 0,
} as unknown as WireProtocol;
