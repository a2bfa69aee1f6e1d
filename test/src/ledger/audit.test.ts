import { expect } from "chai";
import fc from "fast-check";
import { ChainCheck, FIRST_HASH, auditHash, canonicalJson, digestOf } from "../../../src/ledger/audit.js";
import type { AuditRecord } from "../../../src/ledger/audit.js";

function chain(count: number): { record: AuditRecord; hash: string }[] {
  const all: { record: AuditRecord; hash: string }[] = [];
  let hash = FIRST_HASH;
  for (let no = 1; no <= count; no += 1) {
    const record = { no, atMs: 1_000 * no, actor: "cli:root", reason: "", what: `change ${no}`, subject: "account:1", digest: digestOf(no) };
    hash = auditHash(hash, record);
    all.push({ record, hash });
  }
  return all;
}

function faults(all: readonly { record: AuditRecord; hash: string }[]): string[] {
  const check = new ChainCheck();
  return all.map(({ record, hash }) => check.next(record, hash)).filter((fault) => fault !== null);
}

describe("audit chain", () => {
  it("writes equal values as equal text, whatever the order of their fields", () => {
    expect(canonicalJson({ b: [1n, 'x"', null], a: { d: true, c: -1 } })).to.equal('{"a":{"c":-1,"d":true},"b":[1,"x\\"",null]}');
    expect(canonicalJson({ a: 1, b: 2 })).to.equal(canonicalJson({ b: 2, a: 1 }));
  });

  it("finds nothing wrong with an untouched log", () => {
    expect(faults(chain(20))).to.deep.equal([]);
  });

  it("finds any field of any record changed", () => {
    const edits: readonly Partial<AuditRecord>[] = [
      { atMs: 1_500 }, { actor: "cli:eve" }, { reason: "none" }, { what: "nothing" }, { subject: "account:2" }, { digest: digestOf(0) },
    ];
    fc.assert(
      fc.property(fc.nat(19), fc.constantFrom(...edits), (at, edit) => {
        const log = chain(20).map((each, i) => (i === at ? { ...each, record: { ...each.record, ...edit } } : each));
        expect(faults(log).join()).to.include(`record ${at + 1} does not fit`);
      }),
    );
  });

  it("finds a record taken out, put in twice, or two exchanged", () => {
    const log = chain(5);
    expect(faults(log.filter((_, i) => i !== 2)).join()).to.include("audit record 3 is missing");
    expect(faults([...log.slice(0, 3), ...log.slice(2)])).to.not.deep.equal([]);
    expect(faults([log[1]!, log[0]!, ...log.slice(2)])).to.not.deep.equal([]);
  });

  it("finds a record whose hash was made to fit by the next one", () => {
    const log = chain(5);
    const edited = { ...log[2]!.record, what: "nothing" };
    log[2] = { record: edited, hash: auditHash(log[1]!.hash, edited) };
    expect(faults(log).join()).to.include("record 4 does not fit");
  });
});
