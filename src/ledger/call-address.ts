/**
 * Call address: where a customer waits for connections of ours, as an account's terms write it: "protocol=host:port".
 */

/** Addresses that one account may have. */
export const MAX_CALL_ADDRESSES = 8;

export interface CallAddress {
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
}

const FORM = /^([a-z][a-z0-9]{0,15})=(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})?)):([0-9]{1,5})$/;

/** Null for what is no such address. An IPv6 address stands in brackets. */
export function parseCallAddress(text: string): CallAddress | null {
  const [, protocol = "", inner, outer = "", digits = ""] = FORM.exec(text) ?? [];
  const port = Number(digits);
  return port >= 1 && port <= 65_535 ? { protocol, host: inner ?? outer, port } : null;
}
