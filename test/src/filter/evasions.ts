/**
 * Evasions: listed words written as senders write them to get past a filter, by trick, drawn from a seed.
 */
import { pinyin } from "pinyin-pro";
import { Encoding, SegmentForm, newMessage, type Message } from "../../../protocols/model/message.js";
import { messageText } from "../../../protocols/model/text.js";
import { SIMPLIFIED_PAIRS } from "../../../src/filter/simplified-table.js";

/** Whole numbers from 0, the same ones for the same seed. */
export type Draw = (below: number) => number;

export function drawFrom(seed: number): Draw {
  let state = seed;
  return (below) => (state = (state * 48_271) % 2_147_483_647) % below;
}

/** A way to write a word otherwise; null where the word gives no room for it. */
export type Trick = (word: string, draw: Draw) => string | null;

export const SEED = 20_251_125;

const HAN = /[\u4e00-\u9fff]/u;
const LATIN = /^[a-z ]+$/u;
const SYMBOLS = [..."*.·#@_-~|/+^%&=￥。，、！ 　"];
const EMOJI = ["🌸", "❤️", "👍", "💰", "🔥", "😊", "👨‍👩‍👧", "🇨🇳"];
const INVISIBLE = [..."\u200b\u200c\u200d\u200e\u2060\ufeff\u00ad\u202e\u034f", "\u{e0001}"];
const MARKS = [..."\u0336\u0338\u0301\u0323\u20dd"];
const CARRIERS: readonly (readonly [string, string])[] = [
  ["您好，", "，详情请回复"], ["【通知】", "！"], ["亲，需要", "吗？"], ["", ""], ["尊敬的客户：", "。祝您生活愉快"], ["今日提供 ", " 欢迎咨询"],
];

const toTraditional = new Map<string, string>();
for (let i = 0; i < SIMPLIFIED_PAIRS.length; i += 2) toTraditional.set(SIMPLIFIED_PAIRS.charAt(i + 1), SIMPLIFIED_PAIRS.charAt(i));

const NUMERALS: Readonly<Record<string, readonly string[]>> = {
  一: ["1", "①", "¹", "壹", "１", "㈠", "❶"], 二: ["2", "②", "²", "贰", "２", "㈡"], 三: ["3", "③", "³", "叁", "参", "３"], 四: ["4", "④", "⁴", "肆", "４"],
  五: ["5", "⑤", "⁵", "伍", "５"], 六: ["6", "⑥", "⁶", "陆", "陸", "６", "➅"], 七: ["7", "⑦", "⁷", "柒", "７"], 八: ["8", "⑧", "⁸", "捌", "８"], 九: ["9", "⑨", "⁹", "玖", "９"],
};
const DIGIT_LIKE: Readonly<Record<string, string>> = { o: "0", i: "1", l: "1", e: "3", a: "4", s: "5" };
const LATIN_LIKE: Readonly<Record<string, string>> = { a: "а", c: "с", e: "е", o: "о", p: "р", x: "х", i: "і", y: "у", s: "ѕ" };

/** The tricks that must be caught. */
export const TRICKS: Readonly<Record<string, Trick>> = {
  "full width": (word, draw) => (LATIN.test(word) ? wide(word) : spelt(word, draw, (syllable) => wide(syllable))),
  "case": (word, draw) => (LATIN.test(word) ? mapped(word, (char) => (draw(2) === 0 ? char.toUpperCase() : char)) : spelt(word, draw, (syllable) => syllable.charAt(0).toUpperCase() + syllable.slice(1))),
  "traditional": (word) => changed(word, mapped(word, (char) => toTraditional.get(char) ?? char)),
  "invisible": (word, draw) => between(word, draw, () => pick(INVISIBLE, draw)),
  "symbol": (word, draw) => between(word, draw, () => pick(SYMBOLS, draw)),
  "symbols, up to three": (word, draw) => (LATIN.test(word) ? null : between(word, draw, () => Array.from({ length: 1 + draw(3) }, () => pick(SYMBOLS, draw)).join(""))),
  "spaces": (word) => [...word].join(" "),
  "line breaks": (word, draw) => (LATIN.test(word) ? null : between(word, draw, () => "\n")),
  "emoji": (word, draw) => between(word, draw, () => pick(EMOJI, draw)),
  "digits between": (word, draw) => (LATIN.test(word) ? null : between(word, draw, () => String(draw(10)))),
  "combining marks": (word, draw) => mapped(word, (char) => (char === " " ? char : char + pick(MARKS, draw))),
  "digit forms": (word, draw) => changed(word, mapped(word, (char) => pick(NUMERALS[char] ?? [char], draw))),
  "pinyin": (word) => (LATIN.test(word) || ![...word].every((char) => HAN.test(char)) ? null : syllables(word).join("")),
  "pinyin, apart": (word, draw) => (LATIN.test(word) || ![...word].every((char) => HAN.test(char)) ? null : syllables(word).join(pick([" ", "-", ".", "_", "*"], draw))),
  "pinyin, toned": (word) => (LATIN.test(word) || ![...word].every((char) => HAN.test(char)) ? null : pinyin(word, { type: "array" }).join("")),
  "pinyin for one": (word, draw) => (LATIN.test(word) ? null : spelt(word, draw, (syllable) => syllable)),
  "letters of other scripts": (word) => (LATIN.test(word) ? changed(word, mapped(word, (char) => LATIN_LIKE[char] ?? char)) : null),
  "styled letters": (word, draw) => (LATIN.test(word) ? mapped(word, (char) => (char === " " ? char : String.fromCodePoint(pick([0x1d41a, 0x1d4ea, 0x24d0, 0x1d586], draw) + char.charCodeAt(0) - 0x61))) : null),
  "digits for letters": (word, draw) => {
    if (!LATIN.test(word)) return null;
    const letters = Object.keys(DIGIT_LIKE).filter((letter) => word.includes(letter));
    const chosen = draw(2) === 0 ? letters : [pick(letters, draw)];
    return changed(word, mapped(word, (char) => (chosen.includes(char) ? (DIGIT_LIKE[char] ?? char) : char)));
  },
  "backwards": (word) => (LATIN.test(word) || [...word].length < 3 ? null : [...word].reverse().join("")),
  "two at once": (word, draw) => {
    if (LATIN.test(word)) return between(wide(word), draw, () => pick(INVISIBLE, draw));
    return between(mapped(word, (char) => toTraditional.get(char) ?? pick(NUMERALS[char] ?? [char], draw)), draw, () => pick(SYMBOLS, draw));
  },
};

const SPLIT: Readonly<Record<string, string>> = {
  张: "弓长", 好: "女子", 信: "亻言", 彩: "采彡", 贷: "代贝", 赌: "贝者", 博: "十尃", 票: "西示", 裸: "衤果", 聊: "耳卯", 群: "君羊", 股: "月殳", 码: "石马", 期: "其月",
  仔: "亻子", 炒: "火少", 妹: "女未", 刷: "尸巾刂", 单: "丷田十", 返: "反辶", 利: "禾刂", 证: "讠正", 假: "亻叚", 枪: "木仓", 移: "禾多", 抵: "扌氐", 押: "扌甲", 款: "士示欠", 招: "扌召", 聘: "耳甹",
};

/** The tricks that are counted apart: what a filter of characters does not see. */
export const APART: Readonly<Record<string, Trick>> = {
  "homophones": (word, draw) => {
    if (LATIN.test(word)) return null;
    const at = placesOf(word);
    if (at.length === 0) return null;
    const place = pick(at, draw);
    const char = [...word][place] as string;
    const others = (homophones().get(pinyin(char, { toneType: "none" })) ?? []).filter((other) => other !== char);
    return others.length === 0 ? null : mapped(word, (one, i) => (i === place ? pick(others, draw) : one));
  },
  "split characters": (word, draw) => {
    const at = placesOf(word).filter((place) => SPLIT[[...word][place] as string] !== undefined);
    if (at.length === 0) return null;
    const place = pick(at, draw);
    return mapped(word, (char, i) => (i === place ? (SPLIT[char] ?? char) : char));
  },
};

/** The word in a text that is harmless without it. */
export function carried(evasion: string, draw: Draw): string {
  const [before, behind] = pick(CARRIERS, draw);
  return before + evasion + behind;
}

/** The text as two segments, parted inside the evasion, by UDH in UCS-2. */
export function parted(before: string, behind: string): Message[] {
  return [before, behind].map((text, at) => Object.assign(newMessage(), {
    octets: Buffer.concat([Buffer.from([5, 0, 3, 0x39, 2, at + 1]), Buffer.from(text, "utf16le").swap16()]),
    encoding: Encoding.ucs2, hasUdh: true, segmentForm: SegmentForm.udh8, segmentReference: 0x39, segmentTotal: 2, segmentNumber: at + 1,
  }));
}

/** What a text comes to over the wire in another encoding; null where it cannot be said in it. */
export function overWire(octets: Buffer, encoding: Encoding): string | null {
  return messageText(Object.assign(newMessage(), { octets, encoding }));
}

function pick<T>(from: readonly T[], draw: Draw): T {
  return from[draw(from.length)] as T;
}

function mapped(word: string, change: (char: string, at: number) => string): string {
  return [...word].map(change).join("");
}

function changed(word: string, evasion: string): string | null {
  return evasion === word ? null : evasion;
}

/** Something in one gap of the word, or in each. */
function between(word: string, draw: Draw, what: () => string): string {
  const chars = [...word];
  const every = draw(2) === 0;
  const only = draw(chars.length - 1);
  return chars.map((char, at) => (at < chars.length - 1 && (every || at === only) ? char + what() : char)).join("");
}

function wide(word: string): string {
  return mapped(word, (char) => (char === " " ? "\u3000" : char > " " && char < "\u007f" ? String.fromCharCode(char.charCodeAt(0) + 0xfee0) : char));
}

function syllables(word: string): string[] {
  return pinyin(word, { toneType: "none", type: "array", v: true });
}

/** One character in pinyin. */
function spelt(word: string, draw: Draw, change: (syllable: string) => string): string | null {
  const at = placesOf(word);
  const all = syllables(word);
  if (at.length === 0 || all.length !== [...word].length) return null;
  const place = pick(at, draw);
  return mapped(word, (char, i) => (i === place ? change(all[i] as string) : char));
}

function placesOf(word: string): number[] {
  return [...word].flatMap((char, at) => (HAN.test(char) ? [at] : []));
}

let bySound: Map<string, string[]> | null = null;

/** Common characters by their sound. */
function homophones(): Map<string, string[]> {
  if (bySound !== null) return bySound;
  bySound = new Map();
  // The first of the two levels of GB 2312: the 3,755 common ones.
  for (let row = 0xb0; row <= 0xd7; row++) {
    for (let cell = 0xa1; cell <= 0xfe; cell++) {
      const char = overWire(Buffer.from([row, cell]), Encoding.gb18030);
      if (char === null || !HAN.test(char)) continue;
      const sound = pinyin(char, { toneType: "none" });
      const same = bySound.get(sound);
      if (same === undefined) bySound.set(sound, [char]);
      else same.push(char);
    }
  }
  return bySound;
}
