/**
 * Writer messages: what crosses between the network thread and the writer thread, in both directions.
 */
import type { LedgerCommand } from "../../ledger/commands.js";
import type { Changed } from "./change-books.js";
import type { KeyOctets } from "./day-keys.js";
import type { Found } from "./recovery.js";
import type { Policy } from "./state.js";

export type ToWriter =
  /** `memory` is transferred and comes back as `used`; `spare` is for the results, when some that came earlier are read. */
  | { readonly kind: "batch"; readonly memory: ArrayBuffer; readonly octets: number; readonly intents: number; readonly spare: ArrayBuffer | null }
  /** Once a second: the disk's room, and whether a day can be sealed; by the sweep's time, which no jump of the clock hurries. */
  | { readonly kind: "rest"; readonly wallMs: number }
  | { readonly kind: "open"; readonly no: number }
  | { readonly kind: "operators"; readonly no: number; readonly operators: readonly { readonly name: string; readonly policy: Policy }[] }
  | { readonly kind: "change"; readonly no: number; readonly command: LedgerCommand }
  | { readonly kind: "keys"; readonly no: number; readonly keys: KeyOctets }
  | { readonly kind: "close"; readonly no: number };

/** Running figures of the writer, with every answer. */
export interface WriterFigures {
  readonly intents: number;
  readonly tookMs: number;
  readonly walOctets: number;
  readonly checkpoints: number;
  readonly checkpointMsMax: number;
  readonly orphans: number;
  readonly uncertain: number;
  readonly reviews: number;
  readonly openDays: number;
}

export type FromWriter =
  | { readonly kind: "opened"; readonly no: number; readonly found: Found; readonly held: number; readonly memory: ArrayBuffer; readonly figures: WriterFigures }
  | { readonly kind: "results"; readonly memory: ArrayBuffer; readonly octets: number; readonly used: ArrayBuffer; readonly figures: WriterFigures }
  | { readonly kind: "done"; readonly no: number; readonly value: unknown }
  /** What time has changed in the accounts. */
  | { readonly kind: "changed"; readonly changed: Changed }
  | { readonly kind: "failed"; readonly no: number; readonly code: string; readonly message: string }
  | { readonly kind: "log"; readonly level: "error" | "warn" | "info"; readonly event: string; readonly fields: Record<string, string | number | boolean> }
  | { readonly kind: "availability"; readonly available: boolean; readonly reason: string };
