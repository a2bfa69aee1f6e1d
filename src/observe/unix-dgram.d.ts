/** The part of the optional package unix-dgram that systemd.ts uses; it brings no types of its own. */
declare module "unix-dgram" {
  import type { EventEmitter } from "node:events";

  export interface UnixDatagramSocket extends EventEmitter {
    bind(path: string): void;
    connect(path: string): void;
    send(datagram: Buffer, done: (error?: Error & { code?: number }) => void): void;
    close(): void;
  }
  export function createSocket(type: "unix_dgram", onMessage?: (datagram: Buffer) => void): UnixDatagramSocket;
}
