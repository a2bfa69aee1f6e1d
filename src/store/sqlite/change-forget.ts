/**
 * Change of what is known of a person: the register of complaints forgets the number; the log tells that it was, by a tag.
 */
import { numberForms } from "./number-search.js";
import { isLine, Refused, type Applied, type ChangeContext, type Of } from "./change-context.js";
import { FORGOTTEN } from "../../ledger/forget.js";

export function forgetPerson(change: ChangeContext, command: Of<"forget.person">): Applied {
  const { ledger } = change;
  const { number, tag, what } = command;
  if (!isLine(tag, 64) || tag === "" || !isLine(what, 500)) throw new Refused("invalid_value", "tag and what: printable characters");
  const ids = ledger.prepare("SELECT complaint FROM complaint_person WHERE number = ?").pluck().all(number) as bigint[];
  for (const id of ids) {
    const lines = ledger.prepare("SELECT no, text FROM complaint_line WHERE complaint = ?").all(id) as { no: bigint; text: string }[];
    for (const { no, text } of lines) {
      const without = withoutNumber(text, number);
      if (without !== text) ledger.prepare("UPDATE complaint_line SET text = ? WHERE complaint = ? AND no = ?").run(without, id, no);
    }
  }
  ledger.prepare("DELETE FROM complaint_person WHERE number = ?").run(number);
  for (const id of ids) change.log(`complaint ${id}: its number is forgotten`, `complaint:${id}`);
  change.log(`number ${tag} forgotten: ${what}`, "");
  return { result: { ok: true, repeated: false }, effect: null };
}

/** The text with the number, in any spelling that has blanks and hyphens between its digits, struck out. */
export function withoutNumber(text: string, number: string): string {
  // The longest form first: what stands in front of a number belongs to it.
  const forms = numberForms(number).sort((a, b) => b.length - a.length);
  const pattern = forms.map((form) => [...form].map((sign) => sign.replace("+", "\\+")).join("[ -]{0,3}")).join("|");
  return text.replace(new RegExp(`(?<![0-9])(?:${pattern})(?![0-9])`, "g"), FORGOTTEN);
}
