/**
 * The operator inside the daemon: a simulated message centre that lets the demo run with nothing else on the machine.
 */
import type { Clock } from "../../protocols/wire/clock.js";
import type { WireLog } from "../../protocols/wire/protocol.js";
import { SimulatedSmsc } from "./smsc.js";

export interface EmbeddedSimulatorOptions {
  readonly host: string;
  readonly port: number;
  /** Submit to its answer. */
  readonly latencyMs: number;
  /** Answer to its receipt. */
  readonly receiptDelayMs: number;
  readonly clock: Clock;
  readonly log: WireLog;
}

export interface EmbeddedSimulator {
  readonly address: { readonly host: string; readonly port: number };
  close(): Promise<void>;
}

/** Listens and answers until closed. Rejects with the system's error when the port cannot be had. */
export async function startEmbeddedSimulator(options: EmbeddedSimulatorOptions): Promise<EmbeddedSimulator> {
  const { host, port, latencyMs, receiptDelayMs, clock, log } = options;
  const smsc = new SimulatedSmsc({ host, port, latencyMs, receiptDelayMs, clock });
  const address = await smsc.start();
  log.event("info", "simulator_started", { host: address.host, port: address.port });
  return {
    address,
    async close(): Promise<void> {
      await smsc.close();
      log.event("info", "simulator_stopped", { submits: smsc.totals.submits, receipts: smsc.totals.receiptsAcknowledged });
    },
  };
}
