/**
 * tollgate decode HEX: any frames of any protocol we speak, field by field, with what the values mean and what is wrong.
 *
 * The protocol is guessed frame by frame: one in which nothing is faulty goes before one in which something is, then the
 * one in which less is unlike it (lengths, numbers out of their ranges, texts that are none, octets that it would write
 * otherwise); what is still even goes with the other frames.
 */
import { Option } from "commander";
import type { Command } from "commander";
import type { WireProtocol } from "../../protocols/wire/protocol.js";
import { printPdu, showFields } from "../../protocols/wire/print.js";
import type { PrintablePdu, PrintOptions } from "../../protocols/wire/print.js";
import type { CliContext } from "./context.js";
import { CliError, Exit } from "./exit.js";
import { loadProtocols } from "./protocols.js";

/** The part of a protocol that this needs. */
export type Describer = Pick<WireProtocol, "name" | "describe">;

export interface DecodedFrame {
  readonly protocol: string;
  readonly offset: number;
  readonly octets: Buffer;
  readonly pdu: PrintablePdu;
  /** Other protocols that the octets may as well be of. */
  readonly orElse: readonly string[];
}

interface Flags {
  readonly protocol?: string;
  readonly mask?: true;
  readonly personal?: true;
  readonly json?: true;
}

/** No frame of any protocol is shorter than its own length and a command, or longer than this. */
const MIN_FRAME_OCTETS = 8;
const MAX_FRAME_OCTETS = 73_728;
const GUESSING = `
How the protocol is guessed: every frame is read as each protocol, by its length, its command's number and the fields of its
body; the one in which least is wrong or unlikely is shown. --protocol says it instead.

  tollgate decode 0000000c0000000800000009
  tollgate decode < frames.txt        # blanks, line ends, commas and 0x are skipped; several frames may follow each other`;

export function register(program: Command, context: CliContext): void {
  program.command("decode [hex...]")
    .description("print frames of any protocol we speak field by field, with names and meanings")
    .option("--protocol <name>", "such as smpp: do not guess the protocol")
    .option("--mask", "mask numbers and texts, as the log does")
    .addOption(new Option("--personal", "show numbers and texts in full (the default)").conflicts("mask"))
    .option("--json", "print one JSON document")
    .addHelpText("after", GUESSING)
    .action(async (words: readonly string[], flags: Flags) => {
      const octets = readHex(words.length > 0 ? words.join(" ") : await context.readInput());
      const known = await loadProtocols();
      const describers = flags.protocol === undefined ? known : known.filter((each) => each.name === flags.protocol);
      if (describers.length === 0) throw new CliError(Exit.usage, `${flags.protocol ?? "nothing"} is no protocol we speak`, known.map(({ name }) => name).join(" or "));
      const frames = decodeFrames(octets, describers);
      if (frames.some((frame) => frame.pdu.faulty)) context.exit = Exit.refused;
      const options: PrintOptions = { personal: flags.mask !== true, whole: true };
      if (flags.json === true) return context.output.json(frames.map((frame) => jsonOf(frame, options)));
      frames.forEach((frame, index) => {
        if (index > 0) context.output.line("");
        for (const line of linesOf(frame, options)) context.output.line(line);
      });
    });
}

/** Octets from hexadecimal text; blanks, commas and "0x" may stand between octets. @throws CliError naming the place of what is no hex. */
export function readHex(text: string): Buffer {
  const digits: string[] = [];
  const skipped = /^(?:[\s,]+|0x)/i;
  for (let at = 0; at < text.length; ) {
    const skip = digits.length % 2 === 0 ? (skipped.exec(text.slice(at, at + 64))?.[0].length ?? 0) : 0;
    if (skip > 0) {
      at += skip;
      continue;
    }
    const character = text.charAt(at);
    if (!/[0-9a-f]/i.test(character)) throw noHex(text, at, digits.length);
    digits.push(character);
    at++;
  }
  if (digits.length === 0) throw new CliError(Exit.usage, "there is nothing to decode", "give frames as hexadecimal digits, as arguments or on standard input");
  if (digits.length % 2 !== 0) throw new CliError(Exit.usage, `${digits.length} hexadecimal digits are no whole octets: one is missing or too many`);
  return Buffer.from(digits.join(""), "hex");
}

function noHex(text: string, at: number, digits: number): CliError {
  const lines = text.slice(0, at).split("\n");
  const line = lines.length > 1 ? `line ${lines.length}, ` : "";
  const place = `${line}character ${(lines[lines.length - 1] ?? "").length + 1}`;
  const what = digits % 2 === 0 ? "is no hexadecimal digit" : "stands within an octet";
  return new CliError(Exit.usage, `${JSON.stringify(text.charAt(at))} at ${place} ${what}`, "give frames as hexadecimal digits; blanks, line ends, commas and 0x are skipped");
}

/** Frame by frame by the lengths that they begin with; what is no whole frame comes last, as it is. */
export function cutFrames(octets: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < octets.length; ) {
    const left = octets.length - at;
    const length = left < 4 ? 0 : octets.readUInt32BE(at);
    const end = length < MIN_FRAME_OCTETS || length > Math.min(left, MAX_FRAME_OCTETS) ? octets.length : at + length;
    frames.push(octets.subarray(at, end));
    at = end;
  }
  return frames;
}

/** Something faulty outweighs any number of doubts. */
const FAULTY = 1_000;
const weight = (pdu: PrintablePdu): number => (pdu.faulty ? FAULTY : 0) + pdu.doubts.length;

/** Every frame of the octets as the protocol that fits it best. */
export function decodeFrames(octets: Buffer, describers: readonly Describer[]): DecodedFrame[] {
  const frames = cutFrames(octets).map((frame) => ({ frame, readings: describers.map((each) => each.describe(frame)) }));
  const totals = describers.map((_, which) => frames.reduce((sum, { readings }) => sum + weight(readings[which] as PrintablePdu), 0));
  let offset = 0;
  return frames.map(({ frame, readings }) => {
    const least = Math.min(...readings.map(weight));
    const even = describers.map((_, which) => which).filter((which) => weight(readings[which] as PrintablePdu) === least);
    const best = even.reduce((a, b) => ((totals[b] as number) < (totals[a] as number) ? b : a));
    const orElse = even.filter((which) => which !== best && totals[which] === totals[best]).map((which) => (describers[which] as Describer).name);
    const decoded = { protocol: (describers[best] as Describer).name, offset, octets: frame, pdu: readings[best] as PrintablePdu, orElse };
    offset += frame.length;
    return decoded;
  });
}

function linesOf({ protocol, pdu, orElse }: DecodedFrame, options: PrintOptions): string[] {
  const lines = [`${protocol.toUpperCase()} ${printPdu(pdu, options)}`];
  lines.push(...pdu.doubts.map((doubt) => `  unlikely: ${doubt}`));
  if (orElse.length > 0) lines.push(`  these octets may be ${orElse.join(" or ")} as well: --protocol ${orElse[0] ?? ""}`);
  return lines;
}

function jsonOf({ protocol, offset, octets, pdu, orElse }: DecodedFrame, options: PrintOptions): object {
  return { protocol, offset, octets: octets.length, title: pdu.title, faulty: pdu.faulty, doubts: pdu.doubts, orElse, fields: showFields(pdu.fields, options) };
}
