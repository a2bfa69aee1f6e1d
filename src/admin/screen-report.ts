/**
 * Screen report: what would become of a text, for people: what the word lists find, every rule of an account's contract, and the price.
 */
import { classifyDestination } from "../../protocols/model/address.js";
import { lackingSignature } from "../flow/accept.js";
import { formatMoney } from "../ledger/money.js";
import type { ScreenReport } from "./api.js";
import { AdminError } from "./errors.js";
import type { AdminHost } from "./host.js";
import { ask, noSuchAccount } from "./ledger-calls.js";
import { explainRules } from "./screen-rules.js";

const MINUTE_MS = 60_000;

/**
 * @param name of the account; its rules are asked where `atMs`, wall time, is given
 * @param to the number; "" or undefined: what rests on it is not known
 */
export async function screenReport(host: AdminHost, text: string, name?: string, to = "", atMs?: number): Promise<ScreenReport> {
  const { chargeMicros, ...verdict } = await host.screen(text, name);
  const plain = { ...verdict, charge: chargeMicros === null ? null : formatMoney(chargeMicros), rules: [] };
  if (name === undefined || atMs === undefined) return plain;
  const { account: view } = await ask(host, { kind: "account", name });
  if (view === null) throw noSuchAccount(name);
  const ground = await host.numbers();
  const day = new Date(atMs + ground.zoneMinutes * MINUTE_MS).toISOString().slice(0, 10).replaceAll("-", "");
  const { accounts } = await ask(host, { kind: "accepted_segments", day });
  const whole = lackingSignature(view.account.signature, text) + text;
  // As it goes out: what the account's signature makes of it counts too.
  const sent = whole === text ? verdict : await host.screen(whole, name);
  const found = sent.hits.find((hit) => hit.allowedBy === "");
  const decided = sent.hits.find((hit) => hit.allowedBy === "" && hit.action === "reject") ?? sent.hits.find((hit) => hit.allowedBy === "" && hit.action === "hold") ?? found;
  const { rules, chargeMicros: price } = explainRules(view, {
    text: whole, destination: to === "" ? "" : normalOf(to), segments: sent.segments, wallMs: atMs,
    words: decided === undefined ? null : { action: decided.action, detail: `${decided.category}:${decided.word}@${decided.rule}` },
    used: accounts.find(({ accountNo }) => accountNo === view.account.no) ?? { day: 0, month: 0 },
  }, ground);
  const first = rules.find(({ decides }) => decides);
  return {
    ...plain, outcome: first?.outcome ?? "ok", held: first?.says === "holds", hits: sent.hits, segments: sent.segments, charge: formatMoney(price), rules,
  };
}

function normalOf(to: string): string {
  const { kind, normal } = classifyDestination(to, 0);
  if (kind === "mobile" || kind === "international") return normal;
  throw new AdminError("invalid_value", `${JSON.stringify(to)} is no number that messages go to`, "a Chinese mobile, or a number with its calling code such as +85298765432");
}
