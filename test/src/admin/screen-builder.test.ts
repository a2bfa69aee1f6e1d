import { expect } from "chai";
import { buildScreenInWorker } from "../../../src/admin/screen-builder.js";
import { buildScreen } from "../../../src/filter/screen.js";

const OPTIONS = { maxInserted: 3 };

function manyWords(count: number): string {
  let seed = 7;
  const next = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const words = new Set<string>();
  while (words.size < count) {
    words.add(String.fromCharCode(...Array.from({ length: 2 + next(5) }, () => 0x4e00 + next(2_500))));
  }
  return [...words].join("\n");
}

describe("buildScreenInWorker", () => {
  before(function () {
    // A worker runs the compiled entry; there is none beside a TypeScript source.
    if (import.meta.url.endsWith(".ts")) this.skip();
  });

  it("hands over the same screen that is built here", async () => {
    const files = [{ name: "a.txt", text: "[fraud]\n发票\n!发票抬头\n[advert flag]\n优惠\n优惠\n🎰大奖" }];
    const away = await buildScreenInWorker(files, OPTIONS, 5);
    const here = buildScreen(files, OPTIONS, 5);
    if ("errors" in away || "errors" in here) throw new Error("refused");
    expect(away.warnings).to.deep.equal(here.warnings).and.to.have.length(1);
    for (const text of ["發·票", "发票抬头", "优惠🎰大奖", "您好"]) {
      expect(away.screen.explain(text)).to.deep.equal(here.screen.explain(text));
    }
    expect(away.screen.version).to.equal(5);
  });

  it("hands over the errors", async () => {
    const build = await buildScreenInWorker([{ name: "a.txt", text: "的" }], OPTIONS, 5);
    expect("errors" in build && build.errors.map((error) => error.line)).to.deep.equal([1]);
  });

  it("takes 10,000 words in little time and memory, and each is found", async () => {
    const text = manyWords(10_000);
    const build = await buildScreenInWorker([{ name: "a.txt", text }], OPTIONS, 5);
    if ("errors" in build) throw new Error("refused");
    expect(build.screen.size).to.equal(10_000);
    expect(build.screen.octets).to.be.below(2_000_000);
    const missed = text.split("\n").filter((word) => build.screen.screen(`您好${word}`) === null);
    expect(missed).to.deep.equal([]);
  });
});
