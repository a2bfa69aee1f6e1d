/**
 * Template: a text with variables in braces that an account's texts must be like, read whole and checked.
 *
 * ```
 *   您的验证码{code:4-8}，{digits:1-2}分钟内有效。退订回T
 *   {name}         1 to 20 characters of any kind     {name:2-30}    so many
 *   {digits:6}     six digits                         {digits:4-6}   four to six; {digits} 1 to 20
 *   {code:4-8}     Latin letters and digits
 *   {any}          1 to 500 characters, line breaks too
 *   {link:10-60}   the only one in which a link may stand
 *   \{ \\          a brace or stroke that is meant
 * ```
 * [market 3] No two variables stand side by side; at least three letters or digits of a template are fixed; no variable but
 * {link} holds a link, none holds 【 or 】.
 */

/** What a variable may hold. */
export const VariableKind = { text: 0, digits: 1, code: 2, any: 3, link: 4 } as const;
export type VariableKind = (typeof VariableKind)[keyof typeof VariableKind];

export interface Variable {
  readonly name: string;
  readonly kind: VariableKind;
  /** UTF-16 units. */
  readonly min: number;
  readonly max: number;
}

export interface Template {
  /** One more than there are variables; the first and the last may be empty, none between. */
  readonly fixed: readonly string[];
  readonly variables: readonly Variable[];
  /** Units the shortest and the longest text of it has. */
  readonly shortest: number;
  readonly longest: number;
}

export const MAX_TEMPLATE_LENGTH = 1_000;
export const MAX_VARIABLES = 20;
/** Letters and digits, Chinese ones among them, that must be fixed. */
export const MIN_FIXED = 3;
const MAX_VARIABLE = 500;
const USUAL_MAX = 20;

const KINDS: Readonly<Record<string, VariableKind>> = {
  digits: VariableKind.digits, code: VariableKind.code, any: VariableKind.any, link: VariableKind.link,
};
const VARIABLE = /^([\p{L}][\p{L}\p{N}_]{0,30})(?::([1-9]\d{0,2})(?:-([1-9]\d{0,2}))?)?$/u;

/** Reads a template as it is written; a string tells why it is none. */
export function parseTemplate(written: string): Template | string {
  if (written.length > MAX_TEMPLATE_LENGTH) return `is longer than ${String(MAX_TEMPLATE_LENGTH)} characters`;
  const fixed: string[] = [];
  const variables: Variable[] = [];
  let run = "";
  for (let at = 0; at < written.length; at++) {
    const char = written.charAt(at);
    if (char === "\\") {
      at++;
      if (at === written.length) return "ends with a stroke that stands before nothing";
      run += written.charAt(at);
    } else if (char === "}") {
      return "has a } that closes nothing: write \\} where it is meant";
    } else if (char === "{") {
      const close = written.indexOf("}", at);
      if (close < 0) return "has a { that is not closed: write \\{ where it is meant";
      const variable = readVariable(written.slice(at + 1, close));
      if (typeof variable === "string") return variable;
      if (variables.length > 0 && run === "") return `has {${variable.name}} right behind another variable: something fixed must stand between`;
      fixed.push(run);
      variables.push(variable);
      run = "";
      at = close;
    } else {
      run += char;
    }
  }
  fixed.push(run);
  if (variables.length > MAX_VARIABLES) return `has more than ${String(MAX_VARIABLES)} variables`;
  if (fixed.join("").replace(/[^\p{L}\p{N}]/gu, "").length < MIN_FIXED) return `has fewer than ${String(MIN_FIXED)} fixed letters or digits: it would let nearly everything pass`;
  const ofFixed = fixed.reduce((sum, one) => sum + one.length, 0);
  return {
    fixed,
    variables,
    shortest: variables.reduce((sum, one) => sum + one.min, ofFixed),
    longest: variables.reduce((sum, one) => sum + one.max, ofFixed),
  };
}

function readVariable(written: string): Variable | string {
  const match = VARIABLE.exec(written.trim());
  if (match?.[1] === undefined) return `{${written}}: write {name}, {name:1-20}, {digits:4-6}, {code:4-8}, {any} or {link:10-60}`;
  const name = match[1];
  const kind = KINDS[name] ?? VariableKind.text;
  const least = match[2] === undefined ? 1 : Number(match[2]);
  const most = match[2] === undefined ? (kind === VariableKind.any || kind === VariableKind.link ? MAX_VARIABLE : USUAL_MAX) : Number(match[3] ?? match[2]);
  if (most < least || most > MAX_VARIABLE) return `{${written}}: ${String(least)} to ${String(most)} is no length from 1 to ${String(MAX_VARIABLE)}`;
  return { name, kind, min: least, max: most };
}
