/**
 * State words: what the words of a receipt's `stat` mean, and the word for each state [SMPP 3.4 Appendix B].
 */
import { MessageState } from "./state.js";

export interface WordState {
  /** `sent` for an interim word; `unknown` (not final) for UNKNOWN and words that mean nothing to us. */
  readonly state: MessageState;
  readonly final: boolean;
}

const DELIVERED = stateWord(MessageState.delivered, true);
const UNDELIVERABLE = stateWord(MessageState.undeliverable, true);
const EXPIRED = stateWord(MessageState.expired, true);
const DELETED = stateWord(MessageState.deleted, true);
const REJECTED = stateWord(MessageState.rejected, true);
const INTERIM = stateWord(MessageState.sent, false);
const UNKNOWN = stateWord(MessageState.unknown, false);

function stateWord(state: MessageState, final: boolean): WordState {
  return Object.freeze({ state, final });
}

/** Beginnings of words, upper case. CANCEL without its second L: CANCELD is written too. */
const BEGINNINGS: readonly (readonly [string, WordState])[] = [
  ["DELIV", DELIVERED],
  ["UNDEL", UNDELIVERABLE],
  ["FAIL", UNDELIVERABLE],
  ["SKIP", UNDELIVERABLE],
  ["EXPIR", EXPIRED],
  ["DELET", DELETED],
  ["CANCEL", DELETED],
  ["REJEC", REJECTED],
  ["ACCEP", INTERIM],
  ["ENROU", INTERIM],
  ["BUFF", INTERIM],
  ["QUEUE", INTERIM],
  ["SCHED", INTERIM],
  ["UNKNO", UNKNOWN],
];

/** An operator's own code: letters, a colon, then its number, as "MK:0001" or "TG:0101". Failures all. */
const VENDOR_CODE = /^[A-Z]{1,8}:[A-Z0-9_-]+$/;

/**
 * What a word of state means, by its beginning in any case (one of a fixed few objects).
 *
 * ACCEPTD, ENROUTE and the like are interim; UNKNOWN becomes final by the horizon only, so `final` is false.
 */
export function stateOfWord(word: string): WordState {
  if (word === "DELIVRD") return DELIVERED;
  return standardState(word) ?? (VENDOR_CODE.test(word.trim().toUpperCase()) ? UNDELIVERABLE : UNKNOWN);
}

/** As stateOfWord for the words of the standard and their known variants; null for every other word. */
export function standardState(word: string): WordState | null {
  const upper = word.trim().toUpperCase();
  for (const [beginning, state] of BEGINNINGS) if (upper.startsWith(beginning)) return state;
  return upper.includes("REJECT") ? REJECTED : null;
}

/** The error that a code ends in: "005" of "MK:0005", "029" of "HD:29", never more than the last three digits; "" when it ends in none. */
export function errorOfCode(word: string): string {
  let start = word.length;
  while (start > 0 && word.length - start < 3 && isDigit(word.charCodeAt(start - 1))) start--;
  return start === word.length ? "" : word.slice(start).padStart(3, "0");
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** The seven-letter word of a state; ENROUTE for every state that is not final. */
export function wordOfState(state: MessageState): string {
  switch (state) {
    case MessageState.delivered:
      return "DELIVRD";
    case MessageState.undeliverable:
      return "UNDELIV";
    case MessageState.expired:
      return "EXPIRED";
    case MessageState.deleted:
      return "DELETED";
    case MessageState.rejected:
      return "REJECTD";
    case MessageState.unknown:
      return "UNKNOWN";
    default:
      return "ENROUTE";
  }
}
