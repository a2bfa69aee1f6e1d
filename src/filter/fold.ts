/**
 * Fold: how text is read for matching: width, case, accents, digit forms and traditional characters are levelled,
 * invisible characters vanish, and every character has a class. The text itself is never altered.
 *
 * One table of 65,536 UTF-16 units does all of it in a load a character; characters outside the Basic
 * Multilingual Plane go through `foldAstral`.
 */
import { SIMPLIFIED_PAIRS } from "./simplified-table.js";

/** What a character counts as. The order matters: what is above a word's own classes may be inserted in it. */
export const CharClass = {
  /** Invisible: zero-width, format, soft hyphen, variation selectors, combining marks. */
  ignorable: 0,
  ideograph: 1,
  /** A letter of a script written with spaces between words. */
  alphabetic: 2,
  digit: 3,
  symbol: 4,
  space: 5,
  /** Half of a surrogate pair: ask `foldAstral`. */
  surrogate: 6,
} as const;
export type CharClass = (typeof CharClass)[keyof typeof CharClass];

/** Below: ideographs begin (CJK radicals, kana, hangul syllables, full-width forms fold before they get here). */
const FIRST_IDEOGRAPHIC = 0x2e80;

const INVISIBLE = /^[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Mn}\p{Me}]$/u;
const CONTROL = /^\p{Cc}$/u;
const LETTER = /^[\p{L}\p{Nl}\p{Mc}]/u;
const NUMBER = /^\p{N}/u;
const DECIMAL = /^\p{Nd}$/u;
/** Modifier letters that look like accents or dashes, and the kana length mark: decoration in Chinese text. */
const DECORATION = /^[\u02b0-\u02ff\u30fc]$/u;
/** Where A stands white on black, in circles and in squares. The letters that flags are made of are pictures, and put between others. */
const BOXED_LETTERS = [0x1f150, 0x1f170];
/** Rows of nine circled digits that Unicode gives no decomposition. */
const DIGIT_ROWS = [0x2776, 0x2780, 0x278a, 0x24f5];

/**
 * Letters of other scripts that are drawn like Latin ones, each with the one it passes for; lower case looks other than upper case.
 * Words of those scripts fold alike on lists and in texts.
 */
const LOOK_ALIKES =
  "аaвbеeкkмmнhоoрpсcтtуyхxіiїiѕsјjһhԁdԛqԝwҮyүyӀlАaВbЕeКkМmНhОoРpСcТtУyХxІiЇiЅsЈj" +
  "αaβbεeιiκkνvοoρpτtυuχxγyωwΑaΒbΕeΖzΗhΙiΚkΜmΝnΟoΡpΤtΥyΧxϲcϳj" +
  "ɑaɡgıiȷjƒfɩiʟlᴀaʙbᴄcᴅdᴇeꜰfɢgʜhɪiᴊjᴋkᴍmɴnᴏoᴘpʀrꜱsᴛtᴜuᴠvᴡwʏyᴢzøoØołlŁlđdĐd";

/** Folded unit by unit; 0 = invisible. A surrogate folds to itself. */
export const FOLD = new Uint16Array(0x10000);
/** CharClass by unit. */
export const CLASS = new Uint8Array(0x10000);

/** A character outside the Basic Multilingual Plane: its class, and the code point it folds to (0 = invisible). */
export interface AstralFold {
  readonly codePoint: number;
  readonly charClass: CharClass;
}
const ASTRAL_INVISIBLE: AstralFold = { codePoint: 0, charClass: CharClass.ignorable };
/** Folds worked out before; bounded, for a hostile text could hold a million different characters. */
const astralFolds = new Map<number, AstralFold>();
const MAX_ASTRAL_FOLDS = 4096;

/** Folds one code point from U+10000 up: styled letters and digits to plain ones, tags and skin tones to nothing. */
export function foldAstral(codePoint: number): AstralFold {
  let fold = astralFolds.get(codePoint);
  if (fold === undefined) {
    fold = workOutAstral(codePoint);
    if (astralFolds.size < MAX_ASTRAL_FOLDS) astralFolds.set(codePoint, fold);
  }
  return fold;
}

function workOutAstral(codePoint: number): AstralFold {
  const letter = boxedLetter(codePoint);
  if (letter > 0) return { codePoint: letter, charClass: CharClass.alphabetic };
  const char = String.fromCodePoint(codePoint);
  const skinTone = codePoint >= 0x1f3fb && codePoint <= 0x1f3ff;
  if (skinTone || INVISIBLE.test(char)) return ASTRAL_INVISIBLE;
  const plain = plainForm(char);
  if (plain === "") return ASTRAL_INVISIBLE;
  if (plain.length === 1) {
    const unit = plain.charCodeAt(0);
    return { codePoint: FOLD[unit] ?? unit, charClass: (CLASS[unit] ?? CharClass.symbol) as CharClass };
  }
  const folded = plain.codePointAt(0) ?? codePoint;
  return { codePoint: [...plain].length === 1 ? folded : codePoint, charClass: classOf(plain) };
}

/** A to Z white on black, in circles or squares; 0: none of them. */
function boxedLetter(codePoint: number): number {
  for (const first of BOXED_LETTERS) if (codePoint >= first && codePoint < first + 26) return 0x61 + codePoint - first;
  return 0;
}

/** Folded code points of a text, invisible ones left out: what word lists are compared by. */
export function foldText(text: string): number[] {
  const folded: number[] = [];
  for (const char of text) {
    const codePoint = char.codePointAt(0) ?? 0;
    const to = codePoint > 0xffff ? foldAstral(codePoint).codePoint : (FOLD[codePoint] ?? 0);
    if (to !== 0) folded.push(to);
  }
  return folded;
}

/** The class of a folded code point. */
export function classOfFolded(codePoint: number): CharClass {
  return codePoint > 0xffff ? foldAstral(codePoint).charClass : ((CLASS[codePoint] ?? CharClass.symbol) as CharClass);
}

fillTables();

function fillTables(): void {
  for (let unit = 0; unit < 0x10000; unit++) {
    if (unit >= 0xd800 && unit <= 0xdfff) setUnit(unit, unit, CharClass.surrogate);
    else if ((unit >= 0x3400 && unit <= 0x9fff) || (unit >= 0xac00 && unit <= 0xd7a3)) setUnit(unit, unit, CharClass.ideograph);
    else if (unit >= 0xe000 && unit <= 0xf8ff) setUnit(unit, unit, CharClass.symbol);
    else foldUnit(unit);
  }
  for (const row of DIGIT_ROWS) {
    for (let digit = 1; digit <= 9; digit++) setUnit(row + digit - 1, 0x30 + digit, CharClass.digit);
  }
  setUnit(0x24ff, 0x30, CharClass.digit);
  levelLookAlikes();
  levelTraditional();
}

function setUnit(unit: number, to: number, charClass: CharClass): void {
  FOLD[unit] = to;
  CLASS[unit] = charClass;
}

function foldUnit(unit: number): void {
  const char = String.fromCharCode(unit);
  if (/^\s$/u.test(char) && unit !== 0xfeff) return setUnit(unit, 0x20, CharClass.space);
  if (INVISIBLE.test(char) || CONTROL.test(char)) return setUnit(unit, 0, CharClass.ignorable);
  const plain = plainForm(char);
  if (plain === "") return setUnit(unit, 0, CharClass.ignorable);
  if (plain.length === 1) return setUnit(unit, plain.charCodeAt(0), classOf(plain));
  setUnit(unit, unit, classOf(plain));
}

/** Compatibility form without accents and enclosing marks, in lower case; "" for a mark that stands alone. */
function plainForm(char: string): string {
  let plain = char.normalize("NFKD").replace(/\p{Mn}/gu, "");
  const bare = plain.replace(/[().,\u3014\u3015]/gu, "");
  if (plain.length > 1 && bare.length === 1) plain = bare;
  const lower = plain.toLowerCase();
  if (lower.length === plain.length) plain = lower;
  if (DECIMAL.test(plain)) return String(decimalValue(plain));
  return plain.normalize("NFC");
}

/** Decimal digits of every script stand in runs of ten that start at a multiple known by counting back to its zero. */
function decimalValue(digit: string): number {
  const codePoint = digit.codePointAt(0) ?? 0;
  let zero = codePoint;
  while (codePoint - zero < 9 && DECIMAL.test(String.fromCodePoint(zero - 1))) zero--;
  return codePoint - zero;
}

function classOf(char: string): CharClass {
  if (DECORATION.test(char)) return CharClass.symbol;
  if (char === " ") return CharClass.space;
  if (LETTER.test(char)) return (char.codePointAt(0) ?? 0) < FIRST_IDEOGRAPHIC ? CharClass.alphabetic : CharClass.ideograph;
  return NUMBER.test(char) ? CharClass.digit : CharClass.symbol;
}

/** After compatibility forms, so that accents and styles of a look-alike are levelled too. */
function levelLookAlikes(): void {
  const latin = new Uint16Array(0x10000);
  for (let i = 0; i < LOOK_ALIKES.length; i += 2) latin[LOOK_ALIKES.charCodeAt(i)] = LOOK_ALIKES.charCodeAt(i + 1);
  for (let unit = 0; unit < 0x10000; unit++) {
    const own = latin[unit] as number;
    const to = own === 0 ? (latin[FOLD[unit] as number] as number) : own;
    if (to !== 0) setUnit(unit, to, CharClass.alphabetic);
  }
}

/** After compatibility forms, so that a compatibility ideograph of a traditional character is levelled too. */
function levelTraditional(): void {
  const simplified = new Uint16Array(0x10000);
  for (let i = 0; i < SIMPLIFIED_PAIRS.length; i += 2) {
    simplified[SIMPLIFIED_PAIRS.charCodeAt(i)] = SIMPLIFIED_PAIRS.charCodeAt(i + 1);
  }
  for (let unit = 0; unit < 0x10000; unit++) {
    const to = simplified[FOLD[unit] ?? 0] ?? 0;
    if (to !== 0) FOLD[unit] = to;
  }
}
