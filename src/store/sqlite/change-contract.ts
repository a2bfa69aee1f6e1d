/**
 * Change of a contract's standing: suspended and resumed, warned with a deadline and cleared; and the registers of signatures and templates.
 */
import { MAX_TEMPLATE_LENGTH, parseTemplate } from "../../contract/template.js";
import type { RegisteredSignature } from "../../ledger/account.js";
import { Refused, isLine, type Applied, type ChangeContext, type Of } from "./change-context.js";
import { addTemplate, endTemplate, putSignature, readWarning, setWarning } from "./standing.js";

const DAY_MS = 86_400_000;
const MAX_CURE_DAYS = 365;
/** Signatures an account may have, seen ones among them; a submit with another is still judged, only not counted by it. */
export const MAX_SIGNATURES = 1_000;
export const MAX_TEMPLATES = 500;

export function warnAccount(change: ChangeContext, command: Of<"account.warn">): Applied {
  const row = change.account(command.name);
  const { no, state, cureDays: usual } = row.account;
  const { cureDays = usual } = command;
  if (!Number.isSafeInteger(cureDays) || cureDays < 1 || cureDays > MAX_CURE_DAYS) throw new Refused("invalid_value", `cure-days: a whole number from 1 to ${MAX_CURE_DAYS}`);
  if (change.reason === "") throw new Refused("invalid_value", "reason: a warning says what is to be mended");
  if (state === "suspended") throw new Refused("wrong_state", `account ${command.name} is suspended: resume it first`);
  const cureByMs = change.nowMs + cureDays * DAY_MS;
  setWarning(change.ledger, no, cureByMs, change.reason);
  change.log(`account ${command.name} warned: to be mended by ${new Date(cureByMs).toISOString()}`, `contract:${no}`);
  return change.changed(command.name, 0n, false);
}

export function setState(change: ChangeContext, name: string, state: "active" | "suspended"): Applied {
  const row = change.account(name);
  if (row.account.state === state) return change.repeated(row);
  endWarning(change, name, row.account.no, state === "suspended" ? "no longer only warned" : "warning cleared");
  // One that was only warned is active already.
  if (row.account.state === "warned" && state === "active") return change.changed(name, 0n, false);
  change.ledger.setState(row.account.no, state, state === "suspended" ? change.reason : "");
  change.log(`account ${name} ${state === "suspended" ? "suspended" : "resumed"}`, `account:${row.account.no}`);
  return change.changed(name, 0n, state === "active");
}

export function clearWarning(change: ChangeContext, command: Of<"account.clear">): Applied {
  const row = change.account(command.name);
  if (row.account.state === "suspended") throw new Refused("wrong_state", `account ${command.name} is suspended: resume it`);
  if (row.account.state !== "warned") return change.repeated(row);
  endWarning(change, command.name, row.account.no, "warning cleared");
  return change.changed(command.name, 0n, false);
}

/** Ends the warning that an account may have; the words go to the log. */
export function endWarning(change: ChangeContext, name: string, no: number, words: string): void {
  if (readWarning(change.ledger, no).cureByMs === 0) return;
  setWarning(change.ledger, no, 0, "");
  change.log(`account ${name} ${words}`, `contract:${no}`);
}

// ---------------------------------------------------------------- signatures

export function addSignature(change: ChangeContext, command: Of<"signature.add">): Applied {
  const row = change.account(command.name);
  const text = signatureText(command.text, 2, 20);
  const { source } = command;
  if (!/^[0-9]{0,21}$/.test(source)) throw new Refused("invalid_value", "source: at most 21 digits");
  const { no, signatures } = row.account;
  const before = signatures.find((one) => one.text === text);
  if (before?.state === "registered" && before.source === source) return change.repeated(row);
  const signature = putOne(change, no, signatures, { text, state: "registered", source });
  change.log(`account ${command.name}: signature ${text} registered${source === "" ? "" : ` for source ${source}`}`, `signature:${no}:${signature}`);
  return change.changed(command.name, 0n, false);
}

export function endSignature(change: ChangeContext, command: Of<"signature.end">): Applied {
  const row = change.account(command.name);
  const text = signatureText(command.text, 1, 64);
  const { no, signatures } = row.account;
  const before = signatures.find((one) => one.text === text);
  if (before === undefined) throw new Refused("no_such_signature", `account ${command.name} has no signature ${text}`);
  if (before.state === "ended") return change.repeated(row);
  putOne(change, no, signatures, { ...before, state: "ended" });
  change.log(`account ${command.name}: signature ${text} taken back`, `signature:${no}:${before.no}`);
  return change.changed(command.name, 0n, false);
}

export function seeSignature(change: ChangeContext, command: Of<"signature.seen">): Applied {
  const row = change.account(command.name);
  const text = signatureText(command.text, 1, 64);
  const { no, signatures } = row.account;
  if (signatures.some((one) => one.text === text)) return change.repeated(row);
  const signature = putOne(change, no, signatures, { text, state: "seen", source: "" });
  change.log(`account ${command.name}: signature ${text} seen${/^[0-9]{1,21}$/.test(command.source) ? ` from ${command.source}` : ""}`, `signature:${no}:${signature}`);
  return change.changed(command.name, 0n, false);
}

/** The number it has: its own of before, or the next. */
function putOne(change: ChangeContext, accountNo: number, signatures: readonly RegisteredSignature[], one: Omit<RegisteredSignature, "no">): number {
  const before = signatures.find(({ text }) => text === one.text);
  if (before === undefined && signatures.length >= MAX_SIGNATURES) throw new Refused("limit_exceeded", `an account has at most ${MAX_SIGNATURES} signatures`);
  const no = before?.no ?? Math.max(0, ...signatures.map((each) => each.no)) + 1;
  putSignature(change.ledger, accountNo, { ...one, no }, change.nowMs);
  return no;
}

/** Without its brackets, which people may write or not. */
function signatureText(given: string, least: number, most: number): string {
  const text = given.replace(/^【(.*)】$/u, "$1").trim();
  const length = [...text].length;
  if (length < least || length > most || /[【】\p{C}\p{Zl}\p{Zp}]/u.test(text)) {
    throw new Refused("invalid_value", `signature: ${least} to ${most} characters, with or without their 【】`);
  }
  return text;
}

// ---------------------------------------------------------------- templates

export function registerTemplate(change: ChangeContext, command: Of<"template.add">): Applied {
  const row = change.account(command.name);
  const { text } = command;
  if (!isLine(text.replaceAll("\n", " "), MAX_TEMPLATE_LENGTH) || text.trim() === "") throw new Refused("invalid_value", `template: 1 to ${MAX_TEMPLATE_LENGTH} printable characters`);
  const parsed = parseTemplate(text);
  if (typeof parsed === "string") throw new Refused("invalid_value", `template: it ${parsed}`);
  const { no, templates } = row.account;
  if (templates.some((one) => one.text === text)) return change.repeated(row);
  if (templates.length >= MAX_TEMPLATES) throw new Refused("limit_exceeded", `an account has at most ${MAX_TEMPLATES} templates`);
  const template = addTemplate(change.ledger, no, text, change.nowMs);
  change.log(`account ${command.name}: template ${template} added: ${text.replaceAll("\n", " ").slice(0, 200)}`, `template:${no}:${template}`);
  return change.changed(command.name, 0n, false);
}

export function withdrawTemplate(change: ChangeContext, command: Of<"template.end">): Applied {
  const row = change.account(command.name);
  const { no, templates } = row.account;
  const template = templates.find((one) => one.no === command.no);
  if (template === undefined) throw new Refused("no_such_template", `account ${command.name} has no template ${command.no}`);
  endTemplate(change.ledger, no, template.no, change.nowMs);
  change.log(`account ${command.name}: template ${template.no} taken back`, `template:${no}:${template.no}`);
  return change.changed(command.name, 0n, false);
}
