/**
 * BenchFolder: what a bench run needs on disk: a configuration, a word list of 10,000 words, and texts that hit none of them.
 */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildScreen } from "../filter/screen.js";
import { Random } from "../simulator/random.js";
import { freePorts } from "./free-ports.js";

export interface BenchSetup {
  readonly folder: string;
  readonly config: string;
  readonly customerPort: number;
  readonly operatorPort: number;
  readonly httpPort: number;
  readonly texts: readonly string[];
  /** For what the folder may have seen before. */
  readonly history: { readonly dir: string; readonly operator: string; readonly zoneMinutes: number };
}

/** Which protocol each side speaks. */
export interface Combination {
  readonly customer: BenchProtocol;
  readonly operator: BenchProtocol;
}
export const BENCH_PROTOCOLS = ["smpp", "cmpp"] as const;
export type BenchProtocol = (typeof BENCH_PROTOCOLS)[number];

/** Names and secrets by protocol: a CMPP name has at most six characters. */
export const OPERATOR_NAMES: Readonly<Record<BenchProtocol, string>> = { smpp: "bench", cmpp: "900001" };
export const CUSTOMER_NAMES: Readonly<Record<BenchProtocol, string>> = { smpp: "bench", cmpp: "900002" };

export interface BenchShape extends Combination {
  readonly links: number;
  readonly operatorWindow: number;
  /** Segments a text takes: 1 is 70 characters, more are 66 each. */
  readonly segments: number;
  /** Texts are encrypted on disk. */
  readonly encrypt?: true;
}

const OPERATOR = "bench";
export const OPERATOR_PASSWORD = "bench123";
const ZONE_MINUTES = 480;
const WORDS = 10_000;
const TEXTS = 256;
export const BENCH_SIGNATURE = "【测试】";
const SIGNATURE = BENCH_SIGNATURE;
/** What every text says first, and the template that it is like. */
const OPENING = "您的订单";
export const BENCH_TEMPLATE = `${OPENING}{any}`;
const ALONE_UNITS = 70;
/** What a part holds behind a 16-bit concatenation header. */
const PART_UNITS = 66;
const MAX_INSERTED = 4;

/** Makes a new folder below `parent`. */
export async function makeBenchFolder(parent: string, shape: BenchShape): Promise<BenchSetup> {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "tollgate-bench-"));
  const random = new Random(20_241_125);
  const characters = commonCharacters();
  const words = randomWords(random, characters);
  const [customerPort = 0, operatorPort = 0, httpPort = 0] = await freePorts(3);
  const config = join(folder, "tollgate.toml");
  writeFileSync(join(folder, "words.txt"), `[bench reject]\n${words.join("\n")}\n`);
  writeFileSync(config, configText(folder, shape, customerPort, operatorPort, httpPort));
  const history = { dir: join(folder, "data"), operator: OPERATOR, zoneMinutes: ZONE_MINUTES };
  return { folder, config, customerPort, operatorPort, httpPort, history, texts: cleanTexts(random, characters, words, shape.segments) };
}

function configText(folder: string, shape: BenchShape, customerPort: number, operatorPort: number, httpPort: number): string {
  return [
    "[data]",
    `dir = ${JSON.stringify(join(folder, "data"))}`,
    `utc_offset_minutes = ${ZONE_MINUTES}`,
    "[[listen]]",
    `protocol = "${shape.customer}"`,
    'host = "127.0.0.1"',
    `port = ${customerPort}`,
    "[[operator]]",
    `name = "${OPERATOR}"`,
    `protocol = "${shape.operator}"`,
    'host = "127.0.0.1"',
    `port = ${operatorPort}`,
    `system_id = "${OPERATOR_NAMES[shape.operator]}"`,
    `password = "${OPERATOR_PASSWORD}"`,
    `links = ${shape.links}`,
    `window = ${shape.operatorWindow}`,
    `[operator.${shape.operator}]`,
    // Never less than the message centre's own window: beyond it the gateway stops reading the link.
    `deliver_window = ${shape.operatorWindow}`,
    "[http]",
    'host = "127.0.0.1"',
    `port = ${httpPort}`,
    "[filter]",
    `keywords = ["words.txt"]`,
    `max_inserted = ${MAX_INSERTED}`,
    ...(shape.encrypt === true ? ["[privacy]", "encrypt_bodies = true"] : []),
    "",
  ].join("\n");
}

/** The 3,755 common characters of GB 2312, first level: simplified all, so that folding leaves them alone. */
function commonCharacters(): readonly string[] {
  const decoder = new TextDecoder("gb18030");
  const octets: number[] = [];
  for (let row = 0xb0; row <= 0xd7; row++) {
    for (let cell = 0xa1; cell <= (row === 0xd7 ? 0xf9 : 0xfe); cell++) octets.push(row, cell);
  }
  return [...decoder.decode(Uint8Array.from(octets))];
}

/** Distinct words of two to six characters. */
function randomWords(random: Random, characters: readonly string[]): string[] {
  const words = new Set<string>();
  while (words.size < WORDS) words.add(randomText(random, characters, 2 + random.below(5)));
  return [...words];
}

function cleanTexts(random: Random, characters: readonly string[], words: readonly string[], segments: number): string[] {
  const built = buildScreen([{ name: "words.txt", text: words.join("\n") }], { maxInserted: MAX_INSERTED }, 1);
  if ("errors" in built) throw new Error(`the list made for the bench is refused: ${built.errors[0]?.reason ?? ""}`);
  const units = segments === 1 ? ALONE_UNITS : segments * PART_UNITS;
  const texts: string[] = [];
  while (texts.length < TEXTS) {
    const text = SIGNATURE + OPENING + randomText(random, characters, units - SIGNATURE.length - OPENING.length);
    if (built.screen.screen(text) === null) texts.push(text);
  }
  return texts;
}

function randomText(random: Random, characters: readonly string[], length: number): string {
  let text = "";
  while (text.length < length) text += characters[random.below(characters.length)] ?? "";
  return text;
}
