/**
 * The field language: a PDU's body written as a table, checked whole at load and compiled once to straight-line code.
 *
 * ```
 *   [text("service_type", 6), int("esm_class", 1), lengthOf("sm_length", 1), octets("short_message", "sm_length"), ...]
 *        -> compileTable() -> decode(frame, start, end)   encode(target, offset, body)   blank()   room(body)
 * ```
 * A table's body type is derived from the table itself (`Body<typeof TABLE>`), so the two cannot differ. Length and
 * count fields are on the wire only: the body has the octets or the list they speak of. An absent field is in the body
 * only: two versions of a PDU can so have one body.
 */
import { assertTable } from "./table-check.js";
import { compileBlank, compileDecoder, compileEncoder, compileRoom } from "./table-code.js";

/** An unsigned big-endian integer of 1, 2 or 4 octets. */
export interface IntField<N extends string = string> {
  readonly kind: "int";
  readonly name: N;
  readonly width: 1 | 2 | 4;
  readonly status: number;
}
/** Text closed by a NUL, at most `max` octets with it. */
export interface TextField<N extends string = string> {
  readonly kind: "text";
  readonly name: N;
  readonly max: number;
  readonly status: number;
}
/** Text closed by a NUL that is either empty or exactly `size` octets with it. */
export interface FixedTextField<N extends string = string> {
  readonly kind: "fixed_text";
  readonly name: N;
  readonly size: number;
  readonly status: number;
}
/** The octet count of a later `octets` field. */
export interface LengthField<N extends string = string> {
  readonly kind: "length";
  readonly name: N;
  readonly width: 1 | 2 | 4;
  readonly status: number;
}
/** Octets as many as an earlier length field said; decoded without a copy, as a view on the frame. */
export interface OctetsField<N extends string = string> {
  readonly kind: "octets";
  readonly name: N;
  readonly length: string;
  readonly status: number;
}
/** The number of entries of a later `repeat` field. */
export interface CountField<N extends string = string> {
  readonly kind: "count";
  readonly name: N;
  readonly width: 1 | 2;
  /** A smaller or a larger count is a fault. */
  readonly min: number;
  readonly max: number;
  readonly status: number;
}
/** Entries as many as an earlier count field said. */
export interface RepeatField<N extends string = string, I extends readonly ItemField[] = readonly ItemField[]> {
  readonly kind: "repeat";
  readonly name: N;
  readonly count: string;
  readonly item: I;
}
/** A one-octet number that decides which fields follow it. Fields of the other cases stay blank. */
export interface ChoiceField<
  N extends string = string,
  A extends Readonly<Record<number, readonly PlainField[]>> = Readonly<Record<number, readonly PlainField[]>>,
> {
  readonly kind: "choice";
  readonly name: N;
  readonly cases: A;
  readonly status: number;
}
/** All octets that are left, as one view, after `check` has looked them over. Always last. */
export interface TailField<N extends string = string> {
  readonly kind: "tail";
  readonly name: N;
  readonly check: TailCheck;
  readonly status: number;
}
/** Text at the front of a field of `size` octets, the rest NUL; read up to the first NUL, and without spaces at its end. */
export interface PaddedField<N extends string = string> {
  readonly kind: "padded";
  readonly name: N;
  readonly size: number;
  /** A peer says the same again and again: then the text read last is compared with the octets before a new one is made. */
  readonly recurring: boolean;
  readonly status: number;
}
/** Octets of a fixed number, as a view on the frame; none at all is written as zeros. */
export interface RawField<N extends string = string> {
  readonly kind: "raw";
  readonly name: N;
  readonly size: number;
  readonly status: number;
}
/** Padded texts as many as an earlier count field said. */
export interface PaddedListField<N extends string = string> {
  readonly kind: "padded_list";
  readonly name: N;
  readonly count: string;
  readonly size: number;
  readonly status: number;
}
/** A padded text at the end of a body, of which peers leave out zeros: all of them, or some. Written whole. */
export interface PaddedTailField<N extends string = string> {
  readonly kind: "padded_tail";
  readonly name: N;
  readonly size: number;
  readonly status: number;
}
/** In the body only, always empty when read: another version of this PDU has it on the wire. */
export interface AbsentField<N extends string = string, B extends 0 | "" = 0 | ""> {
  readonly kind: "absent";
  readonly name: N;
  readonly blank: B;
}
/** Nothing may follow. Always last. */
export interface EndField<N extends string = string> {
  readonly kind: "end";
  readonly name: N;
  readonly status: number;
}
/** Says where the good octets from `start` up to `end` stop; `~stop` (negative) when what follows them is a fault. */
export type TailCheck = (frame: Buffer, start: number, end: number) => number;

export type PlainField = IntField | TextField | FixedTextField;
export type ItemField = PlainField | ChoiceField;
export type Field =
  | ItemField | LengthField | OctetsField | CountField | RepeatField | TailField
  | PaddedField | RawField | PaddedListField | PaddedTailField | AbsentField | EndField;
export type Table = readonly Field[];

type Shown<F> =
  F extends ChoiceField<infer N, infer A> ? IntField<N> | A[keyof A & number][number]
  : F extends LengthField | CountField | EndField ? never
  : F;
type Value<F> =
  F extends IntField ? number
  : F extends TextField | FixedTextField | PaddedField | PaddedTailField ? string
  : F extends OctetsField | TailField | RawField ? Buffer
  : F extends PaddedListField ? string[]
  : F extends AbsentField<string, infer B> ? B extends 0 ? number : string
  : F extends RepeatField<string, infer I> ? Body<I>[]
  : never;
/** What a table's PDU looks like in memory: wire names, one hidden class. */
export type Body<T extends readonly Field[]> = {
  [F in Shown<T[number]> as F extends { readonly name: infer N extends string } ? N : never]: Value<F>;
};

/** What a peer's PDU got wrong, as data: which field, what to answer, and why. Shared and frozen; never thrown. */
export interface FieldFault {
  readonly fault: true;
  readonly field: string;
  /** The protocol's own status for this field. */
  readonly status: number;
  readonly detail: string;
}

export function isFault(value: object): value is FieldFault {
  return (value as Partial<FieldFault>).fault === true;
}

export function int<N extends string>(name: N, width: 1 | 2 | 4, status: number): IntField<N> {
  return { kind: "int", name, width, status };
}
export function text<N extends string>(name: N, max: number, status: number): TextField<N> {
  return { kind: "text", name, max, status };
}
export function fixedText<N extends string>(name: N, size: number, status: number): FixedTextField<N> {
  return { kind: "fixed_text", name, size, status };
}
export function lengthOf<N extends string>(name: N, width: 1 | 2 | 4, status: number): LengthField<N> {
  return { kind: "length", name, width, status };
}
export function octets<N extends string>(name: N, length: string, status: number): OctetsField<N> {
  return { kind: "octets", name, length, status };
}
export function countOf<N extends string>(name: N, width: 1 | 2, min: number, status: number, max = width === 1 ? 0xff : 0xffff): CountField<N> {
  return { kind: "count", name, width, min, max, status };
}
export function repeat<N extends string, const I extends readonly ItemField[]>(
  name: N, count: string, item: I,
): RepeatField<N, I> {
  return { kind: "repeat", name, count, item };
}
export function choice<N extends string, const A extends Readonly<Record<number, readonly PlainField[]>>>(
  name: N, cases: A, status: number,
): ChoiceField<N, A> {
  return { kind: "choice", name, cases, status };
}
export function tail<N extends string>(name: N, check: TailCheck, status: number): TailField<N> {
  return { kind: "tail", name, check, status };
}
export function padded<N extends string>(name: N, size: number, status: number): PaddedField<N> {
  return { kind: "padded", name, size, recurring: false, status };
}
/** As `padded`, for what is the same in most PDUs of a peer. */
export function recurring<N extends string>(name: N, size: number, status: number): PaddedField<N> {
  return { kind: "padded", name, size, recurring: true, status };
}
export function raw<N extends string>(name: N, size: number, status: number): RawField<N> {
  return { kind: "raw", name, size, status };
}
export function paddedList<N extends string>(name: N, count: string, size: number, status: number): PaddedListField<N> {
  return { kind: "padded_list", name, count, size, status };
}
export function paddedTail<N extends string>(name: N, size: number, status: number): PaddedTailField<N> {
  return { kind: "padded_tail", name, size, status };
}
export function absent<N extends string, const B extends 0 | "">(name: N, blank: B): AbsentField<N, B> {
  return { kind: "absent", name, blank };
}
export function end<N extends string>(name: N, status: number): EndField<N> {
  return { kind: "end", name, status };
}

/** A table in the form that runs. All offsets count from the start of the buffer handed in. */
export interface Codec<B extends object> {
  readonly name: string;
  readonly table: Table;
  /** Reads a body that stands at `start` up to `end`. Octets are views on `frame`. Never throws, never reads outside. */
  decode(frame: Buffer, start: number, end: number): B | FieldFault;
  /** As `decode`, but takes what can be read and leaves the rest blank; text too long for its field is cut, as are octets where the PDU ends. */
  decodeLeniently(frame: Buffer, start: number, end: number): B;
  /**
   * Writes the body at `offset`, returns where it ends. The caller sees to it that `room(body)` octets are there.
   * @throws RangeError naming the field: a value that the wire cannot hold is our own bug.
   */
  encode(target: Buffer, offset: number, body: B): number;
  /** A body with every field present and empty. */
  blank(): B;
  /** The octets that `encode` may need for this body at the most. */
  room(body: B): number;
}

/**
 * Checks and compiles a table.
 * @throws TypeError naming table and field when the table is wrong; meant to be called while modules load.
 */
export function compileTable<const T extends Table>(name: string, table: T): Codec<Body<T>> {
  assertTable(name, table);
  return {
    name,
    table,
    decode: compileDecoder(name, table, false) as Codec<Body<T>>["decode"],
    decodeLeniently: compileDecoder(name, table, true) as Codec<Body<T>>["decodeLeniently"],
    encode: compileEncoder(name, table) as Codec<Body<T>>["encode"],
    blank: compileBlank(name, table) as Codec<Body<T>>["blank"],
    room: compileRoom(name, table) as Codec<Body<T>>["room"],
  };
}
