/**
 * AdminError: a call refused, as data that crosses the socket: a stable code and one line for people.
 */
import type { LedgerRefusal } from "../ledger/commands.js";

export type AdminCode =
  | LedgerRefusal
  /** The request is no request. The connection is closed. */ | "bad_request"
  | "unknown_method" | "invalid_params" | "not_found" | "config_invalid"
  /** Only a running daemon can do this. */ | "daemon_needed"
  /** Too many clients. The connection is closed. */ | "busy"
  | "timeout" | "internal";

export class AdminError extends Error {
  readonly code: AdminCode;
  readonly hint: string;

  constructor(code: AdminCode, message: string, hint = "") {
    super(message);
    this.name = "AdminError";
    this.code = code;
    this.hint = hint;
  }
}
