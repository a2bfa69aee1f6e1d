/**
 * Free ports: TCP ports on the loopback address for programs that are told theirs before they start.
 *
 * ```
 *  10000 ...... these ...... | 32768 .... given away by the kernel .... 60999
 * ```
 * A port had from the kernel and given back may be gone a moment later: it is the source of somebody's connection, at worst
 * of the one that dials this very port. So these lie below the range that the kernel gives away, and each is held against
 * whoever else looks for one here by a UDP socket of the same number, until this process ends.
 */
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";

const HOST = "127.0.0.1";
const FIRST = 10_000;
const USUAL_END = 32_768;
/** With fewer below the kernel's range than this, all up to USUAL_END will have to do. */
const LEAST = 1_000;
/** Apart from its neighbours' by a few more than one takes. */
const STEP = 97;

/** Where the next search starts: elsewhere in every process. */
let next = process.pid * STEP;

/** So many ports that nobody listens on and that nobody else is given. */
export async function freePorts(count: number): Promise<number[]> {
  const span = endOfOurs() - FIRST;
  const found: number[] = [];
  for (let tries = 0; tries < span && found.length < count; tries++) {
    const port = FIRST + (next++ % span);
    if ((await isHeld(port)) && (await isUnheard(port))) found.push(port);
  }
  if (found.length < count) throw new Error(`no TCP port of ${HOST} is free`);
  return found;
}

/** The first port that is the kernel's to give away. */
function endOfOurs(): number {
  try {
    const first = Number.parseInt(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8"), 10);
    return first >= FIRST + LEAST ? Math.min(first, USUAL_END) : USUAL_END;
  } catch {
    return USUAL_END;
  }
}

/** Holds the port for this process; false when another does. */
function isHeld(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => {
      socket.close();
      resolve(false);
    });
    socket.bind({ address: HOST, port, exclusive: true }, () => {
      socket.unref();
      resolve(true);
    });
  });
}

/** Whether nobody listens there. */
function isUnheard(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: HOST, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
