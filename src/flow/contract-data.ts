/**
 * ContractData: what contracts are judged by beside their own terms: number lists, networks, and the words of replies; one of each for the gateway.
 */
import { Adverts, type AdvertFile } from "../contract/adverts.js";
import type { NetworkName, Segment } from "../contract/network.js";
import { NetworkTable } from "../contract/network.js";
import { NumberLists } from "../contract/number-lists.js";
import { ReplyWords } from "../filter/reply-words.js";
import type { Screen } from "../filter/screen.js";

/** What is read from files, all of it at once. */
export interface ContractFiles {
  readonly segments: {
    readonly date: string;
    readonly segments: readonly Segment[];
    /** Words in operators' reports that say a number has left a network. */
    readonly left: ReadonlyMap<string, NetworkName>;
  };
  readonly replyWords: ReplyWords;
  /** How advertisements read; null: no text reads like one. */
  readonly adverts: { readonly file: AdvertFile; readonly screen: Screen } | null;
  /** A digest of what the files say. */
  readonly version: string;
}

export class ContractData {
  readonly lists: NumberLists;
  readonly networks: NetworkTable;
  readonly adverts = new Adverts();
  #replyWords = new ReplyWords(new Map());
  #left: ReadonlyMap<string, NetworkName> = new Map();
  #version = "";

  /** @param zoneMinutes business time zone, minutes ahead of UTC */
  constructor(zoneMinutes: number) {
    this.lists = new NumberLists(zoneMinutes);
    this.networks = new NetworkTable(this.lists.ported);
  }

  /** Puts what was read in force. */
  take({ segments, replyWords, adverts, version }: ContractFiles): void {
    if (adverts !== null) this.adverts.replace(adverts.file, adverts.screen);
    this.networks.replace(segments.segments, segments.date);
    this.#left = segments.left;
    this.#replyWords = replyWords;
    this.#version = version;
  }

  get replyWords(): ReplyWords {
    return this.#replyWords;
  }

  /** The network that a number has left when an operator's report says this; undefined for all other words. */
  leftBy(word: string): NetworkName | undefined {
    return this.#left.get(word);
  }

  get version(): string {
    return this.#version;
  }
}
