/** The part of the package smpp that `tollgate send` uses; it brings no types of its own. */
declare module "smpp" {
  import type { EventEmitter } from "node:events";
  import type { Socket } from "node:net";

  /** Octets as given, or text (and header) as the package decoded or is to encode them. */
  export type ShortMessage = Buffer | string | { readonly udh?: unknown; readonly message: Buffer | string };

  /** Fields are there by command only; a refusal has none but the header's. */
  export interface PDU {
    readonly command: string;
    readonly command_status: number;
    readonly sequence_number: number;
    readonly system_id?: string;
    readonly message_id?: string;
    readonly esm_class?: number;
    readonly data_coding?: number;
    readonly source_addr?: string;
    readonly destination_addr?: string;
    readonly short_message?: ShortMessage;
    readonly receipted_message_id?: string;
    response(fields?: Readonly<Record<string, unknown>>): PDU;
    toBuffer(): Buffer;
  }

  export interface SubmitFields {
    readonly source_addr: string;
    readonly source_addr_ton?: number;
    readonly source_addr_npi?: number;
    readonly destination_addr: string;
    readonly dest_addr_ton?: number;
    readonly dest_addr_npi?: number;
    readonly esm_class?: number;
    readonly registered_delivery?: number;
    readonly data_coding?: number;
    readonly validity_period?: string;
    readonly short_message?: ShortMessage;
    readonly message_payload?: ShortMessage;
  }

  export interface BindFields {
    readonly system_id: string;
    readonly password: string;
    readonly system_type?: string;
    readonly interface_version?: number;
  }

  /** Emits every PDU under "pdu" and under its command's name, and "connect", "close", "error". Calls return false when the socket has gone. */
  export class Session extends EventEmitter {
    readonly socket: Socket;
    bind_transceiver(fields: BindFields, answered: (pdu: PDU) => void): boolean;
    bind_transmitter(fields: BindFields, answered: (pdu: PDU) => void): boolean;
    bind_receiver(fields: BindFields, answered: (pdu: PDU) => void): boolean;
    submit_sm(fields: SubmitFields, answered: (pdu: PDU) => void): boolean;
    cancel_sm(fields: Readonly<Record<string, unknown>>, answered: (pdu: PDU) => void): boolean;
    deliver_sm(fields: Readonly<Record<string, unknown>>, answered?: (pdu: PDU) => void): boolean;
    enquire_link(answered: (pdu: PDU) => void): boolean;
    unbind(answered: (pdu: PDU) => void): boolean;
    send(pdu: PDU): boolean;
    close(): void;
    destroy(): void;
  }

  export class Server extends EventEmitter {
    listen(port: number, host: string, listening: () => void): this;
    address(): { readonly port: number };
    close(closed?: () => void): this;
  }

  export function connect(options: { readonly host: string; readonly port: number }): Session;
  export function createServer(listener: (session: Session) => void): Server;
}
