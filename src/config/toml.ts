/**
 * A TOML text read into plain values, with the line and column of every key and value kept beside them.
 */
import { ParseError, parseTOML } from "toml-eslint-parser";
import type { AST } from "toml-eslint-parser";

/** A position in the file as editors count: both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Places {
  /** Where the key (or the table's header) stands. */
  readonly key: Place;
  /** Where its value begins. */
  readonly value: Place;
}

export type TomlTable = Record<string, unknown>;

export interface TomlDocument {
  readonly value: TomlTable;
  /** By path as printed to people: `listen[0].port`. */
  readonly places: ReadonlyMap<string, Places>;
}

/** The text is no TOML; `place` is where it stops being so. */
export class TomlSyntaxError extends Error {
  readonly place: Place;

  constructor(message: string, place: Place) {
    super(message);
    this.name = "TomlSyntaxError";
    this.place = place;
  }
}

/** `["listen", 0, "port"]` -> `listen[0].port`. */
export function pathText(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else text += text === "" ? String(part) : `.${String(part)}`;
  }
  return text;
}

/** Reads a TOML 1.0 text. Throws TomlSyntaxError. */
export function readToml(text: string): TomlDocument {
  let program: AST.TOMLProgram;
  try {
    program = parseTOML(text, { tomlVersion: "1.0" });
  } catch (error) {
    if (error instanceof ParseError) {
      throw new TomlSyntaxError(error.message, { line: error.lineNumber, column: error.column + 1 });
    }
    throw error;
  }
  const reader = new Reader();
  for (const node of program.body[0].body) {
    if (node.type === "TOMLKeyValue") {
      reader.keyValue([], node);
      continue;
    }
    reader.table(node.resolvedKey, node.key.loc);
    for (const entry of node.body) reader.keyValue(node.resolvedKey, entry);
  }
  return { value: reader.root, places: reader.places };
}

/** Tables have no prototype, so that a key such as `__proto__` is a key like any other (and then an unknown one). */
function newTable(): TomlTable {
  return Object.create(null) as TomlTable;
}

class Reader {
  readonly root = newTable();
  readonly places = new Map<string, Places>();

  /** Makes the containers of `path` that are not there yet; returns the innermost. */
  table(path: readonly (string | number)[], loc: AST.SourceLocation): TomlTable {
    let here: unknown = this.root;
    path.forEach((part, index) => {
      const held = here as Record<string | number, unknown>;
      if (held[part] === undefined) {
        held[part] = typeof path[index + 1] === "number" ? [] : newTable();
        const place = placeOf(loc);
        this.places.set(pathText(path.slice(0, index + 1)), { key: place, value: place });
      }
      here = held[part];
    });
    return here as TomlTable;
  }

  keyValue(base: readonly (string | number)[], node: AST.TOMLKeyValue): void {
    const names = node.key.keys.map((key) => (key.type === "TOMLBare" ? key.name : key.value));
    const path = [...base, ...names];
    const table = this.table(path.slice(0, -1), node.key.loc);
    this.places.set(pathText(path), { key: placeOf(node.key.loc), value: placeOf(node.value.loc) });
    table[names.at(-1) ?? ""] = this.#value(path, node.value);
  }

  #value(path: readonly (string | number)[], node: AST.TOMLContentNode): unknown {
    switch (node.type) {
      case "TOMLArray":
        return node.elements.map((element, index) => {
          const place = placeOf(element.loc);
          this.places.set(pathText([...path, index]), { key: place, value: place });
          return this.#value([...path, index], element);
        });
      case "TOMLInlineTable": {
        const held = newTable();
        for (const entry of node.body) this.#inline(held, path, entry);
        return held;
      }
      case "TOMLValue":
        return node.value;
    }
  }

  #inline(into: TomlTable, base: readonly (string | number)[], node: AST.TOMLKeyValue): void {
    const names = node.key.keys.map((key) => (key.type === "TOMLBare" ? key.name : key.value));
    const path = [...base, ...names];
    let table = into;
    for (const name of names.slice(0, -1)) {
      table[name] ??= newTable();
      table = table[name] as TomlTable;
    }
    this.places.set(pathText(path), { key: placeOf(node.key.loc), value: placeOf(node.value.loc) });
    table[names.at(-1) ?? ""] = this.#value(path, node.value);
  }
}

function placeOf(loc: AST.SourceLocation): Place {
  return { line: loc.start.line, column: loc.start.column + 1 };
}
