/**
 * Recorder: a proxy on the loopback interface that notes every octet, and writes them as a capture that network tools read.
 *
 * ```
 *  peer -> recorder -> target        each chunk: connection, direction, octets -> pcap: raw IPv4, made-up TCP headers in good order
 * ```
 */
import { writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

interface Chunk {
  readonly connection: number;
  readonly fromPeer: boolean;
  readonly octets: Buffer;
}

export class Recorder {
  readonly #chunks: Chunk[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #connections = 0;

  /** `targetPort` is asked for at each connection. */
  constructor(targetPort: () => number) {
    this.#server = createServer((peer) => {
      const connection = this.#connections++;
      const target = connect(targetPort(), "127.0.0.1");
      this.#pass(peer, target, connection, true);
      this.#pass(target, peer, connection, false);
    });
  }

  start(): Promise<number> {
    return new Promise((resolve) => this.#server.listen(0, "127.0.0.1", () => resolve((this.#server.address() as AddressInfo).port)));
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** What was recorded, as packets to or from `port`; peers get ports from `firstPeerPort` on. */
  packets(port: number, firstPeerPort: number): Buffer[] {
    const sequences = new Map<string, number>();
    return this.#chunks.flatMap(({ connection, fromPeer, octets }) => {
      const peerPort = firstPeerPort + connection;
      const packets: Buffer[] = [];
      for (let at = 0; at < octets.length; at += MOST_OCTETS) {
        const part = octets.subarray(at, at + MOST_OCTETS);
        const own = sequences.get(`${connection} ${fromPeer}`) ?? 1;
        const other = sequences.get(`${connection} ${!fromPeer}`) ?? 1;
        sequences.set(`${connection} ${fromPeer}`, own + part.length);
        packets.push(packet(fromPeer ? peerPort : port, fromPeer ? port : peerPort, own, other, part));
      }
      return packets;
    });
  }

  #pass(from: Socket, to: Socket, connection: number, fromPeer: boolean): void {
    this.#sockets.add(from);
    from.on("error", () => from.destroy());
    from.on("close", () => {
      this.#sockets.delete(from);
      to.end();
    });
    from.on("data", (chunk: Buffer) => {
      this.#chunks.push({ connection, fromPeer, octets: Buffer.from(chunk) });
      to.write(chunk);
    });
  }
}

const MOST_OCTETS = 16_384;
const IP_OCTETS = 20;
const TCP_OCTETS = 20;
const PUSH_ACK = 0x18;

/** An IPv4 packet of TCP from 127.0.0.1 to itself; checksums are left 0, which readers take for offloaded. */
function packet(sourcePort: number, destinationPort: number, sequence: number, acknowledged: number, octets: Buffer): Buffer {
  const header = Buffer.alloc(IP_OCTETS + TCP_OCTETS);
  header[0] = 0x45;
  header.writeUInt16BE(header.length + octets.length, 2);
  header[8] = 64;
  header[9] = 6;
  header.writeUInt32BE(0x7f00_0001, 12);
  header.writeUInt32BE(0x7f00_0001, 16);
  header.writeUInt16BE(sourcePort, IP_OCTETS);
  header.writeUInt16BE(destinationPort, IP_OCTETS + 2);
  header.writeUInt32BE(sequence, IP_OCTETS + 4);
  header.writeUInt32BE(acknowledged, IP_OCTETS + 8);
  header[IP_OCTETS + 12] = (TCP_OCTETS / 4) << 4;
  header[IP_OCTETS + 13] = PUSH_ACK;
  header.writeUInt16BE(0xffff, IP_OCTETS + 14);
  return Buffer.concat([header, octets]);
}

const RAW_IP = 101;
const SNAP_OCTETS = 65_535;

/** Writes a capture file of IP packets, one a millisecond. */
export function writeCapture(path: string, packets: readonly Buffer[]): void {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2_c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(SNAP_OCTETS, 16);
  head.writeUInt32LE(RAW_IP, 20);
  const records = packets.flatMap((octets, at) => {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(Math.floor(at / 1_000), 0);
    record.writeUInt32LE((at % 1_000) * 1_000, 4);
    record.writeUInt32LE(octets.length, 8);
    record.writeUInt32LE(octets.length, 12);
    return [record, octets];
  });
  writeFileSync(path, Buffer.concat([head, ...records]));
}
