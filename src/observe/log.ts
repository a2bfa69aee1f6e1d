/**
 * Log: the gateway's operations log, one JSON object (or one line of text) an event; the only user of winston.
 *
 * For people and their tools, never for single messages: those are in the store. The level is checked
 * before anything is built, since winston itself looks at it only after formatting (2-4 us a call).
 * A reader that stalls costs lines, not memory: above MAX_WAITING_OCTETS they are dropped and counted.
 */
import { writeSync } from "node:fs";
import type { Writable } from "node:stream";
import winston from "winston";
import type { Clock } from "../../protocols/wire/clock.js";
import type { WireLog } from "../../protocols/wire/protocol.js";
import { safeField, type Field, type Fields } from "./mask.js";
import { Sampler } from "./sampler.js";

export const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const SEVERITY: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3 };
/** The journal's own priorities, for text lines only (JSON carries its level). */
const JOURNAL_PREFIX: Readonly<Record<LogLevel, string>> = { error: "<3>", warn: "<4>", info: "<6>", debug: "<7>" };
const RESERVED = new Set(["ts", "level", "event", "component"]);
export const MAX_WAITING_OCTETS = 4 * 1024 * 1024;
const CLOSE_WITHIN_MS = 2000;
const MAX_STACK_UNITS = 4000;
export const SAMPLED_LINES_A_MINUTE = 20;

export interface Log {
  /** `event` is a constant word in snake_case; what varies goes into `fields`. */
  error(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  info(event: string, fields?: Fields): void;
  debug(event: string, fields?: Fields): void;
  /**
   * A line that outsiders can cause at will: at most 20 a minute of one event, at most half of them with the
   * same `key` (the peer's address). The next line shown carries `suppressed`, the number left out.
   */
  sampled(level: LogLevel, event: string, key: string, fields?: Fields): void;
  /** True when debug lines are written; check it before gathering costly fields. */
  readonly debugEnabled: boolean;
  readonly level: LogLevel;
  /** The same log, its lines marked `component`. */
  child(component: string): Log;
  /** Takes effect at once on this log and all its children. */
  setLevel(level: LogLevel): void;
  /** Lines lost to a reader that stalled or went away. */
  readonly dropped: number;
  /** Writes what is waiting, within two seconds. Lines after it are lost. */
  close(): Promise<void>;
}

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: "json" | "text";
  readonly clock: Clock;
  readonly component?: string;
  /** Where lines go; standard output unless told. */
  readonly stream?: Writable;
  /** Mark text lines with the journal's priorities; by default when standard output is the journal. */
  readonly journal?: boolean;
}

/** What all children share. */
interface Shared {
  severity: number;
  level: LogLevel;
  dropped: number;
  droppedUntold: number;
  closed: boolean;
  broken: boolean;
  readonly sampler: Sampler;
  readonly clock: Clock;
  readonly stream: Writable;
  readonly logger: winston.Logger;
  readonly format: (ts: string, level: LogLevel, component: string, event: string, fields: Fields | undefined, suppressed: number) => string;
}

/** Opens the process's log. */
export function createLog(options: LogOptions): Log {
  const stream = options.stream ?? process.stdout;
  const journal = options.journal ?? process.env["JOURNAL_STREAM"] !== undefined;
  const shared: Shared = {
    severity: SEVERITY[options.level],
    level: options.level,
    dropped: 0,
    droppedUntold: 0,
    closed: false,
    broken: false,
    sampler: new Sampler(SAMPLED_LINES_A_MINUTE),
    clock: options.clock,
    stream,
    logger: winston.createLogger({
      levels: SEVERITY,
      level: "debug", // the level is decided here, before a line is built
      format: winston.format.printf((info) => String(info.message)),
      transports: [new winston.transports.Stream({ stream, eol: "\n" })],
    }),
    format: options.format === "json" ? jsonLine : journal ? journalLine : textLine,
  };
  // A closed pipe must not end the gateway: it goes on without a log.
  stream.on("error", () => {
    shared.broken = true;
  });
  return new SharedLog(shared, options.component ?? "tollgate");
}

/** A protocol's view of the log. Warnings and notes, which peers can cause, are sampled by `fields.remote`. */
export function wireLog(log: Log): WireLog {
  return {
    event(level, event, fields): void {
      if (level === "error") log.error(event, fields);
      else if (level === "debug") log.debug(event, fields);
      else log.sampled(level, event, String(fields["remote"] ?? ""), fields);
    },
  };
}

/**
 * The last words of a dying process, straight to standard error: lines still waiting in a stream are lost by
 * process.exit(), this one is not. Never throws.
 */
export function crashLine(clock: Clock, event: string, error: unknown, origin = "uncaughtException"): void {
  const fields = error instanceof Error
    ? { error: error.message, origin, stack: (error.stack ?? "").slice(0, MAX_STACK_UNITS) }
    : { error: String(error), origin };
  clock.refresh();
  const line = Buffer.from(`${crashJson(new Date(clock.wallMs).toISOString(), event, fields)}\n`);
  // A full pipe answers EAGAIN; a few tries, then the exit code must speak for itself.
  for (let offset = 0, tries = 0; offset < line.length && tries < 100; tries++) {
    try {
      offset += writeSync(2, line, offset);
    } catch {
      continue;
    }
  }
}

class SharedLog implements Log {
  readonly #shared: Shared;
  readonly #component: string;

  constructor(shared: Shared, component: string) {
    this.#shared = shared;
    this.#component = component;
  }

  get debugEnabled(): boolean {
    return this.#shared.severity >= SEVERITY.debug;
  }

  get level(): LogLevel {
    return this.#shared.level;
  }

  get dropped(): number {
    return this.#shared.dropped;
  }

  error(event: string, fields?: Fields): void {
    this.#write("error", event, fields, 0);
  }

  warn(event: string, fields?: Fields): void {
    if (this.#shared.severity >= SEVERITY.warn) this.#write("warn", event, fields, 0);
  }

  info(event: string, fields?: Fields): void {
    if (this.#shared.severity >= SEVERITY.info) this.#write("info", event, fields, 0);
  }

  debug(event: string, fields?: Fields): void {
    if (this.#shared.severity >= SEVERITY.debug) this.#write("debug", event, fields, 0);
  }

  sampled(level: LogLevel, event: string, key: string, fields?: Fields): void {
    if (this.#shared.severity < SEVERITY[level]) return;
    const suppressed = this.#shared.sampler.admit(event, key, this.#shared.clock.monotonicMs);
    if (suppressed >= 0) this.#write(level, event, fields, suppressed);
  }

  child(component: string): Log {
    return new SharedLog(this.#shared, component);
  }

  setLevel(level: LogLevel): void {
    this.#shared.severity = SEVERITY[level];
    this.#shared.level = level;
  }

  async close(): Promise<void> {
    const shared = this.#shared;
    if (shared.closed) return;
    for (const [event, count] of shared.sampler.takeSuppressed()) {
      if (shared.severity >= SEVERITY.info) this.#write("info", "log_suppressed", { of: event, count }, 0);
    }
    shared.closed = true;
    await new Promise<void>((resolve) => {
      const cancel = shared.clock.after(CLOSE_WITHIN_MS, resolve);
      const done = (): void => {
        cancel();
        resolve();
      };
      shared.logger.once("finish", () => {
        if (shared.broken || shared.stream.destroyed) done();
        else shared.stream.write("", done);
      });
      shared.logger.end();
    });
  }

  #write(level: LogLevel, event: string, fields: Fields | undefined, suppressed: number): void {
    const shared = this.#shared;
    if (shared.closed) return;
    if (shared.broken || shared.stream.writableLength > MAX_WAITING_OCTETS) {
      shared.dropped++;
      shared.droppedUntold++;
      return;
    }
    shared.clock.refresh();
    const ts = new Date(shared.clock.wallMs).toISOString();
    if (shared.droppedUntold > 0) {
      const count = shared.droppedUntold;
      shared.droppedUntold = 0;
      shared.logger.log("warn", shared.format(ts, "warn", "log", "log_lines_dropped", { count }, 0));
    }
    shared.logger.log(level, shared.format(ts, level, this.#component, event, fields, suppressed));
  }
}

function jsonLine(ts: string, level: LogLevel, component: string, event: string, fields: Fields | undefined, suppressed: number): string {
  const line: Record<string, Field> = { ts, level, event, component };
  if (fields !== undefined) {
    for (const name of Object.keys(fields)) line[RESERVED.has(name) ? `${name}_` : name] = safeField(name, fields[name] as Field);
  }
  if (suppressed > 0) line["suppressed"] = suppressed;
  return JSON.stringify(line);
}

function textLine(ts: string, level: LogLevel, component: string, event: string, fields: Fields | undefined, suppressed: number): string {
  let line = `${ts} ${level.padEnd(5)} ${component} ${event}`;
  if (fields !== undefined) {
    for (const name of Object.keys(fields)) line += ` ${name}=${plainOrQuoted(safeField(name, fields[name] as Field))}`;
  }
  return suppressed > 0 ? `${line} suppressed=${suppressed}` : line;
}

function journalLine(ts: string, level: LogLevel, component: string, event: string, fields: Fields | undefined, suppressed: number): string {
  return JOURNAL_PREFIX[level] + textLine(ts, level, component, event, fields, suppressed);
}

/** Words stand bare; anything with a space, quote, equals sign or control character stands in JSON quotes. */
function plainOrQuoted(value: Field): string {
  const text = String(value);
  return typeof value === "string" && (text === "" || /[\s"=\\\p{Cc}]/u.test(text)) ? JSON.stringify(text) : text;
}

function crashJson(ts: string, event: string, fields: Fields): string {
  // A stack is longer than any field of an ordinary line and is kept whole.
  return JSON.stringify({ ts, level: "error", event, component: "crash", ...fields });
}
