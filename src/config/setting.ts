/**
 * Setting: one thing an operator may write, with its type, default, limits, unit and meaning in one place.
 *
 * Validation, `check-config` and the example file are all made from these descriptions. A default is the raw
 * value as it would stand in the file, so that it goes through the same check.
 */
import { z } from "zod";
import type { SettingDescription } from "../../protocols/wire/protocol.js";
import { formatDuration, parseDuration } from "./duration.js";

export type RawValue = string | number | boolean | readonly string[];

export interface Setting<T> {
  /** Takes the raw value of the file; fills in the default when absent. */
  readonly check: z.ZodType<T>;
  readonly type: string;
  /** Undefined: there is none, the setting is required or may be absent. */
  readonly default: RawValue | undefined;
  readonly required: boolean;
  /** What the example file shows. */
  readonly example: RawValue;
  /** "1..65535", "one of: a, b"; "" when any value will do. */
  readonly limits: string;
  readonly unit: string;
  readonly help: string;
  /** Never printed. */
  readonly secret: boolean;
}

export type Fields = Readonly<Record<string, Setting<unknown>>>;
export type ValuesOf<F extends Fields> = { readonly [K in keyof F]: F[K] extends Setting<infer T> ? T : never };

/** A table that stands once: `[data]`. */
export interface Section<F extends Fields> {
  readonly kind: "section";
  readonly help: string;
  readonly fields: F;
}

/** A table that may be repeated: `[[listen]]`. */
export interface List<F extends Fields> {
  readonly kind: "list";
  readonly help: string;
  readonly fields: F;
}

export function section<F extends Fields>(help: string, fields: F): Section<F> {
  return { kind: "section", help, fields };
}

export function list<F extends Fields>(help: string, fields: F): List<F> {
  return { kind: "list", help, fields };
}

/** What every kind of setting says of itself; exactly one of `default`, `required` or `optional` decides absence. */
interface Told<R extends RawValue> {
  readonly help: string;
  readonly unit?: string;
  readonly example?: R;
}
type WithDefault<R extends RawValue> = Told<R> & { readonly default: R };
type Required<R extends RawValue> = Told<R> & { readonly required: true; readonly example: R };
type Optional<R extends RawValue> = Told<R> & { readonly optional: true; readonly example: R };
type Presence<R extends RawValue> = WithDefault<R> | Required<R> | Optional<R>;

/** What a setting comes out as: optional ones may be undefined. */
type Made<T, P> = P extends { readonly optional: true } ? T | undefined : T;

function make<T, R extends RawValue, P extends Presence<R>>(
  base: z.ZodType<T>,
  type: string,
  limits: string,
  told: P,
  secret = false,
): Setting<Made<T, P>> {
  const withDefault = "default" in told;
  const required = "required" in told;
  const check = withDefault
    ? (base as z.ZodType<T, unknown>).prefault(told.default)
    : required ? base : base.optional();
  return {
    check: check as unknown as z.ZodType<Made<T, P>>,
    type,
    default: withDefault ? told.default : undefined,
    required,
    example: told.example ?? (withDefault ? told.default : ""),
    limits,
    unit: told.unit ?? "",
    help: told.help,
    secret,
  };
}

/** A whole number. */
export function int<P extends Presence<number>>(told: P & { readonly min: number; readonly max: number }): Setting<Made<number, P>> {
  return make<number, number, P>(z.int().min(told.min).max(told.max), "whole number", `${told.min}..${told.max}`, told);
}

/** A duration string; comes out in milliseconds. `min` and `max` are durations too. */
export function duration<P extends Presence<string>>(
  told: P & { readonly min: string; readonly max: string },
): Setting<Made<number, P>> {
  return make<number, string, P>(durationCheck(told.min, told.max), "duration", `"${told.min}".."${told.max}"`, {
    unit: "ms, s, m, h or d",
    ...told,
  });
}

/** A list of durations; comes out in milliseconds. */
export function durations<P extends Presence<readonly string[]>>(
  told: P & { readonly min: string; readonly max: string; readonly most: number },
): Setting<Made<readonly number[], P>> {
  const check = z.array(durationCheck(told.min, told.max)).min(1).max(told.most);
  return make<readonly number[], readonly string[], P>(
    check, "list of durations", `1..${told.most} of "${told.min}".."${told.max}"`, { unit: "ms, s, m, h or d", ...told },
  );
}

export function yesNo<P extends Presence<boolean>>(told: P): Setting<Made<boolean, P>> {
  return make<boolean, boolean, P>(z.boolean(), "true or false", "", told);
}

/** Text of 1 to `max` characters (`octets`: of UTF-8), optionally of a form given by `pattern` and told in words by `form`. */
export function text<P extends Presence<string>>(
  told: P & { readonly max: number; readonly pattern?: RegExp; readonly form?: string; readonly empty?: boolean; readonly octets?: true; readonly secret?: boolean },
): Setting<Made<string, P>> {
  let check = told.empty === true ? z.string().max(told.max) : z.string().min(1, "must not be empty").max(told.max);
  if (told.pattern !== undefined) check = check.regex(told.pattern, `expected ${told.form ?? "another form"}`);
  const length = `up to ${told.max} ${told.octets === true ? "octets" : "characters"}`;
  if (told.octets === true) check = check.refine((value) => Buffer.byteLength(value) <= told.max, `expected ${length}`);
  return make<string, string, P>(check, "text", told.form === undefined ? length : `${told.form}, ${length}`, told, told.secret);
}

export function texts<P extends Presence<readonly string[]>>(
  told: P & { readonly most: number; readonly pattern?: RegExp; readonly form?: string },
): Setting<Made<readonly string[], P>> {
  let one = z.string().min(1, "must not be empty").max(4_096);
  if (told.pattern !== undefined) one = one.regex(told.pattern, `expected ${told.form ?? "another form"}`);
  return make<readonly string[], readonly string[], P>(z.array(one).max(told.most), "list of texts", `up to ${told.most}`, told);
}

export function choice<const C extends string, P extends Presence<C>>(told: P & { readonly of: readonly C[] }): Setting<Made<C, P>> {
  const check = z.enum(told.of as readonly [C, ...C[]]);
  return make<C, C, P>(check as unknown as z.ZodType<C>, "text", `one of: ${told.of.join(", ")}`, told);
}

/** A protocol's own setting as a Setting, so that it is checked, shown and documented like ours. */
export function fromDescription(told: SettingDescription): Setting<string | number | boolean> {
  const { choices = [], min = -Infinity, max = Infinity } = told;
  const bounded = told.min !== undefined || told.max !== undefined;
  const bounds = told.type === "string" ? `up to ${max} characters` : `${min}..${max}`;
  const limits = choices.length > 0 ? `one of: ${choices.join(", ")}` : bounded ? bounds : "";
  const presence = { help: told.help, default: told.default };
  let base: z.ZodType<string | number | boolean>;
  if (told.type === "boolean") base = z.boolean();
  else if (told.type === "number") base = bounded ? z.int().min(min).max(max) : z.number();
  else base = bounded ? z.string().max(max) : z.string();
  if (choices.length > 0) {
    base = base.refine((value) => (choices as readonly unknown[]).includes(value), `expected ${limits}`);
  }
  const type = told.type === "boolean" ? "true or false" : told.type === "number" ? (bounded ? "whole number" : "number") : "text";
  return make<string | number | boolean, string | number | boolean, typeof presence>(base, type, limits, presence);
}

function durationCheck(min: string, max: string): z.ZodType<number> {
  const least = parseDuration(min) ?? 0;
  const most = parseDuration(max) ?? Infinity;
  return z.string().transform((value, context) => {
    const ms = parseDuration(value);
    if (ms === null) {
      context.addIssue({ code: "custom", message: 'expected a duration such as "100ms", "30s", "5m", "72h" or "150d"' });
      return z.NEVER;
    }
    if (ms < least || ms > most) {
      const way = ms < least ? "Too short: expected at least" : "Too long: expected at most";
      context.addIssue({ code: "custom", message: `${way} "${formatDuration(ms < least ? least : most)}"` });
      return z.NEVER;
    }
    return ms;
  });
}
