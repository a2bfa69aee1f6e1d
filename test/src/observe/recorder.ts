/** A stream that keeps the log lines written to it. */
import { Writable } from "node:stream";

export class Recorder extends Writable {
  #text = "";

  constructor() {
    super({ decodeStrings: false });
  }

  override _write(chunk: string, _encoding: string, done: () => void): void {
    this.#text += chunk;
    done();
  }

  clear(): void {
    this.#text = "";
  }

  json(): Record<string, unknown>[] {
    return this.#text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}
