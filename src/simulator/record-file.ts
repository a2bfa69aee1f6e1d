/**
 * RecordFile: what the simulated message centre took and what was acknowledged to it, one line each, for a judge.
 *
 * ```
 *  S <our id> <source> <destination> <esm_class> <coding> <octets in hex> <wall ms> <answer> <receipt>
 *  R <our id> <status it was answered with> <wall ms>
 * ```
 * Separated by tabs. esm_class is 0x40 or 0 where a protocol only has TP_udhi; coding is data_coding or Msg_Fmt. The answer is `sent`, `lost` or `dropped`, the receipt its state or `none`. The lines of one read
 * reach the system in one write at its end, so that they can be read at any moment while the simulator runs on.
 */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";

export type AnswerFate = "sent" | "lost" | "dropped";

export interface TakenLine {
  readonly kind: "taken";
  readonly id: string;
  readonly source: string;
  readonly destination: string;
  readonly esmClass: number;
  readonly dataCoding: number;
  readonly octetsHex: string;
  readonly atMs: number;
  readonly answer: AnswerFate;
  readonly receipt: string;
}
export interface AcknowledgedLine {
  readonly kind: "acknowledged";
  readonly id: string;
  readonly status: number;
  readonly atMs: number;
}
export type RecordLine = TakenLine | AcknowledgedLine;

export class RecordFile {
  readonly #file: number;
  #lines = "";

  /** Appends to the file, which is made when it is not there. Throws the system's error when it cannot be opened. */
  constructor(path: string) {
    this.#file = openSync(path, "a");
  }

  taken(
    id: string, source: string, destination: string, esmClass: number, dataCoding: number, octets: Buffer,
    atMs: number, answer: AnswerFate, receipt: string,
  ): void {
    this.#lines += `S\t${id}\t${source}\t${destination}\t${esmClass}\t${dataCoding}\t${octets.toString("hex")}\t${atMs}\t${answer}\t${receipt}\n`;
  }

  acknowledged(id: string, status: number, atMs: number): void {
    this.#lines += `R\t${id}\t${status}\t${atMs}\n`;
  }

  /** Hands all lines to the system. */
  flush(): void {
    if (this.#lines === "") return;
    writeSync(this.#file, this.#lines);
    this.#lines = "";
  }

  close(): void {
    this.flush();
    closeSync(this.#file);
  }
}

/** Reads a record file; a last line cut short by a crash is left out. Throws on a line that is none of ours. */
export function readRecords(path: string): RecordLine[] {
  const text = readFileSync(path, "utf8");
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  lines.pop();
  return lines.map((line, index) => {
    const parts = line.split("\t");
    const [kind, id = "", ...rest] = parts;
    if (kind === "S" && parts.length === 10) {
      const [source = "", destination = "", esmClass, dataCoding, octetsHex = "", atMs, answer, receipt = ""] = rest;
      return {
        kind: "taken", id, source, destination, esmClass: Number(esmClass), dataCoding: Number(dataCoding), octetsHex,
        atMs: Number(atMs), answer: answer as AnswerFate, receipt,
      };
    }
    if (kind === "R" && parts.length === 4) return { kind: "acknowledged", id, status: Number(rest[0]), atMs: Number(rest[1]) };
    throw new Error(`${path}:${index + 1} is no record of a simulated message centre`);
  });
}
