/**
 * Errors, split by the reaction they need; each carries a `code` that never changes, for logs and for people to search.
 *
 * What the business refuses is an Outcome and what a peer's body got wrong is a FieldFault: both are data, neither is
 * ever thrown.
 */

/** What has to happen when the error arrives at the top. */
export type ErrorReaction =
  /** Answer the one request with a failure; the session lives. */ | "answer"
  /** Close the connection: its stream position is lost. */ | "close"
  /** Stop accepting and stay up: nothing can be promised now. */ | "stop_accepting"
  /** Refuse to start. */ | "refuse_start";

/** The root of every error we throw on purpose. Anything else that is thrown is our own bug. */
export abstract class TollgateError extends Error {
  abstract readonly reaction: ErrorReaction;
  /** Stable, lower-case, e.g. "frame_too_long". */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** One request cannot be answered as asked. */
export class RequestError extends TollgateError {
  override readonly reaction = "answer";
}

/** The octets on a connection can no longer be cut into frames. */
export class FramingError extends TollgateError {
  override readonly reaction = "close";
}

/** The store cannot commit, or does not know whether it did. */
export class StoreError extends TollgateError {
  override readonly reaction = "stop_accepting";
}

/** A setting is wrong: says which, what stands there and what should. */
export class ConfigError extends TollgateError {
  override readonly reaction = "refuse_start";
  readonly field: string;
  readonly value: string;
  readonly hint: string;

  /** `value` must already be safe to print: the caller blanks secrets. */
  constructor(code: string, field: string, value: string, hint: string, options?: ErrorOptions) {
    super(code, `${field} = ${value}: ${hint}`, options);
    this.field = field;
    this.value = value;
    this.hint = hint;
  }
}
