/**
 * Plain tables in aligned columns, aware that Chinese characters take two columns of a terminal.
 */
const COMBINING = /\p{Mn}|\p{Me}|\p{Cf}/u;
const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}]|[\u{20000}-\u{3fffd}]/u;

/** Columns of a terminal that a text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (COMBINING.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

/** What would break a line or a terminal, shown as an escape. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

export interface Column {
  readonly title: string;
  /** Numbers and amounts stand at the right. */
  readonly right?: boolean;
}

/** Lines of a table; the last column is not padded. Without rows: the header alone. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map(printable));
  const titles = columns.map((column) => column.title.toUpperCase());
  const widths = columns.map((_, index) => Math.max(...[titles, ...cells].map((row) => displayWidth(row[index] ?? ""))));
  return [titles, ...cells].map((row) => lineOf(columns, widths, row));
}

/** "name  value" lines, names aligned. */
export function pairLines(pairs: readonly (readonly [name: string, value: string])[]): string[] {
  const width = Math.max(...pairs.map(([name]) => displayWidth(name)));
  return pairs.map(([name, value]) => `${name}${" ".repeat(width - displayWidth(name) + 2)}${printable(value)}`.trimEnd());
}

function lineOf(columns: readonly Column[], widths: readonly number[], row: readonly string[]): string {
  const parts = columns.map((column, index) => {
    const cell = row[index] ?? "";
    const room = " ".repeat((widths[index] ?? 0) - displayWidth(cell));
    return column.right === true ? room + cell : cell + room;
  });
  return parts.join("  ").trimEnd();
}
