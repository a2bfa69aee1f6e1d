/** The smpp package as an independent witness: the little of its shape that our tests lean on, typed. */
import { createRequire } from "node:module";

export type PackagePdu = Record<string, unknown> & {
  readonly command: string;
  readonly command_id: number;
  readonly command_status: number;
  readonly sequence_number: number;
  toBuffer(): Buffer;
};

interface SmppPackage {
  readonly PDU: {
    new (command: string | Buffer, options?: Record<string, unknown>): PackagePdu;
    /** Octets of a PDU that it reads or writes at most. */
    maxLength: number;
  };
  readonly commands: Readonly<Record<string, { readonly id: number }>>;
  readonly tlvs: Readonly<Record<string, { readonly id: number; readonly type: unknown }>>;
  readonly errors: Readonly<Record<string, number>>;
}

export const smppPackage = createRequire(import.meta.url)("smpp") as SmppPackage;
