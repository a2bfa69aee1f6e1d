/**
 * Review rows: which messages of a day wait for a person, beside the bit that says so in their own row.
 */
import { BodyKind } from "../body-cipher.js";
import type { DayWriter } from "./day-writer.js";
import type { Row } from "./row.js";

/** A message is held for a person as of now; its row is to bear the bit. `textId`: the first message of what is looked at as one. */
export function putReview(file: DayWriter, id: number, nowMs: number, outcome: number, rule: string, textId: number): void {
  file.statements.insertReview.run(id, nowMs, outcome, file.bodies.lineToKeep(BodyKind.reviewRule, id, rule, nowMs), textId);
  file.reviews++;
}

/** It waits for nobody any more: called before its row is written. */
export function dropReview(row: Row): void {
  row.review = 0;
  if (row.file.statements.dropReview.run(row.id).changes > 0) row.file.reviews--;
}
