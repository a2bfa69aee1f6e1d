/**
 * GSM alphabets: the tables of GSM 03.38 / 3GPP TS 23.038 (default, extension, and the national tables 1 to 3).
 *
 * A septet is a number 0..127; characters are UTF-16 units. Pure data and the way back from it.
 */

/** The septet that announces the extension table. */
export const ESCAPE = 0x1b;

const DEFAULT_TEXT =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

type Pairs = readonly (readonly [septet: number, character: string])[];

const EXTENSION_PAIRS: Pairs = [
  [0x0a, "\f"],
  [0x14, "^"],
  [0x28, "{"],
  [0x29, "}"],
  [0x2f, "\\"],
  [0x3c, "["],
  [0x3d, "~"],
  [0x3e, "]"],
  [0x40, "|"],
  [0x65, "€"],
];

/** Characters of the default alphabet by septet. */
export const GSM_DEFAULT: Uint16Array = withPairs(
  Uint16Array.from(DEFAULT_TEXT, (character) => character.charCodeAt(0)),
  [],
);

/** Characters behind an escape by septet; 0 where there is none. */
export const GSM_EXTENSION: Uint16Array = withPairs(new Uint16Array(128), EXTENSION_PAIRS);

/** Not in the alphabet, in `GSM_SEPTETS`. */
export const NOT_GSM = 0xffff;

/** Above every character of the default alphabet and its extension (the highest is the euro, U+20AC). */
export const GSM_LIMIT = 0x2100;

/** Septet by UTF-16 unit below GSM_LIMIT: 0..127 plain, 0x1b00 + septet when escaped, else NOT_GSM. */
export const GSM_SEPTETS: Uint16Array = reversed();

/** Locking shift tables (UDH element 25) by national language identifier; unknown ones are absent. */
export const LOCKING: readonly (Uint16Array | undefined)[] = [
  undefined,
  withPairs(GSM_DEFAULT, [
    [0x04, "€"], [0x07, "ı"], [0x0b, "Ğ"], [0x0c, "ğ"], [0x1c, "Ş"], [0x1d, "ş"], [0x40, "İ"], [0x60, "ç"],
  ]),
  GSM_DEFAULT,
  withPairs(GSM_DEFAULT, [
    [0x04, "ê"], [0x06, "ú"], [0x07, "í"], [0x08, "ó"], [0x09, "ç"], [0x0b, "Ô"], [0x0c, "ô"], [0x0e, "Á"],
    [0x0f, "á"], [0x12, "ª"], [0x13, "Ç"], [0x14, "À"], [0x15, "∞"], [0x16, "^"], [0x17, "\\"], [0x18, "€"],
    [0x19, "Ó"], [0x1a, "|"], [0x1c, "Â"], [0x1d, "â"], [0x1e, "Ê"], [0x24, "º"], [0x40, "Í"], [0x5b, "Ã"],
    [0x5c, "Õ"], [0x5d, "Ú"], [0x60, "~"], [0x7b, "ã"], [0x7c, "õ"], [0x7d, "`"],
  ]),
];

/** Single shift tables (UDH element 24) by national language identifier; unknown ones are absent. */
export const SINGLE_SHIFT: readonly (Uint16Array | undefined)[] = [
  undefined,
  withPairs(GSM_EXTENSION, [
    [0x47, "Ğ"], [0x49, "İ"], [0x53, "Ş"], [0x63, "ç"], [0x67, "ğ"], [0x69, "ı"], [0x73, "ş"],
  ]),
  withPairs(GSM_EXTENSION, [
    [0x09, "ç"], [0x41, "Á"], [0x49, "Í"], [0x4f, "Ó"], [0x55, "Ú"], [0x61, "á"], [0x69, "í"], [0x6f, "ó"],
    [0x75, "ú"],
  ]),
  withPairs(GSM_EXTENSION, [
    [0x05, "ê"], [0x09, "ç"], [0x0b, "Ô"], [0x0c, "ô"], [0x0e, "Á"], [0x0f, "á"], [0x12, "Φ"], [0x13, "Γ"],
    [0x15, "Ω"], [0x16, "Π"], [0x17, "Ψ"], [0x18, "Σ"], [0x19, "Θ"], [0x1f, "Ê"], [0x41, "À"], [0x49, "Í"],
    [0x4f, "Ó"], [0x55, "Ú"], [0x5b, "Ã"], [0x5c, "Õ"], [0x61, "Â"], [0x69, "í"], [0x6f, "ó"], [0x75, "ú"],
    [0x7b, "ã"], [0x7c, "õ"], [0x7f, "â"],
  ]),
];

function withPairs(base: Uint16Array, pairs: Pairs): Uint16Array {
  const table = base.slice();
  for (const [septet, character] of pairs) table[septet] = character.charCodeAt(0);
  return table;
}

function reversed(): Uint16Array {
  const table = new Uint16Array(GSM_LIMIT).fill(NOT_GSM);
  GSM_DEFAULT.forEach((character, septet) => {
    if (septet !== ESCAPE) table[character] = septet;
  });
  GSM_EXTENSION.forEach((character, septet) => {
    if (character !== 0) table[character] = (ESCAPE << 8) | septet;
  });
  return table;
}

/** Septets one UTF-16 unit takes in the default alphabet: 1, 2 when escaped, 0 when it is not in it. */
export function septetsOfUnit(unit: number): number {
  if (unit >= GSM_LIMIT) return 0;
  const code = GSM_SEPTETS[unit] as number;
  if (code === NOT_GSM) return 0;
  return code > 0x7f ? 2 : 1;
}
