/**
 * StoreCallError: a rare call (open, change, close) that the writer could not carry out, with a stable code.
 */

/** The store cannot answer a rare call: the code says why ("folder_locked", "data_version", "closed", ...). */
export class StoreCallError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "StoreCallError";
    this.code = code;
  }
}
