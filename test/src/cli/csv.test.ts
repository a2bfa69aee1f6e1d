/** CSV: what is written is read back as it was, in whatever pieces it comes. */
import { expect } from "chai";
import fc from "fast-check";
import { CsvError, CsvReader, csvField, csvLine } from "../../../src/cli/csv.js";

function read(pieces: readonly string[], separator = ","): string[][] {
  const reader = new CsvReader(separator);
  const all: string[][] = [];
  for (const piece of pieces) reader.push(piece, (fields) => all.push([...fields]));
  reader.end((fields) => all.push([...fields]));
  return all;
}

describe("CSV", () => {
  it("reads back what was written, wherever it is cut", () => {
    const field = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r\n", "签", " ", ";"), maxLength: 6 }).map((text) => `x${text}`);
    fc.assert(fc.property(fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 5 }), fc.nat(30), (rows, cut) => {
      const text = rows.map((row) => `${csvLine(row)}\n`).join("");
      expect(read([text.slice(0, cut), text.slice(cut)])).to.deep.equal(rows);
    }));
  });

  it("keeps a text from being a formula, and numbers as they are", () => {
    expect(["=1+1", "+8613800138000", "@a", "-0.01", "-x", "1069", "a,b"].map(csvField)).to.deep.equal(["'=1+1", "'+8613800138000", "'@a", "-0.01", "'-x", "1069", '"a,b"']);
  });

  it("takes a mark in front, empty lines, other separators, and a last line without an end", () => {
    expect(read(["\ufeffa;b\r\n", "\n", '1;"2;3"'], ";")).to.deep.equal([["a", "b"], ["1", "2;3"]]);
  });

  it("names the line of a quote that never closes, and of a record without end", () => {
    expect(() => read(['a,b\nc,"d\n'])).to.throw(CsvError, "a quote is open at the end");
    expect(() => read([`a,b\n"${"x".repeat(70_000)}`])).to.throw(CsvError, /^line 2: a record is longer/);
  });
});
