/**
 * Exit codes, and the error that carries one to main.ts with a line for people and a hint.
 */
export const Exit = {
  ok: 0,
  /** Refused, or the answer is no: a blocked text, unbalanced books, an unknown message. */
  refused: 1,
  usage: 2,
  /** sysexits EX_UNAVAILABLE: no daemon, or it does not answer. */
  unavailable: 69,
  /** sysexits EX_SOFTWARE: our own fault. */
  fault: 70,
  /** sysexits EX_CONFIG. */
  config: 78,
} as const;
export type Exit = (typeof Exit)[keyof typeof Exit];

export class CliError extends Error {
  readonly exit: Exit;
  readonly hint: string;

  constructor(exit: Exit, message: string, hint = "") {
    super(message);
    this.name = "CliError";
    this.exit = exit;
    this.hint = hint;
  }
}
