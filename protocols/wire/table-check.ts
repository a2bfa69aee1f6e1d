/**
 * The check of a PDU table at load: a table that could decode or encode wrongly stops the program before it starts.
 */
import type { Field, ItemField, Table } from "./fields.js";

const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
const MAX_STATUS = 0xffffffff;

/** @throws TypeError naming the table, the field and what is wrong with it. */
export function assertTable(name: string, table: Table): void {
  const fail = (field: string, why: string): never => {
    throw new TypeError(`PDU table ${name}, field ${field}: ${why}`);
  };
  if (!NAME.test(name)) fail("-", "the table's name is no identifier");
  const seen = new Set<string>();
  /** Length and count fields that no later field has used yet. */
  const open = new Map<string, "length" | "count">();
  const last = lastOf(table);
  table.forEach((field) => {
    assertNames(field, seen, fail);
    assertSizes(field, fail);
    switch (field.kind) {
      case "length":
      case "count":
        open.set(field.name, field.kind);
        break;
      case "octets":
        if (open.get(field.length) !== "length") fail(field.name, `no unused length field ${field.length} before it`);
        open.delete(field.length);
        break;
      case "repeat":
        if (open.get(field.count) !== "count") fail(field.name, `no unused count field ${field.count} before it`);
        open.delete(field.count);
        if (field.item.length === 0) fail(field.name, "an entry without fields would never end");
        assertItem(field.item, fail);
        break;
      case "padded_list":
        if (open.get(field.count) !== "count") fail(field.name, `no unused count field ${field.count} before it`);
        open.delete(field.count);
        break;
      case "tail":
        if (field !== last) fail(field.name, "the tail must be the last field");
        break;
      case "padded_tail":
        if (field !== last && !(last?.kind === "end" && field === lastOf(table.filter((each) => each !== last)))) {
          fail(field.name, "the tail must be the last field");
        }
        break;
      case "end":
        if (field !== last) fail(field.name, "the end must be the last field");
        break;
      default:
    }
  });
  for (const field of open.keys()) fail(field, "nothing uses it");
}

/** The last field on the wire. */
function lastOf(table: Table): Field | undefined {
  return table.findLast((field) => field.kind !== "absent");
}

type Fail = (field: string, why: string) => never;

function assertItem(item: readonly ItemField[], fail: Fail): void {
  const seen = new Set<string>();
  for (const field of item) {
    assertNames(field, seen, fail);
    assertSizes(field, fail);
  }
}

/** Names are unique in their object; a field may stand in several cases of one choice, for only one is on the wire. */
function assertNames(field: Field, seen: Set<string>, fail: Fail): void {
  const own = new Set([field.name]);
  if (field.kind === "choice") {
    for (const fields of Object.values(field.cases)) {
      const inCase = new Set<string>();
      for (const inner of fields) {
        if (inCase.has(inner.name)) fail(inner.name, "named twice in one case");
        inCase.add(inner.name);
        own.add(inner.name);
        assertSizes(inner, fail);
      }
      if (inCase.has(field.name)) fail(field.name, "named again in its own case");
    }
  }
  for (const each of own) {
    if (!NAME.test(each)) fail(each, "the name is no identifier");
    if (seen.has(each)) fail(each, "named twice");
    seen.add(each);
  }
}

function assertSizes(field: Field, fail: Fail): void {
  const whole = (what: string, value: number, min: number, max: number): void => {
    if (!Number.isInteger(value) || value < min || value > max) fail(field.name, `${what} ${value} is not ${min}..${max}`);
  };
  if ("status" in field) whole("status", field.status, 1, MAX_STATUS);
  switch (field.kind) {
    case "int":
    case "length":
      if (field.width !== 1 && field.width !== 2 && field.width !== 4) fail(field.name, "width is not 1, 2 or 4");
      break;
    case "count":
      if (field.width !== 1 && field.width !== 2) fail(field.name, "width is not 1 or 2");
      whole("min", field.min, 0, 0xff);
      whole("max", field.max, Math.max(1, field.min), field.width === 1 ? 0xff : 0xffff);
      break;
    case "text":
      whole("max", field.max, 1, 0xffff);
      break;
    case "padded":
    case "raw":
    case "padded_list":
    case "padded_tail":
      whole("size", field.size, 1, 0xffff);
      break;
    case "fixed_text":
      whole("size", field.size, 2, 0xffff);
      break;
    case "choice":
      if (Object.keys(field.cases).length === 0) fail(field.name, "a choice without cases");
      for (const key of Object.keys(field.cases)) whole("case", Number(key), 0, 0xff);
      break;
    default:
  }
}
