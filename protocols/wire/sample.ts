/**
 * Sample: one submit as a customer's interface sheet shows it, octet for octet, for the engineer who writes the other end.
 */

/** What the submit is to say, and as whom its customer binds. */
export interface SampleRequest {
  /** The name the account binds with over this protocol. */
  readonly login: string;
  /** The versions it may speak, as `WireProtocol.versions` names them. */
  readonly versions: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly source: string;
  readonly destination: string;
  /** At most 70 UTF-16 units; goes out as UCS-2. */
  readonly text: string;
}

export interface Sample {
  /** The command, and its version where layouts differ: "CMPP_SUBMIT (3.0)". */
  readonly title: string;
  /** The whole frame. */
  readonly octets: Buffer;
  /** The same by a library that many use. */
  readonly code?: SampleCode;
}

export interface SampleCode {
  /** Where it runs, and the package it needs: "Node.js", "smpp", from "npm". */
  readonly platform: string;
  readonly library: string;
  readonly registry: string;
  /** As a Markdown fence names the language: "js". */
  readonly language: string;
  readonly lines: readonly string[];
}

/** Content in UCS-2, big-endian. */
export function sampleContent(text: string): Buffer {
  return Buffer.from(text, "utf16le").swap16();
}
