/** A road on which contracts are judged, and words for its tests. */
import { Encoding, newMessage, type Message } from "../../../protocols/model/message.js";
import { NO_ADVERTS } from "../../../src/contract/adverts.js";
import { NetworkTable } from "../../../src/contract/network.js";
import { NumberLists } from "../../../src/contract/number-lists.js";
import { SignatureGrowth } from "../../../src/contract/signature-growth.js";
import { Trackers } from "../../../src/contract/traffic-policy.js";
import type { FlowOptions } from "../../../src/flow/parts.js";
import type { PolicyGround } from "../../../src/flow/policy.js";
import type { Account } from "../../../src/ledger/account.js";
import { Road } from "./road.js";

const UNICOM = "130";
const MOBILE = "138";

export class PolicyRoad extends Road {
  readonly lists: NumberLists;
  readonly trackers: Trackers;
  /** Accounts found blasting, and let go again. */
  readonly blasting: boolean[];
  /** Signatures nobody knew, and alarms of too many. */
  readonly signatures: string[];

  constructor(terms: Partial<Account>, options: Partial<FlowOptions> = {}) {
    const lists = new NumberLists(480);
    const blasting: boolean[] = [];
    const networks = new NetworkTable(lists.ported);
    networks.replace([{ prefix: UNICOM, network: "unicom", virtual: false }, { prefix: MOBILE, network: "mobile", virtual: false }], "2025-11-25");
    const trackers = new Trackers({ zoneMinutes: 480, maxNumbers: 10_000, maxTexts: 10_000, maxBlocks: 1_000 }, { blasting: (_no, on) => void blasting.push(on) });
    const told: string[] = [];
    const signatures = new SignatureGrowth(480, {
      seen: (_account, signature, source) => void told.push(`${signature} ${source}`),
      growth: (_accountNo, on) => void told.push(on ? "growth" : "over"),
    });
    const ground: PolicyGround = { lists, networks, trackers, adverts: NO_ADVERTS, signatures };
    super(terms, options, ground);
    this.lists = lists;
    this.trackers = trackers;
    this.blasting = blasting;
    this.signatures = told;
  }

  /** One submit of a text, to its end; what it was answered. */
  say(said: string, to = "13800138000", more: Partial<Message> = {}): string {
    this.send(chinese(said, to, more));
    return this.answers.at(-1) ?? "";
  }

  /** Reasons of the refusals that were kept. */
  get kept(): string[] {
    return this.store.calls.filter((call) => call.startsWith("refusal ")).map((call) => call.slice("refusal ".length));
  }
}

export function chinese(said: string, to = "13800138000", more: Partial<Message> = {}): Message {
  return {
    ...newMessage(), source: "10690001", destination: to, encoding: Encoding.ucs2, codingOctet: 8, octets: Buffer.from(said, "utf16le").swap16(), ...more,
  };
}

/** The parts of a text under one reference, behind no header: as the model has them. */
export function partsOf(pieces: readonly string[], reference = 7, to = "13800138000"): Message[] {
  return pieces.map((piece, at) => chinese(piece, to, { segmentReference: reference, segmentTotal: pieces.length, segmentNumber: at + 1 }));
}
