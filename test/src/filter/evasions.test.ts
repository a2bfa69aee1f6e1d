import { expect } from "chai";
import iconv from "iconv-lite";
import { Encoding, newMessage } from "../../../protocols/model/message.js";
import { Judged } from "../../../src/contract/judged.js";
import { joinedText } from "../../../src/flow/gathering.js";
import { screenText } from "../../../src/flow/screen.js";
import { screenParts } from "../../../src/flow/whole.js";
import { APART, SEED, TRICKS, carried, drawFrom, overWire, parted, type Draw, type Trick } from "./evasions.js";
import { shippedScreen, shippedWords } from "./shipped-lists.js";

const EVASIONS = 2_000;

interface Tally {
  tried: number;
  caught: number;
  readonly missed: string[];
}

/** What the shipped lists catch of 2,000 evasions of their own words, by trick: the titles below are the table. */
describe("evasions", () => {
  const screen = shippedScreen();
  const words = shippedWords().filter(({ word, category }) => /^[\u4e00-\u9fffa-z ]+$/u.test(word) && category !== "short-link").map(({ word }) => word);
  const draw = drawFrom(SEED);
  const tallies = new Map<string, Tally>();
  const tricks = { ...TRICKS, "split over segments": null, "GBK for UCS-2": null };

  function note(trick: string, evasion: string, caught: boolean): void {
    const tally = tallies.get(trick) ?? { tried: 0, caught: 0, missed: [] };
    tallies.set(trick, tally);
    tally.tried++;
    if (caught) tally.caught++;
    else tally.missed.push(evasion);
  }

  function tryTrick(name: string, trick: Trick, word: string): boolean {
    const evasion = trick(word, draw);
    if (evasion === null) return false;
    note(name, `${word} > ${evasion}`, screen.screen(carried(evasion, draw)) !== null);
    return true;
  }

  function trySplit(word: string): boolean {
    const text = carried(word, draw);
    const at = text.indexOf(word) + 1 + draw(word.length - 1);
    const parts = parted(text.slice(0, at), text.slice(at));
    result.clear();
    screenParts({ screen, view: null }, parts, joinedText(parts) ?? "", "", result);
    note("split over segments", word, result.evidence !== "");
    return true;
  }

  function tryEncoding(word: string): boolean {
    const text = carried(word, draw);
    const gbk = iconv.encode(text, "gb18030");
    const message = Object.assign(newMessage(), { octets: gbk, encoding: Encoding.gb18030 });
    result.clear();
    screenText(screen, null, overWire(gbk, Encoding.gb18030) ?? "", message, result);
    note("GBK for UCS-2", word, result.evidence !== "");
    return true;
  }

  const result = new Judged();
  const names = Object.keys(tricks);
  for (let done = 0; done < EVASIONS; done++) {
    const name = names[done % names.length] as string;
    const trick = TRICKS[name];
    // Words that give a trick no room are drawn again.
    for (let tries = 0; tries < 10_000; tries++) {
      const word = words[draw(words.length)] as string;
      if (trick !== undefined ? tryTrick(name, trick, word) : name === "GBK for UCS-2" ? tryEncoding(word) : trySplit(word)) break;
    }
  }
  const all = [...tallies];
  const tried = all.reduce((sum, [, tally]) => sum + tally.tried, 0);
  const caught = all.reduce((sum, [, tally]) => sum + tally.caught, 0);

  for (const [name, tally] of all.sort(([a], [b]) => names.indexOf(a) - names.indexOf(b))) {
    it(`${name}: ${String(tally.caught)} of ${String(tally.tried)} caught`, () => {
      expect(tally.caught / tally.tried, tally.missed.join("; ")).to.be.at.least(0.9);
    });
  }

  it(`all: ${String(caught)} of ${String(tried)} caught (${((caught / tried) * 100).toFixed(1)}%), at least 95% must be`, () => {
    expect(tried).to.equal(EVASIONS);
    expect(caught / tried).to.be.at.least(0.95);
  });

  describe("counted apart", () => {
    for (const [name, trick] of Object.entries(APART)) {
      const apart = drawFrom(SEED);
      const tally = tallyOf(trick, apart);
      it(`${name}: ${String(tally.caught)} of ${String(tally.tried)} caught`, () => {
        expect(tally.tried).to.be.at.least(100);
      });
    }
  });

  function tallyOf(trick: Trick, apart: Draw): Tally {
    const tally: Tally = { tried: 0, caught: 0, missed: [] };
    for (let turn = 0; turn < 2_000 && tally.tried < 300; turn++) {
      const evasion = trick(words[apart(words.length)] as string, apart);
      if (evasion === null) continue;
      tally.tried++;
      if (screen.screen(carried(evasion, apart)) !== null) tally.caught++;
    }
    return tally;
  }

  it("a harmless text around them is never what is caught", () => {
    for (let turn = 0; turn < 50; turn++) expect(screen.screen(carried("您好", draw))).to.equal(null);
  });
});
