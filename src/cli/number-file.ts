/**
 * Files of numbers: read in chunks that fit a line of the admin socket, and written as they can be read again.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { once } from "node:events";
import { basename } from "node:path";
import type { Readable } from "node:stream";
import type { AdminApi, ParamsOf } from "../admin/api.js";
import { dayAt } from "./business-time.js";
import type { CliContext, CommonOptions } from "./context.js";
import { CliError, Exit } from "./exit.js";
import type { ListParams, NumberFlags } from "./numbers.js";

/** Octets of a chunk; as JSON it is at most half as much again. */
const CHUNK_OCTETS = 32 * 1024;
/** Longer lines are cut: none that is a number's is so long. */
const MAX_LINE = 1_000;
const PAGE = 10_000;

/** Sends a file whole to the lists; every bad line is named, the first hundred of them with the reason. */
export async function importNumbers(context: CliContext, file: string, flags: NumberFlags, params: ListParams): Promise<void> {
  const name = file === "-" ? "standard input" : basename(file);
  await context.withBooks(flags, async (api, settings) => {
    const { actor, reason, ...rest } = params(settings.data.zoneMinutes);
    const who = { ...(actor === undefined ? {} : { actor }), ...(reason === undefined ? {} : { reason }) };
    const off = flags.remove === true;
    const { import: no } = await api.call("numbers.import.begin", { ...rest, ...who, off, file: name });
    const what = `${rest.kind} of ${flags.account ?? "all"} from ${name}`;
    try {
      await sendLines(api, no, file);
    } catch (error) {
      await api.call("numbers.import.end", { ...who, import: no, keep: false, what }).catch(() => undefined);
      throw error;
    }
    const result = await api.call("numbers.import.end", { ...who, import: no, keep: true, what });
    if (result.bad > 0) context.exit = Exit.refused;
    if (flags.json === true) return context.output.json(result);
    context.output.line(`${String(result.read)} numbers read: ${String(result.changed)} ${off ? "taken off" : "put on"} the list, ${String(result.same)} as they were`);
    for (const { line, reason: why } of result.badLines) context.output.error(`${name}:${String(line)}: ${why}`);
    const unnamed = result.bad - result.badLines.length;
    if (unnamed > 0) context.output.error(`and ${String(unnamed)} more bad lines`);
  });
}

async function sendLines(api: AdminApi, no: number, file: string): Promise<void> {
  let text = "";
  let rest = "";
  const send = async (): Promise<void> => {
    if (text !== "") await api.call("numbers.import.lines", { import: no, text: text.slice(0, -1) });
    text = "";
  };
  for await (const chunk of open(file)) {
    const lines = (rest + (chunk as string)).split("\n");
    rest = (lines.pop() ?? "").slice(0, MAX_LINE);
    for (const line of lines) {
      text += `${line.slice(0, MAX_LINE)}\n`;
      if (Buffer.byteLength(text) >= CHUNK_OCTETS) await send();
    }
  }
  if (rest !== "") text += `${rest}\n`;
  await send();
}

function open(file: string): Readable {
  const stream: Readable = file === "-" ? process.stdin : createReadStream(file);
  return stream.setEncoding("utf8");
}

/** Writes a list as CSV, page by page. */
export async function exportNumbers(context: CliContext, flags: CommonOptions & { readonly out?: string }, list: Omit<ParamsOf<"numbers.page">, "after" | "limit">): Promise<void> {
  await context.withBooks(flags, async (api, settings) => {
    const { zoneMinutes } = settings.data;
    const out = flags.out === undefined ? null : createWriteStream(flags.out, { flags: "wx", mode: 0o600 });
    if (out !== null) await once(out, "open").catch((error: unknown) => { throw new CliError(Exit.usage, error instanceof Error ? error.message : String(error), "name a file that is not there yet"); });
    const write = async (line: string): Promise<void> => {
      if (out === null) context.output.line(line);
      else if (!out.write(`${line}\n`)) await once(out, "drain");
    };
    await write(`number,date,source${list.kind === "consent" ? ",until" : list.kind === "ported" ? ",network" : ""}`);
    let count = 0;
    for (let after = "", more = true; more;) {
      const page = await api.call("numbers.page", { ...list, after, limit: PAGE });
      for (const { number, at, source, beside } of page) {
        const more4 = list.kind === "consent" || list.kind === "ported" ? `,${beside}` : "";
        await write(`${number},${dayAt(Date.parse(at), zoneMinutes)},${field(source)}${more4}`);
      }
      count += page.length;
      after = page.at(-1)?.number ?? after;
      more = page.length === PAGE;
    }
    if (out !== null) {
      out.end();
      await once(out, "close");
      if (flags.json === true) context.output.json({ numbers: count, file: flags.out });
      else context.output.line(`${String(count)} numbers written to ${flags.out ?? ""}`);
    }
  });
}

function field(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
