/**
 * Account: a customer's standing terms as the rest of the gateway reads them. Never holds a balance: the store does.
 */
import type { Alphabet0 } from "../../protocols/wire/protocol.js";
import type { AccountSettings } from "./commands.js";
import type { ContractTerms } from "./contract-terms.js";

/**
 * `warned`: told of a breach and given until `cureByMs` to mend it; it sends as an active one does. `suspended`: its submits are
 * refused, receipts and inbound messages go on. `closed`: it cannot bind.
 */
export type AccountState = "active" | "warned" | "suspended" | "closed";
/** When held money becomes ours. */
export type SettlePolicy = "accepted" | "sent" | "delivered";
/** How segments are counted: domestic 70/67 UTF-16 units for every text, or GSM 160/153 where the text allows. */
export type SegmentRule = "domestic" | "gsm";

export interface Account extends ContractTerms, Standing {
  /** Stable number on disk, from 1. */
  readonly no: number;
  readonly name: string;
  readonly state: AccountState;
  readonly stateReason: string;
  /** "scrypt$N$r$p$salt$hash" (base64url); "" = cannot bind. */
  readonly passwordHash: string;
  /** The name it binds with over protocols that prove a shared secret by a digest (CMPP: SP_Id), 1..16 characters; "" = none. */
  readonly spId: string;
  /** "protocol=name": the same over one such protocol (SMGP: ClientID); goes before the other. */
  readonly protocolNames: readonly string[];
  /** That shared secret as `seal` of secret.ts keeps it; "" = cannot bind so. */
  readonly cmppSecret: string;
  /** CMPP versions it may speak: "2.0", "2.1", "3.0". */
  readonly cmppVersions: readonly string[];
  /** "protocol=version", several for one protocol: the versions it may speak; goes before the others. */
  readonly protocolVersions: readonly string[];
  readonly currency: string;
  /** Price of one segment in micro-units now in force. */
  readonly priceMicros: number;
  /** Prices by destination prefix and start, for src/ledger/tariff.ts. */
  readonly tariffs: readonly Tariff[];
  readonly creditLimitMicros: number;
  readonly settle: SettlePolicy;
  readonly refundOnFailure: boolean;
  /** No receipt within the horizon: settle or release what is still held. */
  readonly onUnknown: "settle" | "release";
  readonly segmentRule: SegmentRule;
  /** Segments a second, and the bucket's size. */
  readonly rate: number;
  readonly burst: number;
  readonly maxBinds: number;
  readonly window: number;
  /** The same for a CMPP bind, at both of its ends. */
  readonly cmppWindow: number;
  /** "protocol=number": the same for binds over one protocol; goes before the others. */
  readonly protocolWindows: readonly string[];
  readonly deliverWindow: number;
  /** CIDR blocks a bind may come from; empty = anywhere. */
  readonly allow: readonly string[];
  /** "protocol=host:port": where the customer waits for connections of ours when there is something to deliver; empty = it comes itself. */
  readonly callAt: readonly string[];
  /** Numbers (prefixes) that are this account's: MO to them is routed here; longest prefix wins. */
  readonly serviceCodes: readonly string[];
  /** Refuse submits whose source does not start with a service code. */
  readonly checkSource: boolean;
  /** Refuse CMPP submits whose Msg_src is not the SP_Id. */
  readonly checkContentSource: boolean;
  /** Signature put in front of every text, such as "【测试】"; "" = the customer writes its own. */
  readonly signature: string;
  readonly alphabet0: Alphabet0;
  /** Binary messages: pass unscreened, or refuse. */
  readonly binary: "pass" | "refuse";
  /** Content refusals: as the answer to the submit, or accepted and then a REJECTD receipt. */
  readonly refuseBy: "answer" | "receipt";
  /** Operator to route to by name; "" = the first configured. */
  readonly operator: string;
  /** Weight among accounts when links are scarce, 1..100. */
  readonly weight: number;
  /** Most messages queued on disk for this account; beyond it queue_full. */
  readonly maxQueued: number;
  readonly validityMs: number;
}

/** What has become of an account beside its terms: states, registers and books of its own. */
export interface Standing {
  /** Warned only: wall ms by which the breach is to be mended; else 0. */
  readonly cureByMs: number;
  /** Signatures known of this account, registered or only seen (ledger/contract-terms.ts signatureRule). */
  readonly signatures: readonly RegisteredSignature[];
  /** Its templates (templateRule). */
  readonly templates: readonly RegisteredTemplate[];
  /** Wall ms of its first payment, 0 = none yet; looked up only where the account opens with it (opensWith). */
  readonly openedAtMs: number;
  /** Wall ms from which on the oldest unpaid invoice is overdue; 0 = none is unpaid. */
  readonly unpaidDueMs: number;
  readonly credentials: Credentials;
  /** Changes of terms entered for a day to come, by that day. */
  readonly dated: readonly DatedChange[];
}

/** How old the password and the shared secret are, and the former ones while they may still be used. */
export interface Credentials {
  /** Wall ms at which the one in force was set; 0 = there is none. */
  readonly passwordSetAtMs: number;
  readonly secretSetAtMs: number;
  /** As passwordHash and cmppSecret; "" = none. */
  readonly formerPasswordHash: string;
  readonly formerSecret: string;
  /** Wall ms until which they are taken. */
  readonly formerPasswordUntilMs: number;
  readonly formerSecretUntilMs: number;
}

export const NO_CREDENTIALS: Credentials = {
  passwordSetAtMs: 0, secretSetAtMs: 0, formerPasswordHash: "", formerSecret: "", formerPasswordUntilMs: 0, formerSecretUntilMs: 0,
};

/** Terms that are to change by themselves. */
export interface DatedChange {
  /** From 1, of this account's alone. */
  readonly no: number;
  /** Wall ms from which on they hold. */
  readonly fromMs: number;
  readonly settings: AccountSettings;
}

/** One 【signature】 of an account; its number stands with each message that bears it. */
export interface RegisteredSignature {
  /** From 1, of this account's alone, never used again. */
  readonly no: number;
  /** Without its brackets. */
  readonly text: string;
  /** Registered with the operators, or only seen in its messages, or taken back. */
  readonly state: "registered" | "seen" | "ended";
  /** The source number that messages with it must come from, digits; "" = any of the account's. */
  readonly source: string;
}

export interface RegisteredTemplate {
  /** From 1, of this account's alone. */
  readonly no: number;
  /** Text with variables in braces, such as "验证码{code}，{minutes}分钟内有效": see contract/template.ts. */
  readonly text: string;
}

/** Whether submits of an account in this state are taken. */
export function maySend(state: AccountState): boolean {
  return state === "active" || state === "warned";
}

export interface Tariff {
  /** Destination prefix as `normalisePrefix` gives it, "" = any. */
  readonly prefix: string;
  readonly priceMicros: number;
  readonly fromMs: number;
}
