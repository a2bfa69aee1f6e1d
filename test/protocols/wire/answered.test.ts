import { expect } from "chai";
import fc from "fast-check";
import { Outcome } from "../../../protocols/model/outcome.js";
import { AnsweredSubmits, Seen } from "../../../protocols/wire/answered.js";

describe("AnsweredSubmits", () => {
  it("knows a submit while it has no answer, and afterwards how it was answered", () => {
    const answered = new AnsweredSubmits(8, 1_000);
    expect(answered.look(7, 111, 0)).to.equal(Seen.no);
    answered.add(7, 111, 0);
    expect(answered.look(7, 111, 10)).to.equal(Seen.unanswered);
    expect(answered.look(7, 222, 10)).to.equal(Seen.other);
    expect(answered.answered(7, Outcome.ok, 60_000_000_000_001)).to.equal(111);
    expect(answered.look(7, 111, 20)).to.equal(Seen.answered);
    expect([answered.outcome, answered.messageId]).to.deep.equal([Outcome.ok, 60_000_000_000_001]);
    expect(answered.look(7, 222, 20)).to.equal(Seen.other);
    expect(answered.look(8, 111, 20)).to.equal(Seen.no);
  });

  it("forgets an answered one after its time, and never one that still waits", () => {
    const answered = new AnsweredSubmits(8, 1_000);
    answered.add(1, 11, 0);
    answered.add(2, 22, 0);
    answered.answered(1, Outcome.no_credit, 0);
    expect([answered.look(1, 11, 999), answered.look(1, 99, 999)]).to.deep.equal([Seen.answered, Seen.other]);
    expect([answered.look(1, 11, 1_000), answered.look(1, 99, 1_000), answered.look(2, 22, 5_000)]).to.deep.equal([Seen.no, Seen.no, Seen.unanswered]);
  });

  it("gives up the oldest for the newest, and is told of answers to those it has given up without harm", () => {
    const answered = new AnsweredSubmits(3, 1_000);
    for (let sequence = 1; sequence <= 4; sequence++) answered.add(sequence, sequence * 10, 0);
    expect(answered.size).to.equal(3);
    expect(answered.look(1, 10, 0)).to.equal(Seen.no);
    expect(answered.answered(1, Outcome.ok, 5)).to.equal(0);
    expect(answered.look(2, 20, 0)).to.equal(Seen.unanswered);
  });

  it("lists the keys and ids of what was accepted and is recent, oldest first", () => {
    const answered = new AnsweredSubmits(4, 1_000);
    for (let sequence = 1; sequence <= 5; sequence++) answered.add(sequence, sequence * 10, sequence * 100);
    for (let sequence = 2; sequence <= 4; sequence++) answered.answered(sequence, sequence === 3 ? Outcome.no_credit : Outcome.ok, sequence);
    expect([...answered.keys(600)]).to.deep.equal([[20, 2], [40, 4]]);
    expect([...answered.keys(1_300)]).to.deep.equal([[40, 4]]);
  });

  it("agrees with a plain map over any course of sequences, at any capacity", () => {
    const step = fc.record({ sequence: fc.constantFrom(0, 1, 2, 3, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff), key: fc.constantFrom(1, 2), act: fc.nat(3) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 60 }), (capacity, steps) => {
        const real = new AnsweredSubmits(capacity, 1e9);
        let plain: { sequence: number; key: number; outcome: number }[] = [];
        for (const { sequence, key, act } of steps) {
          const found = plain.find((entry) => entry.sequence === sequence);
          const due = found === undefined ? Seen.no : found.key !== key ? Seen.other : found.outcome < 0 ? Seen.unanswered : Seen.answered;
          expect(real.look(sequence, key, 0)).to.equal(due);
          if (act === 0) {
            real.forget(sequence);
            plain = plain.filter((entry) => entry !== found);
          } else if (act === 1) {
            real.answered(sequence, Outcome.ok, 5);
            if (found !== undefined) found.outcome = 0;
          } else if (due === Seen.no) {
            real.add(sequence, key, 0);
            plain.push({ sequence, key, outcome: -1 });
          }
          expect(real.size).to.be.at.most(capacity);
          // A forgotten slot is not used again before its turn, so the ring may hold fewer than its capacity, never others.
          plain = plain.filter((entry) => real.look(entry.sequence, entry.key, 0) !== Seen.no);
          expect(real.size).to.equal(plain.length);
        }
      }),
    );
  });
});
