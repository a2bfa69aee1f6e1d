/**
 * From a checked table to straight-line code: decode, encode, blank body and size, one function each.
 *
 * Source text is made from our own tables only, once, while modules load; no octet of a peer ever gets into it. What
 * comes out is what one would write by hand: one pass, one object literal, no loop over fields. `b` is the frame,
 * `o` the place in it, `e` the end; `t` the target and `d` the body. Variables of body fields start with `v_`.
 */
import type { Field, FieldFault, ItemField, PlainField, Table, TailCheck } from "./fields.js";
import { NO_OCTETS, findNul, readText, readTextAgain } from "./octets.js";

type Shaped = Exclude<Field, { kind: "length" | "count" | "choice" | "end" }>;

/** The fields that the body object has, in order, each once. */
function shownFields(fields: readonly Field[]): Shaped[] {
  const shown = new Map<string, Shaped>();
  for (const field of fields) {
    if (field.kind === "length" || field.kind === "count" || field.kind === "end") continue;
    if (field.kind !== "choice") {
      shown.set(field.name, field);
      continue;
    }
    shown.set(field.name, { kind: "int", name: field.name, width: 1, status: field.status });
    for (const inner of Object.values(field.cases).flat()) if (!shown.has(inner.name)) shown.set(inner.name, inner);
  }
  return [...shown.values()];
}

function blankValue(field: Shaped): string {
  switch (field.kind) {
    case "int":
      return "0";
    case "text":
    case "fixed_text":
    case "padded":
    case "padded_tail":
      return '""';
    case "absent":
      return JSON.stringify(field.blank);
    case "repeat":
    case "padded_list":
      return "[]";
    default:
      return "NONE";
  }
}

function literal(fields: readonly Field[], value: (field: Shaped) => string): string {
  return `{ ${shownFields(fields).map((field) => `${field.name}: ${value(field)}`).join(", ")} }`;
}

/** Puts the compiled function together; `names` and `given` are what its code may refer to besides its arguments. */
function build(name: string, body: string, names: readonly string[], given: readonly unknown[]): unknown {
  const factory = new Function(...names, `"use strict";\n${body}\n//# sourceURL=tollgate/fields/${name}.js`) as (
    ...values: readonly unknown[]
  ) => unknown;
  return factory(...given);
}

// ---------------------------------------------------------------- decode

class Decoder {
  readonly faults: FieldFault[] = [];
  readonly lines: string[] = [];
  readonly #lenient: boolean;

  constructor(lenient: boolean) {
    this.#lenient = lenient;
  }

  /** The statement that gives up on the body because of this field. */
  #stop(field: { readonly name: string; readonly status: number }, detail: string): string {
    if (this.#lenient) return "break body;";
    this.faults.push(Object.freeze({ fault: true, field: field.name, status: field.status, detail }));
    return `return fault${this.faults.length - 1};`;
  }

  #int(field: { readonly name: string; readonly status: number }, width: number, into: string): void {
    const octets = Array.from({ length: width }, (_, at) => {
      const shift = 8 * (width - 1 - at);
      return shift === 0 ? `b[o + ${at}]` : `b[o + ${at}] << ${shift}`;
    }).join(" | ");
    this.lines.push(`if (o + ${width} > e) ${this.#stop(field, "the PDU ends before it")}`);
    this.lines.push(`${into} = ${width === 4 ? `(${octets}) >>> 0` : octets}; o += ${width};`);
  }

  #text(field: { readonly name: string; readonly status: number }, max: number, into: string): void {
    if (this.#lenient) {
      // A text without its NUL, or longer than allowed, is cut to what fits: for answers, better a part than nothing.
      this.lines.push(`s = o; o = nul(b, o, e); ${into} = text(b, s, o - s < ${max} ? o : s + ${max - 1});`);
      this.lines.push("if (o >= e) break body;", "o++;");
      return;
    }
    this.lines.push(`s = o; m = o + ${max} < e ? o + ${max} : e; while (o < m && b[o] !== 0) o++;`);
    this.lines.push(`if (o === m) ${this.#stop(field, `no NUL within ${max} octets`)}`);
    this.lines.push(`${into} = s === o ? "" : text(b, s, o); o++;`);
  }

  /** Text up to its NUL or the field's end, without the spaces that some peers fill up with. */
  #padded(size: number, into: (text: string) => string, read = "text(b, s, o)"): void {
    this.lines.push(`s = o; m = o + ${size}; while (o < m && b[o] !== 0) o++; while (o > s && b[o - 1] === 0x20) o--;`);
    this.lines.push(`${into(`(s === o ? "" : ${read})`)} o = m;`);
  }

  #fits(field: { readonly name: string; readonly status: number }, size: number): void {
    this.lines.push(`if (o + ${size} > e) ${this.#stop(field, "the PDU ends before it")}`);
  }

  #plain(field: PlainField): void {
    const into = `v_${field.name}`;
    if (field.kind === "int") this.#int(field, field.width, into);
    else if (field.kind === "text") this.#text(field, field.max, into);
    else {
      this.#text(field, field.size, into);
      if (this.#lenient) return;
      this.lines.push(`if (o !== s + 1 && o !== s + ${field.size}) ${this.#stop(field, `neither 1 nor ${field.size} octets`)}`);
    }
  }

  #item(fields: readonly ItemField[]): void {
    for (const field of fields) {
      if (field.kind !== "choice") {
        this.#plain(field);
        continue;
      }
      this.#int(field, 1, `v_${field.name}`);
      this.lines.push(`switch (v_${field.name}) {`);
      for (const [key, cases] of Object.entries(field.cases)) {
        this.lines.push(`case ${key}:`);
        for (const inner of cases) this.#plain(inner);
        this.lines.push("break;");
      }
      this.lines.push(`default: ${this.#stop(field, "a value of no meaning")}`, "}");
    }
  }

  body(fields: Table): void {
    for (const field of fields) {
      const into = `v_${field.name}`;
      switch (field.kind) {
        case "length":
        case "count":
          this.lines.push(`let n_${field.name} = 0;`);
          this.#int(field, field.width, `n_${field.name}`);
          if (field.kind === "count" && field.min > 0 && !this.#lenient) {
            this.lines.push(`if (n_${field.name} < ${field.min}) ${this.#stop(field, `fewer than ${field.min}`)}`);
          }
          if (field.kind === "count" && field.max < 2 ** (8 * field.width) - 1 && !this.#lenient) {
            this.lines.push(`if (n_${field.name} > ${field.max}) ${this.#stop(field, `more than ${field.max}`)}`);
          }
          break;
        case "octets":
          if (this.#lenient) this.lines.push(`if (o + n_${field.length} > e) n_${field.length} = e - o;`);
          else this.lines.push(`if (o + n_${field.length} > e) ${this.#stop(field, `${field.length} reaches beyond the PDU`)}`);
          this.lines.push(`if (n_${field.length} !== 0) { ${into} = b.subarray(o, o + n_${field.length}); o += n_${field.length}; }`);
          break;
        case "repeat":
          this.lines.push(`for (let i = 0; i < n_${field.count}; i++) {`);
          for (const inner of shownFields(field.item)) this.lines.push(`let v_${inner.name} = ${blankValue(inner)};`);
          this.#item(field.item);
          this.lines.push(`${into}.push(${literal(field.item, (inner) => `v_${inner.name}`)});`, "}");
          break;
        case "padded":
          this.#fits(field, field.size);
          if (field.recurring) this.#padded(field.size, (text) => `${into} = ${text};`, `(l_${field.name} = again(b, s, o, l_${field.name}))`);
          else this.#padded(field.size, (text) => `${into} = ${text};`);
          break;
        case "raw":
          this.#fits(field, field.size);
          this.lines.push(`${into} = b.subarray(o, o + ${field.size}); o += ${field.size};`);
          break;
        case "padded_list":
          this.lines.push(`for (let i = 0; i < n_${field.count}; i++) {`);
          this.#fits(field, field.size);
          this.#padded(field.size, (text) => `${into}.push(${text});`);
          this.lines.push("}");
          break;
        case "padded_tail":
          this.lines.push(`if (o + ${field.size} <= e) {`);
          this.#padded(field.size, (text) => `${into} = ${text};`);
          this.lines.push("} else { while (o < e && b[o] === 0) o++;", `if (o !== e) ${this.#stop(field, "cut short, but not of zeros")}`, "}");
          break;
        case "absent":
          break;
        case "end":
          this.lines.push(`if (o !== e) ${this.#stop(field, "more octets than the fields take")}`);
          break;
        case "tail":
          this.lines.push("if (o !== e) {", "s = o; o = check(b, o, e);");
          this.lines.push(`if (o < 0) ${this.#lenient ? "o = ~o;" : this.#stop(field, "broken at its end")}`);
          this.lines.push(`if (o !== s) ${into} = b.subarray(s, o);`, "}");
          break;
        default:
          this.#item([field]);
      }
    }
  }
}

export function compileDecoder(name: string, table: Table, lenient: boolean): unknown {
  const decoder = new Decoder(lenient);
  decoder.body(table);
  const check = table.map((field) => (field.kind === "tail" ? field.check : null)).find((each): each is TailCheck => each !== null);
  const source = [
    ...decoder.faults.map((_, at) => `const fault${at} = faults[${at}];`),
    ...table.filter((field) => field.kind === "padded" && field.recurring).map((field) => `let l_${field.name} = "";`),
    `return function ${lenient ? "decodeLeniently" : "decode"}_${name}(b, o, e) {`,
    "let s = 0, m = 0;",
    "if (!(o >= 0 && e <= b.length)) throw new RangeError('the body lies outside its buffer');",
    ...shownFields(table).map((field) => `let v_${field.name} = ${blankValue(field)};`),
    lenient ? "body: {" : "{",
    ...decoder.lines,
    "}",
    `return ${literal(table, (field) => `v_${field.name}`)};`,
    "};",
  ].join("\n");
  const names = ["NONE", "text", "again", "nul", "faults", "check"];
  const given = [NO_OCTETS, readText, readTextAgain, findNul, decoder.faults, check];
  return build(`${name}.${lenient ? "lenient" : "decode"}`, source, names, given);
}

// ---------------------------------------------------------------- encode

function wrongValue(table: string, field: string, value: unknown): never {
  const shown = typeof value === "number" ? String(value) : typeof value === "string" ? `text of ${value.length}` : typeof value;
  throw new RangeError(`${table}.${field} cannot be written: ${shown}`);
}

function writeInt(value: string, width: number, wrong: string): string {
  const mask = width === 4 ? `${value} >>> 0` : `(${value} & ${width === 1 ? "0xff" : "0xffff"})`;
  const stores = Array.from({ length: width }, (_, at) => {
    const shift = 8 * (width - 1 - at);
    return `t[o + ${at}] = ${value}${shift === 0 ? "" : ` >>> ${shift}`};`;
  });
  return `if (${value} !== ${mask}) ${wrong}\n${stores.join(" ")} o += ${width};`;
}

/** A text at the front of `size` octets that are zero already. */
function writePadded(size: number, value: string, wrong: string): string {
  return [
    `s = ${value}; n = s.length; if (n > ${size}) ${wrong}`,
    `for (i = 0; i < n; i++) { c = s.charCodeAt(i); if (c === 0 || c > 255) ${wrong} t[o + i] = c; }`,
    `o += ${size};`,
  ].join("\n");
}

function writePlain(table: string, field: PlainField, from: string): string {
  const value = `${from}.${field.name}`;
  const wrong = `wrong("${table}", "${field.name}", ${value});`;
  if (field.kind === "int") return `n = ${value};\n${writeInt("n", field.width, wrong)}`;
  const sizes = field.kind === "text" ? `n >= ${field.max}` : `n !== 0 && n !== ${field.size - 1}`;
  return [
    `s = ${value}; n = s.length; if (${sizes}) ${wrong}`,
    `for (i = 0; i < n; i++) { c = s.charCodeAt(i); if (c === 0 || c > 255) ${wrong} t[o + i] = c; }`,
    "t[o + n] = 0; o += n + 1;",
  ].join("\n");
}

function writeItem(table: string, fields: readonly ItemField[], from: string): string {
  return fields
    .map((field) => {
      if (field.kind !== "choice") return writePlain(table, field, from);
      const value = `${from}.${field.name}`;
      const cases = Object.entries(field.cases).map(
        ([key, inner]) => `case ${key}:\n${inner.map((each) => writePlain(table, each, from)).join("\n")}\nbreak;`,
      );
      return [
        `n = ${value}; t[o] = n; o++;`,
        `switch (n) {\n${cases.join("\n")}\ndefault: wrong("${table}", "${field.name}", n);\n}`,
      ].join("\n");
    })
    .join("\n");
}

function writeField(table: string, field: Field, all: Table): string {
  switch (field.kind) {
    case "length":
    case "count": {
      const owner = all.find((each) => (each.kind === "octets" && each.length === field.name) || (counted(each) && each.count === field.name));
      const value = `d.${owner?.name ?? ""}.length`;
      const wrong = `wrong("${table}", "${field.name}", n);`;
      const most = field.kind === "count" && field.max < 2 ** (8 * field.width) - 1 ? `if (n > ${field.max}) ${wrong}\n` : "";
      return `n = ${value};\n${most}${writeInt("n", field.width, wrong)}`;
    }
    case "octets":
    case "tail":
      return `if (d.${field.name}.length !== 0) { t.set(d.${field.name}, o); o += d.${field.name}.length; }`;
    case "padded":
    case "padded_tail":
      return writePadded(field.size, `d.${field.name}`, `wrong("${table}", "${field.name}", s);`);
    case "padded_list":
      return [
        `for (k = 0; k < d.${field.name}.length; k++) {`,
        writePadded(field.size, `d.${field.name}[k]`, `wrong("${table}", "${field.name}", s);`),
        "}",
      ].join("\n");
    case "raw":
      return [
        `n = d.${field.name}.length; if (n !== 0 && n !== ${field.size}) wrong("${table}", "${field.name}", n);`,
        `if (n !== 0) t.set(d.${field.name}, o); o += ${field.size};`,
      ].join("\n");
    case "absent":
    case "end":
      return "";
    case "repeat":
      return [
        `for (k = 0; k < d.${field.name}.length; k++) {`,
        `const item = d.${field.name}[k];`,
        writeItem(`${table}.${field.name}`, field.item, "item"),
        "}",
      ].join("\n");
    default:
      return writeItem(table, [field], "d");
  }
}

function counted(field: Field): field is Extract<Field, { count: string }> {
  return field.kind === "repeat" || field.kind === "padded_list";
}

function hasPadding(table: Table): boolean {
  return table.some((field) => field.kind === "padded" || field.kind === "padded_list" || field.kind === "padded_tail" || field.kind === "raw");
}

export function compileEncoder(name: string, table: Table): unknown {
  const source = [
    `return function encode_${name}(t, o, d) {`,
    'let n = 0, i = 0, c = 0, k = 0, s = "";',
    // One fill for all the padding: octet by octet it costs several times as much.
    hasPadding(table) ? `t.fill(0, o, o + ${roomOf(table)});` : "",
    ...table.map((field) => writeField(name, field, table)),
    // Stores beyond the end vanish without a word; one look at the end catches them all.
    `if (o > t.length) wrong("${name}", "room", o);`,
    "return o;",
    "};",
  ].join("\n");
  return build(`${name}.encode`, source, ["wrong"], [wrongValue]);
}

// ---------------------------------------------------------------- blank and room

export function compileBlank(name: string, table: Table): unknown {
  return build(`${name}.blank`, `return function blank_${name}() { return ${literal(table, blankValue)}; };`, ["NONE"], [NO_OCTETS]);
}

/** The most octets that fields of fixed bounds take. */
function fixedRoom(fields: readonly Field[]): number {
  let sum = 0;
  for (const field of fields) {
    if (field.kind === "int" || field.kind === "length" || field.kind === "count") sum += field.width;
    else if (field.kind === "text") sum += field.max;
    else if (field.kind === "fixed_text" || field.kind === "padded" || field.kind === "padded_tail" || field.kind === "raw") sum += field.size;
    else if (field.kind === "choice") sum += 1 + Math.max(...Object.values(field.cases).map(fixedRoom));
  }
  return sum;
}

/** The sum of a body `d`'s most octets, as source text. */
function roomOf(table: Table): string {
  const parts = [String(fixedRoom(table))];
  for (const field of table) {
    if (field.kind === "octets" || field.kind === "tail") parts.push(`d.${field.name}.length`);
    else if (field.kind === "repeat") parts.push(`d.${field.name}.length * ${fixedRoom(field.item)}`);
    else if (field.kind === "padded_list") parts.push(`d.${field.name}.length * ${field.size}`);
  }
  return parts.join(" + ");
}

export function compileRoom(name: string, table: Table): unknown {
  return build(`${name}.room`, `return function room_${name}(d) { return ${roomOf(table)}; };`, [], []);
}
