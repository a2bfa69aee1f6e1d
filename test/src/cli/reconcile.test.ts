/** tollgate reconcile: an operator's bill against the books of messages really sent, each kind of difference put into it. */
import { expect } from "chai";
import fc from "fast-check";
import iconv from "iconv-lite";
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MessageState } from "../../../protocols/model/state.js";
import { dayPath, dayOfMs } from "../../../src/store/sqlite/paths.js";
import "../../seed.js";
import { Bench, benchEach } from "../store/engine-bench.js";
import { Bill, written, type Line } from "./bill-sample.js";

describe("tollgate reconcile", () => {
  let bench: Bench;
  benchEach((each) => (bench = each));

  /** Three messages: delivered, delivered in two segments, failed. */
  function sample(...given: ConstructorParameters<typeof Bill> extends [Bench, ...infer Rest] ? Partial<Rest> : never): Bill {
    const bill = new Bill(bench, ...given);
    bill.send("A1");
    bill.send("B2", { segments: 2, charge: 70_000, destination: "13900139000" });
    bill.send("C3", { state: MessageState.undeliverable, destination: "13700137000" });
    return bill;
  }
  const lineOf = (bill: Bill, at: number): Line => bill.lines[at] as Line;

  it("holds the operator's bill against the books, row by row: one made of them agrees, with totals, and ends with 0", async () => {
    const { code, json } = await sample().result();
    expect(code).to.equal(0);
    expect(json).to.deep.include({ agrees: true, rowByRow: true, rows: 3, unreadable: 0, matched: 3, byNumber: 0, difference: "0.00" });
    expect([json.bill, json.books]).to.deep.equal([{ messages: 3, segments: 4, amount: "0.12" }, { messages: 3, segments: 4, amount: "0.12" }]);
  });

  it("tells each kind of difference by the rows that show it, with the difference in money, and ends with 1", async () => {
    const bill = sample();
    const { id } = bill.send("D4", { destination: "13600136000" });
    bill.lines.pop();
    Object.assign(lineOf(bill, 0), { segments: "3", amount: "0.09" });
    lineOf(bill, 1).amount = "0.07";
    lineOf(bill, 2).status = "DELIVRD";
    bill.lines.push({ ...lineOf(bill, 0), id: "NOBODY" }, { ...lineOf(bill, 1) });
    const { code, json, kinds } = await bill.result();
    expect([code, json.agrees, kinds]).to.deep.equal([1, false, { only_bill: 1, only_books: 1, repeated: 1, segments: 1, state: 1, price: 1 }]);
    expect(json.examples.map(({ differences, bill: row, books }) => [differences.join(" "), row?.line ?? 0, books === null ? "" : books.messageId])).to.deep.equal([
      ["segments", 2, json.examples[0]?.books?.messageId], ["price", 3, json.examples[1]?.books?.messageId], ["state", 4, json.examples[2]?.books?.messageId],
      ["only_bill", 5, ""], ["repeated", 6, ""], ["only_books", 0, String(id)],
    ]);
    expect([json.bill.amount, json.books.amount, json.difference]).to.deep.equal(["0.35", "0.15", "0.20"]);
  });

  it("tells when the id is right and the number another", async () => {
    const bill = sample();
    lineOf(bill, 0).to = "13811112222";
    expect((await bill.result()).kinds).to.deep.equal({ number: 1 });
  });

  it("takes ids in hexadecimal, in decimal, with zeros in front and in any case, numbers masked or with 86, and texts kept from spreadsheets", async () => {
    const bill = new Bill(bench);
    bill.send("00A1B2C3D4E5F607").line.id = BigInt("0xA1B2C3D4E5F607").toString(10);
    bill.send("1122334455667788990").line.id = `0x${BigInt("1122334455667788990").toString(16)}`.slice(2);
    bill.send("000777").line.id = "777";
    bill.send("abc-9").line.id = " ABC-9";
    Object.assign(bill.send("55555555555555555555").line, { id: '="55555555555555555555"', to: "138****8000" });
    Object.assign(bill.send("666").line, { id: "'666", to: "8613800138000" });
    const { code, json } = await bill.result();
    expect([code, json.matched]).to.deep.equal([0, 6]);
  });

  it("matches what has no id by number, segments and time, the nearest of several, and nothing beyond --within", async () => {
    const bill = sample();
    bench.wallMs += 300_000;
    bill.send("E5").line.time = written(bench.wallMs + 20_000);
    for (const line of bill.lines) line.id = "";
    const { code, json } = await bill.result();
    expect([code, json.matched, json.byNumber, json.severalFitted]).to.deep.equal([0, 4, 4, 2]);
    expect((await bill.result("--within 10s")).kinds).to.deep.equal({ only_bill: 1, only_books: 1 });
  });

  it("reads GBK, a mark in front, tabs, headers named by hand and its own words of state", async () => {
    const bill = sample();
    const plain = bill.text();
    expect((await bill.result("", iconv.encode(plain.replaceAll("DELIVRD", "成功").replaceAll("UNDELIV", "失败"), "gbk"))).json).to.include({ agrees: true, encoding: "gbk" });
    expect((await bill.result("", `\ufeff${plain.replaceAll(",", "\t")}`)).json).to.include({ agrees: true, encoding: "utf-8" });
    bill.header = ["k", "m", "t", "n", "s", "f"];
    const words = bill.text().replaceAll("DELIVRD", "0").replaceAll("UNDELIV", "7");
    expect((await bill.result("--columns id=k,to=m,time=t,segments=n,status=s,amount=f --delivered 0 --failed 7", words)).json).to.include({ agrees: true });
    expect(await bill.reconcile("", words)).to.include({ code: 2 });
    expect(await bill.reconcile("--columns id=Nope", words)).to.include({ code: 2 });
    expect((await bill.reconcile("--encoding utf-8", iconv.encode(plain, "gbk"))).err).to.include("not written in utf-8");
  });

  it("names every row it cannot read by its line, and does not agree then", async () => {
    const bill = sample();
    const [first] = bill.lines as [Line];
    bill.lines.push({ ...first, segments: "x" }, { ...first, amount: "1.2.3" }, { ...first, time: "2025-13-01" }, { ...first, status: "WHATEVER" }, { ...first, id: "1.23457E+15" }, { ...first, id: "", to: "" });
    const { code, json, kinds } = await bill.result();
    expect([code, json.unreadable, json.unreadableRows.map(({ line }) => line), kinds]).to.deep.equal([1, 6, [5, 6, 7, 8, 9, 10], {}]);
    expect((await bill.result("", `${bill.text()}"open,`)).json).to.include({ unreadable: 7 });
  });

  it("takes for right that an operator that charges what it delivers bills nothing else", async () => {
    const bill = sample(30_000, "delivered");
    bill.lines.pop();
    expect((await bill.result()).json).to.include({ agrees: true, notCharged: 1 });
    bill.enter({ id: "C3", to: "13700137000", segments: 1, state: MessageState.undeliverable });
    expect((await bill.result()).kinds).to.deep.equal({ price: 1 });
  });

  it("counts the parts of a long message, each with its own id, and each try of what was sent twice", async () => {
    const bill = new Bill(bench);
    const long = bench.split(2, { segments: 2, charge: 70_000, wanted: 0 });
    long.parts.forEach((part, at) => {
      bench.dispatch(part);
      bench.sent(part, `P${String(at)}`);
      bench.receipt([`P${String(at)}`]);
      bill.enter({ id: `P${String(at)}`, to: "13800138000", segments: 1, state: MessageState.delivered });
    });
    expect((await bill.result()).json).to.deep.include({ agrees: true, matched: 2, books: { messages: 2, segments: 2, amount: "0.06" } });
    const { id } = bench.accept({ wanted: 0 });
    bench.uncertain(id);
    bench.sweep(31_000);
    bench.claim(4, 10);
    bench.dispatch(id, 2);
    bench.sent(id, "T1", 1);
    bench.sent(id, "T2", 2);
    for (const key of ["T1", "T2"]) bill.enter({ id: key, to: "13800138000", segments: 1, state: null });
    bench.receipt(["T2"]);
    bill.lines.slice(-1).forEach((line) => (line.status = "DELIVRD"));
    expect((await bill.result()).json).to.deep.include({ agrees: true, matched: 4, books: { messages: 4, segments: 4, amount: "0.12" } });
  });

  it("leaves other operators' messages and other months' alone, and finds what was billed on the other side of midnight", async () => {
    const bill = sample();
    const other = bench.accept({ operator: 2, wanted: 0 }).id;
    bench.sent(other, "OTHER", 1, 2);
    bench.receipt(["OTHER"], { operator: 2 });
    bench.wallMs = Date.UTC(2025, 10, 30, 16, 0, 5);
    bill.send("DEC1").line.time = "2025-11-30 23:59:59";
    expect((await bill.result()).json).to.include({ agrees: true, matched: 4 });
    bill.lines.pop();
    expect((await bill.result()).json).to.include({ agrees: true, matched: 3 });
  });

  it("compares days that are no longer on disk in sums, says which they are, and does not agree where the sums do not", async () => {
    const bill = sample();
    bench.wallMs += 2 * 86_400_000;
    bench.sweep(1);
    for (let pass = 0; pass < 5; pass++) {
      bench.wallMs += 660_000;
      bench.engine.rest(bench.wallMs);
      while (bench.engine.sealing) bench.engine.sealStep();
    }
    bill.send("LATER");
    const gone = dayPath(bench.dir, dayOfMs(Date.UTC(2025, 10, 24, 4), 480));
    const kept = readFileSync(gone);
    rmSync(gone);
    try {
      const { code, json } = await bill.result();
      expect([code, json.agrees, json.rowByRow, json.matched, json.missingDays]).to.deep.equal([0, true, false, 1, ["2025-11-24"]]);
      expect(json.missing).to.deep.equal({ bill: { messages: 3, segments: 4, amount: "0.12" }, books: { messages: 3, segments: 4, amount: "0.12" } });
      expect((await bill.reconcile()).out).to.include("compared in sums only, not row by row: 2025-11-24");
      lineOf(bill, 1).segments = "5";
      expect((await bill.result()).json.agrees).to.equal(false);
    } finally {
      // The bench's own check at the end reads it.
      writeFileSync(gone, kept);
    }
  });

  it("masks numbers in every form unless the audit log is told why, and writes all rows that differ to a file of its owner's", async () => {
    const bill = sample();
    lineOf(bill, 0).segments = "9";
    const file = join(bench.dir, "differences.csv");
    const masked = await bill.reconcile(`--csv ${file}`);
    expect(masked.out).to.include("138****8000").and.to.not.match(/13800138000|13900139000/);
    expect(masked.host.commands).to.deep.equal([]);
    expect(readFileSync(file, "utf8").split("\n")).to.have.length(3);
    expect(readFileSync(file, "utf8")).to.include("138****8000").and.to.not.include("13800138000");
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(await bill.reconcile("--full")).to.include({ code: 2 });
    const full = await bill.reconcile(`--full --reason dispute --csv ${file} --lang zh`);
    expect([full.host.commands.length, readFileSync(file, "utf8").charCodeAt(0)]).to.deep.equal([1, 0xfeff]);
    expect(full.out).to.include("13800138000").and.include("账单与账务不一致");
    expect(readFileSync(file, "utf8")).to.include("13800138000");
  });

  it("leaves nothing behind, in the books or beside them, and knows only operators there are", async () => {
    const bill = sample();
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith("tollgate-bill-"));
    await bill.reconcile();
    expect((await bill.reconcile("--operator nobody")).err).to.include('no operator "nobody"').and.include("op, other");
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("tollgate-bill-"))).to.deep.equal(before);
  });
});

describe("a bill made from the books", () => {
  it("always agrees, however it writes ids, times and encoding; and never does once a row is dropped, doubled or changed", async () => {
    const message = fc.record({
      id: fc.bigInt({ min: 1n, max: (1n << 64n) - 1n }), to: fc.constantFrom("13800138000", "13900139000", "18600186000"), segments: fc.integer({ min: 1, max: 3 }),
      state: fc.constantFrom(MessageState.delivered, MessageState.undeliverable, null), after: fc.integer({ min: 0, max: 90_000 }),
    });
    const month = fc.record({
      messages: fc.uniqueArray(message, { selector: ({ id }) => id, minLength: 1, maxLength: 12 }), hexBooks: fc.boolean(), form: fc.constantFrom("same", "hex", "none", "minutes"), gbk: fc.boolean(),
      harm: fc.constantFrom("drop", "double", "segments", "status", "amount"), at: fc.nat(11),
    });
    await fc.assert(fc.asyncProperty(month, async ({ messages, hexBooks, form, gbk, harm, at }) => {
      const bench = new Bench();
      try {
        bench.account("a");
        const bill = new Bill(bench);
        for (const { id, to, segments, state, after } of messages) {
          bench.wallMs += after;
          const { line } = bill.send(hexBooks ? id.toString(16).padStart(16, "0") : id.toString(), { destination: to, segments, state, charge: 0 });
          if (form === "hex") line.id = hexBooks ? id.toString() : id.toString(16);
          if (form === "none" || form === "minutes") line.id = "";
          if (form === "minutes") line.time = line.time.slice(0, 16);
        }
        const text = (): string | Buffer => (gbk ? iconv.encode(bill.text(), "gbk") : bill.text());
        const { json } = await bill.result("", text());
        expect(json).to.include({ agrees: true, matched: messages.length, difference: "0.00" });
        const index = at % bill.lines.length;
        const line = bill.lines[index] as Line;
        if (harm === "drop") bill.lines.splice(index, 1);
        else if (harm === "double") bill.lines.push({ ...line });
        else if (harm === "segments") line.segments = String(Number(line.segments) + 1);
        else if (harm === "status") line.status = line.status === "DELIVRD" ? "UNDELIV" : "DELIVRD";
        else line.amount = "0.031";
        expect((await bill.result("", text())).json.agrees).to.equal(false);
      } finally {
        bench.close();
      }
    }), { numRuns: 20 });
  });
});
