import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readReplyWords, type ReplyWords } from "../../../src/filter/reply-words.js";
import { ROOT } from "../../root.js";

function words(text: string): ReplyWords {
  const read = readReplyWords(text, "opt-out.txt");
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  return read.words;
}

describe("config/opt-out.txt", () => {
  const shipped = words(readFileSync(join(ROOT, "config/opt-out.txt"), "utf8"));

  for (const text of ["T", "t", "TD", "Td", "ＴＤ", "ｔｄ", " TD \r\n", "R", "N", "Q", "QX", "qx", "0000", "００００", "退订", "退訂", "“退订”", "退订！", "取消", "拒收", "不要", "退", "STOP", "stop.", "Unsubscribe", "T\u200bD", "СТОП", "Arrêt"]) {
    it(`takes ${JSON.stringify(text)} for an opt-out`, () => {
      assert.equal(shipped.read(text), "out");
    });
  }

  for (const text of ["START", "start", "ＳＴＡＲＴ", "恢复", "恢復"]) {
    it(`takes ${JSON.stringify(text)} for an opt-in`, () => {
      assert.equal(shipped.read(text), "in");
    });
  }

  for (const text of ["TD 12345", "STOP 12345", "不要啊", "我要退订", "请问可以取消吗", "00000", "000", "", " ", "!!", "T D", `${" ".repeat(200)}TD`]) {
    it(`takes ${JSON.stringify(text.slice(0, 20))} for neither`, () => {
      assert.equal(shipped.read(text), null);
    });
  }
});

describe("readReplyWords", () => {
  it("names every bad line, and then takes nothing", () => {
    const read = readReplyWords("TD\n[out]\n***\nSTOP\n[of]\n[in]\nstop\n" + "x".repeat(33), "f");
    assert.deepEqual("errors" in read ? read.errors.map(({ line }) => line) : [], [1, 3, 5, 7, 8]);
  });

  it("minds neither a byte order mark nor CRLF, nor a word twice", () => {
    assert.equal(words("\uFEFF[out]\r\nTD\r\n# no\r\n\r\nｔｄ\r\n").size, 1);
  });
});
