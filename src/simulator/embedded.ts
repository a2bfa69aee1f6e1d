/**
 * The operators inside the daemon: a simulated message centre, and one that speaks CMPP where asked for, that let the demo run with
 * nothing else on the machine.
 */
import type { Clock } from "../../protocols/wire/clock.js";
import type { WireLog } from "../../protocols/wire/protocol.js";
import type { SimulatedCentre } from "./centre.js";
import { SimulatedIsmg } from "./ismg.js";
import { SimulatedSmsc } from "./smsc.js";

export interface EmbeddedSimulatorOptions {
  readonly host: string;
  readonly port: number;
  /** 0 = it speaks no CMPP. */
  readonly cmppPort: number;
  /** Submit to its answer. */
  readonly latencyMs: number;
  /** Answer to its receipt. */
  readonly receiptDelayMs: number;
  readonly clock: Clock;
  readonly log: WireLog;
}

export interface EmbeddedSimulator {
  /** Where it speaks SMPP. */
  readonly port: number;
  close(): Promise<void>;
}

/** Listens and answers until closed. Rejects with the system's error when a port cannot be had. */
export async function startEmbeddedSimulator(options: EmbeddedSimulatorOptions): Promise<EmbeddedSimulator> {
  const { host, port, cmppPort, latencyMs, receiptDelayMs, clock, log } = options;
  const manners = { host, latencyMs, receiptDelayMs, clock };
  const started: { readonly protocol: string; readonly centre: SimulatedCentre }[] = [];
  const start = async (protocol: string, centre: SimulatedCentre): Promise<number> => {
    const address = await centre.start();
    started.push({ protocol, centre });
    log.event("info", "simulator_started", { protocol, host: address.host, port: address.port });
    return address.port;
  };
  const close = async (): Promise<void> => {
    for (const { protocol, centre } of started) {
      await centre.close();
      log.event("info", "simulator_stopped", { protocol, submits: centre.totals.submits, receipts: centre.totals.receiptsAcknowledged });
    }
  };
  try {
    const taken = await start("smpp", new SimulatedSmsc({ ...manners, port }));
    if (cmppPort > 0) await start("cmpp", new SimulatedIsmg({ ...manners, port: cmppPort }));
    return { port: taken, close };
  } catch (error) {
    await close();
    throw error;
  }
}
