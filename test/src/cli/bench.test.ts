import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { makeBenchFolder } from "../../../src/cli/bench-folder.js";
import { FIRST_DESTINATION, Judge } from "../../../src/cli/bench-load.js";
import { buildScreen } from "../../../src/filter/screen.js";

function submit(message: number, segment = 1, header = [6, 8, 4, 0, 0]): { destination: string; octets: Buffer } {
  return { destination: String(FIRST_DESTINATION + message), octets: Buffer.from([...header, 3, segment, 0x4e, 0x00]) };
}
const receipt = (message: number): string => String(FIRST_DESTINATION + message);

describe("the bench's Judge", () => {
  it("finds nothing when each accepted submit went out once and came back once", () => {
    const judge = new Judge(1);
    for (const message of [0, 1, 2_000_000]) {
      judge.accepted(message);
      judge.atOperator(submit(message));
      judge.receipt(receipt(message));
    }
    expect(judge.verdict()).to.deep.equal({ lost: 0, doubled: 0 });
  });

  it("counts a submit that never went out, and a receipt that never came", () => {
    const judge = new Judge(1);
    judge.accepted(0);
    judge.receipt(receipt(0));
    judge.accepted(1);
    judge.atOperator(submit(1));
    expect(judge.verdict()).to.deep.equal({ lost: 2, doubled: 0 });
  });

  it("counts a submit that went out twice, and a receipt that came twice", () => {
    const judge = new Judge(1);
    judge.accepted(0);
    judge.atOperator(submit(0));
    judge.atOperator(submit(0));
    judge.receipt(receipt(0));
    judge.receipt(receipt(0));
    expect(judge.verdict()).to.deep.equal({ lost: 0, doubled: 2 });
  });

  for (const header of [[6, 8, 4, 0, 0], [5, 0, 3, 0]]) {
    it(`tells the segments of one message apart, with a header of ${header[0]} octets`, () => {
      const judge = new Judge(3);
      for (const ordinal of [3, 4, 5]) judge.accepted(ordinal);
      for (const segment of [1, 3, 3]) judge.atOperator(submit(1, segment, header));
      for (let count = 0; count < 3; count++) judge.receipt(receipt(1));
      expect(judge.verdict()).to.deep.equal({ lost: 1, doubled: 1 });
    });
  }
});

describe("the bench's folder", () => {
  it("holds 10,000 words, and signed texts of the length asked for that hit none of them", async () => {
    const parent = mkdtempSync(join(tmpdir(), "tollgate-test-"));
    try {
      for (const [segments, units] of [[1, 70], [3, 198]] as const) {
        const setup = await makeBenchFolder(parent, { customer: "smpp", operator: "smpp", links: 2, operatorWindow: 100, segments });
        const list = readFileSync(join(setup.folder, "words.txt"), "utf8");
        const built = buildScreen([{ name: "words.txt", text: list }], { maxInserted: 4 }, 1);
        if ("errors" in built) throw new Error(built.errors[0]?.reason);
        expect(built.screen.size).to.equal(10_000);
        expect(new Set(setup.texts)).to.have.property("size", 256);
        for (const text of setup.texts) {
          expect(text).to.have.length(units);
          expect(text.startsWith("【测试】")).to.equal(true);
          expect(built.screen.screen(text)).to.equal(null);
        }
      }
    } finally {
      rmSync(parent, { recursive: true });
    }
  });
});
