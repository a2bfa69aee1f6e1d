/**
 * Evidence pack: all that the books know of messages between our customers and one telephone number.
 */
import type { Complaint } from "../ledger/complaint.js";

export interface EvidenceMessage {
  readonly messageId: number;
  readonly acceptedAtMs: number;
  readonly account: string;
  readonly source: string;
  /** As it was submitted. */
  readonly destination: string;
  /** Without brackets; "" where none is known. */
  readonly signature: string;
  readonly state: string;
  readonly segments: number;
  /** Of a text that its customer sent in parts: which part this is of how many; 0: it is whole. */
  readonly segmentNumber: number;
  readonly segmentTotal: number;
  readonly operator: string;
  readonly operatorMessageId: string;
  /** 0: it never was. */
  readonly sentAtMs: number;
  readonly receipt: { readonly state: string; readonly word: string; readonly error: string; readonly atMs: number } | null;
  /** Evidence kept with it: what the screen flagged or refused it for; "" when texts were not asked for. */
  readonly flags: string;
  /** Null when texts were not asked for, it is no text, or it is no longer kept. */
  readonly text: string | null;
}

/** A message from the number (MO). */
export interface EvidenceInbound {
  readonly atMs: number;
  /** "" when no customer was found for it. */
  readonly account: string;
  readonly operator: string;
  readonly source: string;
  readonly destination: string;
  readonly text: string | null;
}

export interface EvidenceRefusal {
  readonly atMs: number;
  readonly account: string;
  readonly outcome: string;
  /** "" when texts were not asked for: it may name a word of the text. */
  readonly rule: string;
  readonly source: string;
  readonly destination: string;
  readonly text: string | null;
}

/** Who stands behind an account. */
export interface EvidenceParty {
  readonly account: string;
  readonly state: string;
  readonly party: string;
  readonly partyContact: string;
  readonly contractNo: string;
}

export interface EvidenceAct {
  readonly no: number;
  readonly atMs: number;
  readonly actor: string;
  readonly what: string;
}

export interface EvidencePack {
  /** In its normal form. */
  readonly number: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** The days (YYYY-MM-DD) whose books were read: what is asked for beyond them is no longer, or was never, kept. */
  readonly days: readonly string[];
  /** There was more than is shown of something. */
  readonly cut: boolean;
  readonly messages: readonly EvidenceMessage[];
  readonly inbound: readonly EvidenceInbound[];
  readonly refusals: readonly EvidenceRefusal[];
  readonly parties: readonly EvidenceParty[];
  readonly complaints: readonly Complaint[];
  /** Of the audit log: what was done about these messages, these complaints and the accounts behind them. */
  readonly acts: readonly EvidenceAct[];
}

/** Messages, inbound messages and refusals shown at most, of each. */
export const MAX_EVIDENCE = 10_000;
