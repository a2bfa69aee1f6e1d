import { expect } from "chai";
import fc from "fast-check";
import {
  formatReceiptText,
  parseReceiptCsv,
  parseReceiptText,
  receiptTextSize,
  stateOfWord,
  wordOfState,
  writeReceiptText,
} from "../../../protocols/model/receipt-text.js";
import { MessageState } from "../../../protocols/model/state.js";

const BLANK = { id: "", sub: "", dlvrd: "", submitDate: "", doneDate: "", stat: "", err: "", text: "" };
const latin = (hex: string): string => Buffer.from(hex, "hex").toString("latin1");

describe("parseReceiptText", () => {
  it("reads the form of Appendix B", () => {
    const text = "id:0123456789abcdef sub:001 dlvrd:001 submit date:2611241800 done date:2611241801 stat:DELIVRD err:000 text:test";
    expect(parseReceiptText(text)).to.deep.equal({
      id: "0123456789abcdef", sub: "001", dlvrd: "001", submitDate: "2611241800", doneDate: "2611241801",
      stat: "DELIVRD", err: "000", text: "test",
    });
  });

  it("C044 takes pub: for sub:, keeps an 18-digit id as text, four digits of error and the escape", () => {
    const receipt = parseReceiptText(
      latin(
        "69643a313233343536373839303132333435363739207075623a30303120646c7672643a303031207375626d697420646174653a" +
          "3236313132343136323420646f6e6520646174653a3236313132343136323420737461743a44454c49565244206572723a30303030" +
          "20746578743a481b656c6c6f",
      ),
    );
    expect(receipt).to.deep.equal({
      id: "123456789012345679", sub: "001", dlvrd: "001", submitDate: "2611241624", doneDate: "2611241624",
      stat: "DELIVRD", err: "0000", text: "H\u001bello",
    });
  });

  it("leaves an odd label that nobody knows alone", () => {
    const text = "id:77 foo:001 dlvrd:001 submit date:2611241800 done date:2611241801 stat:DELIVRD err:000 text:t";
    expect(parseReceiptText(text)).to.deep.include({ id: "77", sub: "", dlvrd: "001", stat: "DELIVRD", text: "t" });
  });

  it("C046 reads the final word of a receipt whose TLV will disagree", () => {
    const text = "id:9391001 sub:001 dlvrd:001 submit date:2611241736 done date:2611241737 stat:UNDELIV err:255 text:?? ?";
    const receipt = parseReceiptText(text);
    expect(receipt).to.deep.include({ id: "9391001", stat: "UNDELIV", err: "255", text: "?? ?" });
    expect(stateOfWord(receipt!.stat)).to.deep.equal({ state: MessageState.undeliverable, final: true });
  });

  it("C048 does not take a comma-separated line for a receipt by itself", () => {
    expect(parseReceiptText("00,0210021543,0210021500,,13800138000,1069,ab12345g7c8d")).to.equal(null);
  });

  it("C052 needs no sub, dlvrd and text", () => {
    const text = latin(
      "69643a30363534333231303236207375626d697420646174653a3236313132343134353420646f6e6520646174653a" +
        "3236313132343134353420737461743a44454c49565244206572723a303030",
    );
    expect(parseReceiptText(text)).to.deep.equal({
      ...BLANK, id: "0654321026", submitDate: "2611241454", doneDate: "2611241454", stat: "DELIVRD", err: "000",
    });
  });

  const variants: [string, string, Partial<typeof BLANK>][] = [
    [
      "no sub and dlvrd",
      "id:1526758174 submit date:1701240904 done date:1701240904 stat:DELIVRD err:000 text:hellow",
      { id: "1526758174", submitDate: "1701240904", doneDate: "1701240904", stat: "DELIVRD", err: "000", text: "hellow" },
    ],
    [
      "no sub, dlvrd and text",
      "id:0654354026 submit date:2302101454 done date:2302101454 stat:DELIVRD err:000",
      { id: "0654354026", submitDate: "2302101454", doneDate: "2302101454", stat: "DELIVRD", err: "000" },
    ],
    [
      "text without its label behind err",
      "id:12 sub:001 dlvrd:001 submit date:1503170530 done date:1503170540 stat:DELIVRD err:027 hello world",
      { id: "12", sub: "001", dlvrd: "001", submitDate: "1503170530", doneDate: "1503170540", stat: "DELIVRD", err: "027", text: "hello world" },
    ],
    [
      "Text: with a capital, more than 20 characters, with a colon",
      "id:12 sub:001 dlvrd:001 submit date:1503170530 done date:1503170540 stat:EXPIRED err:000 Text:see http://example.org/a?b=1 now",
      { id: "12", sub: "001", dlvrd: "001", submitDate: "1503170530", doneDate: "1503170540", stat: "EXPIRED", err: "000", text: "see http://example.org/a?b=1 now" },
    ],
    [
      "labels inside the text",
      "id:12 submit date:1503170530 stat:DELIVRD err:000 text:id:99 stat:UNDELIV err:5 done date:1",
      { id: "12", submitDate: "1503170530", stat: "DELIVRD", err: "000", text: "id:99 stat:UNDELIV err:5 done date:1" },
    ],
    [
      "labels inside the text of the ordinary form",
      "id:12 sub:001 dlvrd:001 submit date:1503170530 done date:1503170540 stat:DELIVRD err:000 text:stat:UNDELIV err:005",
      { id: "12", sub: "001", dlvrd: "001", submitDate: "1503170530", doneDate: "1503170540", stat: "DELIVRD", err: "000", text: "stat:UNDELIV err:005" },
    ],
    [
      "no label stat",
      "id:4815162342 sub:001 dlvrd:001 submit date:180903120810 done date:180903120816 DELIVRD err:000 Text:",
      { id: "4815162342", sub: "001", dlvrd: "001", submitDate: "180903120810", doneDate: "180903120816", stat: "DELIVRD", err: "000" },
    ],
    [
      "another order, stat behind the text",
      "sub:001 id:74e0c4dd err:000 dlvrd:001 done date:1503170540 submit date:1503170530 text: stat:DELIVRD",
      { id: "74e0c4dd", sub: "001", dlvrd: "001", submitDate: "1503170530", doneDate: "1503170540", stat: "DELIVRD", err: "000" },
    ],
    [
      "the id behind the text",
      "stat:REJECTD err:011 text:some words id:5",
      { id: "5", stat: "REJECTD", err: "011", text: "some words" },
    ],
    [
      "dates of 12 digits",
      "id:1 sub:001 dlvrd:001 submit date:141023215253 done date:141023215254 stat:DELIVRD err:000 text:x",
      { id: "1", sub: "001", dlvrd: "001", submitDate: "141023215253", doneDate: "141023215254", stat: "DELIVRD", err: "000", text: "x" },
    ],
    [
      "dates of 14 digits",
      "id:1 sub:001 dlvrd:001 submit date:20110314181534 done date:20110314181741 stat:DELIVRD err:000 text:x",
      { id: "1", sub: "001", dlvrd: "001", submitDate: "20110314181534", doneDate: "20110314181741", stat: "DELIVRD", err: "000", text: "x" },
    ],
    [
      "dates of 16 characters",
      "id:1 sub:001 dlvrd:001 submit date:180711070003912+ done date:180711070004912+ stat:DELIVRD err:000 text:x",
      { id: "1", sub: "001", dlvrd: "001", submitDate: "180711070003912+", doneDate: "180711070004912+", stat: "DELIVRD", err: "000", text: "x" },
    ],
    [
      "empty dates",
      "id:1 sub:001 dlvrd:001 submit date: done date: stat:DELIVRD err:000 text:x",
      { id: "1", sub: "001", dlvrd: "001", stat: "DELIVRD", err: "000", text: "x" },
    ],
    [
      "sub and dlvrd of 1 to 3 digits",
      "id:1 sub:0 dlvrd:28 submit date:1503170530 done date:1503170540 stat:DELIVRD err:0 text:",
      { id: "1", sub: "0", dlvrd: "28", submitDate: "1503170530", doneDate: "1503170540", stat: "DELIVRD", err: "0" },
    ],
    [
      "an alphanumeric error",
      "id:1 sub:001 dlvrd:000 submit date:1503170530 done date:1503170540 stat:UNDELIV err:21b text:",
      { id: "1", sub: "001", dlvrd: "000", submitDate: "1503170530", doneDate: "1503170540", stat: "UNDELIV", err: "21b" },
    ],
    [
      "an error behind a blank",
      "id:1 sub:001 dlvrd:001 submit date:1503170530 done date:1503170540 stat:DELIVRD err: 0 text:y",
      { id: "1", sub: "001", dlvrd: "001", submitDate: "1503170530", doneDate: "1503170540", stat: "DELIVRD", err: "0", text: "y" },
    ],
    [
      "an empty error, which does not eat the text",
      "id:1 stat:DELIVRD err: text:y",
      { id: "1", stat: "DELIVRD", text: "y" },
    ],
    [
      "labels submit_date, done_date and status",
      "id:1 submit_date:1503170530 done_date:1503170540 status:DELIVRD err:000 text:y",
      { id: "1", submitDate: "1503170530", doneDate: "1503170540", stat: "DELIVRD", err: "000", text: "y" },
    ],
    [
      "label sub date beside sub",
      "id:1 sub:001 sub date:1503170530 done date:1503170540 stat:DELIVRD err:000",
      { id: "1", sub: "001", submitDate: "1503170530", doneDate: "1503170540", stat: "DELIVRD", err: "000" },
    ],
    [
      "NULs and blanks at the end",
      "id:1 sub:001 dlvrd:001 submit date:1503170530 done date:1503170540 stat:DELIVRD err:000 text:y\0\0 ",
      { id: "1", sub: "001", dlvrd: "001", submitDate: "1503170530", doneDate: "1503170540", stat: "DELIVRD", err: "000", text: "y" },
    ],
    ["a NUL behind the last value", "id:1 stat:DELIVRD err:000\0", { id: "1", stat: "DELIVRD", err: "000" }],
    ["labels in capitals, line ends between", "ID:1\r\nSTAT:DELIVRD\r\nERR:000\r\nTEXT:y", { id: "1", stat: "DELIVRD", err: "000", text: "y" }],
    [
      "labels at a token's start only",
      "id:1 resubmit:7 mid:8 stat:DELIVRD err:000",
      { id: "1", stat: "DELIVRD", err: "000", text: "resubmit:7 mid:8" },
    ],
    ["only an id and a state", "id:1 stat:DELIVRD", { id: "1", stat: "DELIVRD" }],
  ];
  for (const [name, text, expected] of variants) {
    it(`reads ${name}`, () => {
      expect(parseReceiptText(text)).to.deep.equal({ ...BLANK, ...expected });
    });
  }

  it("takes ids of every style as text", () => {
    const ids = ["0221067780", "9f86d081884c7d659a2feaa0c55ad015", "123e4567-e89b-12d3-a456-426614174000",
      "123456789012345678", "rdwjwxns18krxr9936ey96ymcw", "a_b.c-1", "1"];
    for (const id of ids) {
      const ordinary = `id:${id} sub:001 dlvrd:001 submit date:1503170530 done date:1503170540 stat:DELIVRD err:000 text:`;
      expect(parseReceiptText(ordinary)?.id).to.equal(id);
      expect(parseReceiptText(`id:${id} stat:DELIVRD`)?.id).to.equal(id);
    }
  });

  it("has nothing to say without an id", () => {
    for (const text of ["", "hello", "id:", "id: stat:DELIVRD err:000", "stat:DELIVRD err:000 text:x", "mid:5 stat:DELIVRD"]) {
      expect(parseReceiptText(text), text).to.equal(null);
    }
  });

  it("never throws and gives values without blanks, whatever the text", () => {
    const token = fc.constantFrom("id:", "sub:", "dlvrd:", "submit date:", "done date:", "stat:", "err:", "text:", " ", "\0",
      "DELIVRD", "001", "2611241800", "x", "短", ":");
    fc.assert(
      fc.property(fc.array(token, { maxLength: 30 }), (tokens) => {
        const receipt = parseReceiptText(tokens.join(""));
        if (receipt === null) return;
        const { text, ...values } = receipt;
        for (const value of Object.values(values)) expect(value).to.not.match(/[\s\0]/);
        expect(text).to.equal(text.trim());
        expect(receipt.id).to.not.equal("");
      }),
      { numRuns: 1000 },
    );
  });

  it("is linear in the text: 64 KiB of labels are read at once", () => {
    const started = process.cpuUsage().user;
    parseReceiptText("text:" + " sub: err:".repeat(6500));
    parseReceiptText("text:" + " ".repeat(65_000));
    expect(process.cpuUsage().user - started).to.be.below(500_000);
  });
});

describe("parseReceiptCsv", () => {
  const line = "00,0210021543,0210021500,,13800138000,1069,ab12345g7c8d";

  it("C048 reads a carrier's line by its pattern: the id matches and 00 is delivered", () => {
    const receipt = parseReceiptCsv(line);
    expect(receipt).to.deep.equal({
      ...BLANK, id: "ab12345g7c8d", stat: "DELIVRD", doneDate: "0210021543", submitDate: "0210021500",
      destination: "13800138000", source: "1069",
    });
    expect(stateOfWord(receipt!.stat)).to.deep.equal({ state: MessageState.delivered, final: true });
  });

  it("follows another pattern, and refuses another number of places or no id", () => {
    expect(parseReceiptCsv("7, EXPIRED ,x", ["id", "stat", "skip"])).to.deep.include({ id: "7", stat: "EXPIRED" });
    expect(parseReceiptCsv(line, ["id", "stat"])).to.equal(null);
    expect(parseReceiptCsv("00,,,,,,")).to.equal(null);
  });
});

describe("stateOfWord", () => {
  const final: [keyof typeof MessageState, string[]][] = [
    ["delivered", ["DELIVRD", "DELIVERED", "DELIVER", "delivrd", "Delivered", " DELIVRD "]],
    ["expired", ["EXPIRED", "expired"]],
    ["deleted", ["DELETED", "CANCELD", "CANCELLED"]],
    ["undeliverable", ["UNDELIV", "UNDELIVERABLE", "FAILED", "SKIPPED", "MK:0001", "MA:0051", "ID:0076", "TG:0101", "SGIP:25", "mk:0001"]],
    ["rejected", ["REJECTD", "REJECTED", "DND_REJECTED"]],
  ];
  for (const [state, words] of final) {
    it(`knows ${words.join(", ")} as ${state} and final`, () => {
      for (const word of words) {
        expect(stateOfWord(word), word).to.deep.equal({ state: MessageState[state], final: true });
      }
    });
  }

  it("C056 takes ACCEPTD, ENROUTE and their like for interim", () => {
    for (const word of ["ACCEPTD", "ACCEPTED", "accepted", "ENROUTE", "BUFFERD", "BUFFRED", "BUFFERED", "QUEUED", "SCHEDULED"]) {
      expect(stateOfWord(word), word).to.deep.equal({ state: MessageState.sent, final: false });
    }
  });

  it("leaves UNKNOWN and words it does not know to the horizon", () => {
    for (const word of ["UNKNOWN", "unknown", "", "FOO", "000", ":", "MK:", "XX", "短信"]) {
      expect(stateOfWord(word), word).to.deep.equal({ state: MessageState.unknown, final: false });
    }
  });
});

describe("wordOfState", () => {
  it("writes the seven words, which stateOfWord reads back", () => {
    const words = (["delivered", "undeliverable", "expired", "deleted", "rejected", "unknown"] as const).map((name) => {
      const word = wordOfState(MessageState[name]);
      expect(stateOfWord(word).state).to.equal(MessageState[name]);
      return word;
    });
    expect(words).to.deep.equal(["DELIVRD", "UNDELIV", "EXPIRED", "DELETED", "REJECTD", "UNKNOWN"]);
    for (const name of ["held", "scheduled", "queued", "retry", "dispatched", "uncertain", "sent"] as const) {
      expect(wordOfState(MessageState[name])).to.equal("ENROUTE");
    }
  });
});

describe("formatReceiptText and writeReceiptText", () => {
  const submitted = Date.UTC(2026, 10, 24, 10, 0);
  const done = submitted + 61_000;

  it("write all labels with dates in the zone", () => {
    expect(formatReceiptText("123", submitted, done, 480, "DELIVRD", "0", "test")).to.equal(
      "id:123 sub:001 dlvrd:001 submit date:2611241800 done date:2611241801 stat:DELIVRD err:000 text:test",
    );
    expect(formatReceiptText("123", submitted, done, 480, "UNDELIV", "27", "")).to.equal(
      "id:123 sub:001 dlvrd:000 submit date:2611241800 done date:2611241801 stat:UNDELIV err:027 text:",
    );
  });

  it("bring errors to three characters and cut the text to 20", () => {
    const line = (error: string, text: string): string =>
      formatReceiptText("1", submitted, done, 480, "UNDELIV", error, text).slice(-9 - text.length);
    expect(line("21b", "")).to.equal("21b text:");
    expect(line("", "")).to.equal("000 text:");
    expect(line("0101", "")).to.equal("101 text:");
    expect(formatReceiptText("1", submitted, done, 480, "UNDELIV", "1", "x".repeat(30))).to.match(/text:x{20}$/);
  });

  it("C114 never date the end before the beginning, nor with zeros", () => {
    for (const end of [0, submitted - 3 * 3_600_000]) {
      expect(formatReceiptText("1", submitted, end, 480, "DELIVRD", "", "")).to.include(
        "submit date:2611241800 done date:2611241800 stat",
      );
    }
  });

  it("write the same octets into a buffer at an offset, and say when they do not fit", () => {
    const line = formatReceiptText("123", submitted, done, 480, "EXPIRED", "000", "");
    const target = Buffer.alloc(200, 0xaa);
    const end = writeReceiptText(target, 7, "123", submitted, done, 480, "EXPIRED", "000", "");
    expect(end).to.equal(7 + line.length);
    expect(target.toString("latin1", 7, end)).to.equal(line);
    expect([target[6], target[end]]).to.deep.equal([0xaa, 0xaa]);
    expect(writeReceiptText(Buffer.alloc(50), 0, "123", submitted, done, 480, "EXPIRED", "000", "")).to.equal(-1);
    expect(receiptTextSize(3, 7)).to.equal(line.length + 20);
  });

  it("are read back as they were written", () => {
    const id = fc.stringMatching(/^[0-9A-Za-z_.-]{1,64}$/);
    const word = fc.constantFrom("DELIVRD", "UNDELIV", "TG:0101");
    const text = fc.stringMatching(/^[!-~]{0,20}$/);
    fc.assert(
      fc.property(id, word, fc.stringMatching(/^[0-9a-z]{3}$/), text, (anId, aWord, error, aText) => {
        expect(parseReceiptText(formatReceiptText(anId, submitted, done, 480, aWord, error, aText))).to.deep.equal({
          id: anId, sub: "001", dlvrd: aWord === "DELIVRD" ? "001" : "000", submitDate: "2611241800",
          doneDate: "2611241801", stat: aWord, err: error, text: aText,
        });
      }),
    );
  });
});
