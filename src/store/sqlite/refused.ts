/**
 * Refused: the counts of refusals, added up in the day they belong to; each batch of counts once, however often it comes.
 */
import { Commit } from "../store.js";
import type { DayWriter } from "./day-writer.js";
import { dayOfMs } from "./paths.js";
import type { WriterState } from "./state.js";

/** Under this key of `meta` stands the number of the batch counted last. */
const MARK = "refused_no";

/** The intent with the counts of about a second. */
export function countRefused(state: WriterState): Commit {
  const { from } = state;
  const no = from.f64();
  const file = fileAt(state, from.f64());
  const known = file.meta(MARK) === no;
  const { statements } = file;
  for (let left = from.u16(); left > 0; left--) {
    const account = from.u32();
    const outcome = from.u8();
    const count = from.f64();
    if (!known) statements.addRefused.run(account, outcome, count);
  }
  statements.setMark.run(MARK, no);
  return Commit.ok;
}

/** Yesterday's while it is open, for what was refused before midnight; else today's. */
function fileAt(state: WriterState, atMs: number): DayWriter {
  const day = dayOfMs(atMs, state.options.zoneMinutes);
  const file = day === state.today - 1 ? state.days.file(day, false) : null;
  if (file === null) return state.todayFile();
  state.begin(file);
  return file;
}
