/**
 * Number methods: the part of the admin API that keeps the number lists: single numbers, whole files in chunks, exports, and what is known of one number.
 *
 * Whoever changes a list, or looks at numbers in full, stands in the audit log; the log itself has numbers masked.
 */
import { z } from "zod";
import { classifyDestination, maskNumber } from "../../protocols/model/address.js";
import type { AdvertRules } from "../contract/adverts.js";
import type { Trackers } from "../contract/traffic-policy.js";
import { consentValue, type ListName, type NumberLists } from "../contract/number-lists.js";
import { NETWORKS, networkCode, networkName, LEFT, type NetworkFinding, type NetworkTable } from "../contract/network.js";
import { NumbersError, type ImportResult, type NumberEntry, type NumberStore } from "../store/numbers.js";
import { AdminError } from "./errors.js";
import type { AdminHost } from "./host.js";
import { ask, by, change, noSuchAccount } from "./ledger-calls.js";
import { asked, name, wallMs } from "./params.js";
import { isoTime } from "./reports.js";

/** The lists, as the admin API reaches them. */
export interface NumberHost {
  readonly store: NumberStore;
  readonly networks: NetworkTable;
  readonly zoneMinutes: number;
  /** What else contracts are asked by: see RuleGround. */
  readonly lists: NumberLists;
  readonly adverts: AdvertRules;
  readonly trackers: Trackers | null;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

const number = z.string().min(3).max(40);
const source = z.string().max(100).regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u).optional();
const list = { kind: z.enum(["block", "allow", "consent", "optout", "ported"]), account: name.optional(), signature: z.string().min(1).max(40).optional() };
/** Days since 1970 in the business time zone. */
const day = z.int().min(1).max(32_767).optional();
const beside = { atMs: wallMs, source, lastDay: day, network: z.enum(NETWORKS).optional() };
const importNo = z.int().min(1);

export const NUMBER_METHODS = {
  "numbers.change": z.strictObject({ ...asked, ...list, ...beside, off: z.boolean(), numbers: z.array(number).min(1).max(1_000) }),
  "numbers.import.begin": z.strictObject({ ...asked, ...list, ...beside, off: z.boolean(), file: z.string().min(1).max(200) }),
  "numbers.import.lines": z.strictObject({ import: importNo, text: z.string().max(65_536) }),
  "numbers.import.end": z.strictObject({ ...asked, import: importNo, keep: z.boolean(), what: z.string().max(300) }),
  "numbers.page": z.strictObject({ ...asked, ...list, after: z.string().max(40), limit: z.int().min(1).max(10_000) }),
  "numbers.show": z.strictObject({ ...asked, number }),
  "numbers.stats": z.strictObject({}),
} as const;

type Params<M extends keyof typeof NUMBER_METHODS> = z.output<(typeof NUMBER_METHODS)[M]>;
type ListParams = Pick<Params<"numbers.page">, "kind" | "account" | "signature">;

export interface NumberResults {
  "numbers.change": { readonly changed: number; readonly same: number };
  "numbers.import.begin": { readonly import: number };
  "numbers.import.lines": { readonly ok: true };
  "numbers.import.end": ImportResult;
  "numbers.page": readonly NumberReport[];
  "numbers.show": NumberShown;
  "numbers.stats": NumberStats;
}

export interface NumberReport {
  readonly number: string;
  readonly kind: string;
  /** "" = all accounts, the whole account. */
  readonly account: string;
  readonly signature: string;
  readonly at: string;
  readonly source: string;
  /** Day up to which a consent holds, the network of a ported number (left_X: only known to have left it); else "". */
  readonly beside: string;
  /** The inbound message it came by, "" = none. */
  readonly messageId: string;
  /** "" = it stands. */
  readonly endedAt: string;
  readonly endedBy: string;
}

export interface NumberShown {
  readonly number: string;
  readonly kind: "mobile" | "international";
  readonly network: NetworkFinding | null;
  readonly segmentsDate: string;
  readonly entries: readonly NumberReport[];
}

export interface NumberStats {
  readonly lists: readonly { readonly kind: string; readonly account: string; readonly signature: string; readonly numbers: number; readonly octets: number }[];
  readonly numbers: number;
  readonly octets: number;
  readonly segmentsDate: string;
}

export const NUMBER_ANSWERS = {
  "numbers.change": async (host: AdminHost, { numbers, off, atMs, ...params }: Params<"numbers.change">): Promise<NumberResults["numbers.change"]> => {
    const { store, zoneMinutes } = await host.numbers();
    const name = await listOf(host, params);
    const normal = numbers.map(normalNumber);
    const value = off ? 0 : valueBeside(params, atMs, zoneMinutes);
    let changed = 0;
    try {
      for (const one of normal) {
        if (await refusals(store.change({ list: name, number: one, off, value, atMs, source: params.source ?? params.actor, messageId: 0 }))) changed++;
      }
    } finally {
      // What is on record by now is told of, also when the next number could not be.
      const whose = normal.length === 1 ? ` (${maskNumber(normal[0] as string)})` : "";
      await change(host, { kind: "audit", what: `numbers ${off ? "remove" : "add"}: ${listWords(params)}, ${String(changed)} of ${String(normal.length)}${whose}`, ...by(params) });
    }
    return { changed, same: normal.length - changed };
  },
  "numbers.import.begin": async (host: AdminHost, { file, off, atMs, ...params }: Params<"numbers.import.begin">): Promise<NumberResults["numbers.import.begin"]> => {
    const { store } = await host.numbers();
    const terms = { list: await listOf(host, params), off, atMs, source: params.source ?? file.slice(0, 100), value: defaultBeside(params) };
    const no = await refusals(store.importBegin(terms));
    await change(host, { kind: "audit", what: `numbers import ${off ? "(remove) " : ""}begins: ${listWords(params)} from ${file}`, ...by(params) });
    return { import: no };
  },
  "numbers.import.lines": async (host: AdminHost, params: Params<"numbers.import.lines">): Promise<NumberResults["numbers.import.lines"]> => {
    await refusals((await host.numbers()).store.importLines(params.import, params.text));
    return { ok: true };
  },
  "numbers.import.end": async (host: AdminHost, { keep, what, ...params }: Params<"numbers.import.end">): Promise<ImportResult> => {
    const result = await refusals((await host.numbers()).store.importEnd(params.import, keep));
    const { read, changed, same, bad } = result;
    const counts = `${String(read)} read, ${String(changed)} changed, ${String(same)} as they were, ${String(bad)} bad lines`;
    await change(host, { kind: "audit", what: `numbers import ${keep ? "ends" : "is given up"}: ${what}: ${counts}`, ...by(params) });
    return result;
  },
  "numbers.page": async (host: AdminHost, { after, limit, ...params }: Params<"numbers.page">): Promise<readonly NumberReport[]> => {
    const { store } = await host.numbers();
    if (after === "") await change(host, { kind: "audit", what: `numbers export: ${listWords(params)}`, ...by(params) });
    const entries = await refusals(store.page(await listOf(host, params), after === "" ? "" : normalNumber(after), limit));
    return entries.map((entry) => report(entry, params.account ?? "", params.signature ?? ""));
  },
  "numbers.show": async (host: AdminHost, params: Params<"numbers.show">): Promise<NumberShown> => {
    const { networks } = await host.numbers();
    const normal = normalNumber(params.number);
    await change(host, { kind: "audit", what: `numbers show: ${maskNumber(normal)}`, ...by(params) });
    const abroad = normal.startsWith("+");
    return {
      number: normal,
      kind: abroad ? "international" : "mobile",
      network: abroad ? null : networks.explain(normal),
      segmentsDate: networks.date,
      entries: await listedOf(host, normal),
    };
  },
  "numbers.stats": async (host: AdminHost): Promise<NumberStats> => {
    const { store, networks } = await host.numbers();
    const names = await namesOf(host);
    const figures = await refusals(store.figures());
    return {
      lists: figures.map(({ list: one, size, octets }) => ({ kind: one.kind, account: names.account(one), signature: names.signature(one), numbers: size, octets })),
      numbers: figures.reduce((sum, { size }) => sum + size, 0),
      octets: figures.reduce((sum, { octets }) => sum + octets, 0),
      segmentsDate: networks.date,
    };
  },
};

/** Where a number in its normal form stands and stood. */
export async function listedOf(host: AdminHost, normal: string): Promise<readonly NumberReport[]> {
  const names = await namesOf(host);
  const entries = await refusals((await host.numbers()).store.find(normal));
  return entries.map((entry) => report(entry, names.account(entry.list), names.signature(entry.list)));
}

async function listOf(host: AdminHost, { kind, account: accountName, signature }: ListParams): Promise<ListName> {
  if (accountName === undefined) {
    if (signature !== undefined) throw new AdminError("invalid_value", "signature: give the account that it is one of");
    if (kind === "consent" || kind === "optout") throw new AdminError("invalid_value", `account: a list of kind ${kind} is an account's`);
    return { kind, accountNo: 0, signatureNo: 0 };
  }
  if (kind === "ported") throw new AdminError("invalid_value", "account: where a number was ported to holds for all");
  const { account } = await ask(host, { kind: "account", name: accountName });
  if (account === null) throw noSuchAccount(accountName);
  const { no, signatures } = account.account;
  if (signature === undefined) return { kind, accountNo: no, signatureNo: 0 };
  const bare = signature.replace(/^【(.*)】$/u, "$1");
  const found = signatures.find(({ text }) => text === bare);
  if (found === undefined) throw new AdminError("invalid_value", `signature: account ${accountName} has none called ${bare}`, `tollgate account signature list ${accountName} names them`);
  return { kind, accountNo: no, signatureNo: found.no };
}

function listWords({ kind, account, signature }: ListParams): string {
  return [kind, account === undefined ? "of all" : `of ${account}`, ...(signature === undefined ? [] : [`signature ${signature}`])].join(" ");
}

function normalNumber(written: string): string {
  const { kind, normal } = classifyDestination(written, 0);
  if (kind === "mobile" || kind === "international") return normal;
  throw new AdminError("invalid_value", `${JSON.stringify(written)} is no number that messages go to`, "a Chinese mobile, or a number with its calling code such as +85298765432");
}

/** What a file's lines have beside their number where they say nothing. */
function defaultBeside({ kind, lastDay, network }: Pick<Params<"numbers.change">, "kind" | "lastDay" | "network">): number {
  if (lastDay !== undefined && kind !== "consent") throw new AdminError("invalid_value", "until: only consents have a last day");
  if (network !== undefined && kind !== "ported") throw new AdminError("invalid_value", "network: only ported numbers have one");
  return kind === "consent" ? (lastDay ?? 0) : network === undefined ? 0 : networkCode(network);
}

function valueBeside(params: Pick<Params<"numbers.change">, "kind" | "lastDay" | "network">, atMs: number, zoneMinutes: number): number {
  const value = defaultBeside(params);
  if (params.kind === "consent") return consentValue(Math.floor((atMs + zoneMinutes * MINUTE_MS) / DAY_MS), value);
  if (params.kind === "ported" && value === 0) throw new AdminError("invalid_value", "network: say which network the number is on now", NETWORKS.join(", "));
  return value;
}

interface Names {
  account(list: ListName): string;
  signature(list: ListName): string;
}

async function namesOf(host: AdminHost): Promise<Names> {
  const { accounts } = await ask(host, { kind: "accounts" });
  const byNo = new Map(accounts.map(({ account }) => [account.no, account] as const));
  return {
    account: ({ accountNo }) => (accountNo === 0 ? "" : (byNo.get(accountNo)?.name ?? String(accountNo))),
    signature: ({ accountNo, signatureNo }) =>
      signatureNo === 0 ? "" : (byNo.get(accountNo)?.signatures.find(({ no }) => no === signatureNo)?.text ?? String(signatureNo)),
  };
}

function report({ list: { kind }, number: normal, value, atMs, source: from, messageId, endedAtMs, endedBy }: NumberEntry, account: string, signature: string): NumberReport {
  const lastDay = kind === "consent" ? value & 0xffff : 0;
  return {
    number: normal, kind, account, signature, at: isoTime(atMs), source: from,
    beside: lastDay > 0 ? new Date(lastDay * DAY_MS).toISOString().slice(0, 10) : kind === "ported" ? portedWords(value) : "",
    messageId: messageId === 0 ? "" : String(messageId), endedAt: endedAtMs === 0 ? "" : isoTime(endedAtMs), endedBy,
  };
}

function portedWords(value: number): string {
  return (value & LEFT) === 0 ? (networkName(value) ?? "") : `left_${networkName(value - LEFT) ?? ""}`;
}

/** Refusals of the lists as those of the API. */
async function refusals<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof NumbersError)) throw error;
    throw new AdminError(error.code === "no_such_import" ? "not_found" : error.code, error.message);
  }
}
