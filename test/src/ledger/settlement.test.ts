import { expect } from "chai";
import { ChargeState, ENTRY_BOOKS, EntryKind, Book, afterMovement, onFinal, onSent, settleOnAccept } from "../../../src/ledger/settlement.js";
import type { Movement, Terms } from "../../../src/ledger/settlement.js";
import { MessageState } from "../../../protocols/model/state.js";

const { held, settled, released, refunded, free } = ChargeState;
const { settle, release, refund } = EntryKind;

function terms(policy: Terms["settle"], refundOnFailure = false, onUnknown: Terms["onUnknown"] = "settle"): Terms {
  return { settle: policy, refundOnFailure, onUnknown };
}

describe("settlement", () => {
  const finals: [about: string, terms: Terms, charge: ChargeState, state: MessageState, taken: boolean, movement: Movement][] = [
    ["delivered, settled when sent", terms("sent"), settled, MessageState.delivered, true, 0],
    ["delivered, held till then", terms("delivered"), held, MessageState.delivered, true, settle],
    ["delivered though never answered", terms("sent"), held, MessageState.delivered, true, settle],
    ["failed after SENT, kept", terms("sent"), settled, MessageState.undeliverable, true, 0],
    ["failed after SENT, refunded", terms("sent", true), settled, MessageState.undeliverable, true, refund],
    ["failed after SENT, settled at acceptance", terms("accepted"), settled, MessageState.expired, true, 0],
    ["failed, paid on delivery only", terms("delivered"), held, MessageState.rejected, true, release],
    ["failed with a report but no answer", terms("sent"), held, MessageState.undeliverable, true, settle],
    ["failed with a report but no answer, refunding", terms("sent", true), held, MessageState.undeliverable, true, release],
    ["refused by the operator", terms("sent"), held, MessageState.rejected, false, release],
    ["refused by the operator, settled at acceptance", terms("accepted"), settled, MessageState.rejected, false, refund],
    ["expired in the queue", terms("delivered"), held, MessageState.expired, false, release],
    ["no receipt, settles", terms("delivered"), held, MessageState.unknown, true, settle],
    ["no receipt, releases", terms("delivered", false, "release"), held, MessageState.unknown, true, release],
    ["no receipt, settled before", terms("sent", true, "release"), settled, MessageState.unknown, true, 0],
    ["released already", terms("sent", true), released, MessageState.undeliverable, true, 0],
    ["refunded already", terms("sent", true), refunded, MessageState.undeliverable, true, 0],
    ["free", terms("sent", true), free, MessageState.undeliverable, false, 0],
  ];
  for (const [about, of, charge, state, taken, movement] of finals) {
    it(`${about}: ${movement === 0 ? "nothing moves" : (Object.keys(EntryKind)[movement - 2] ?? "")}`, () => {
      expect(onFinal(of, charge, state, taken)).to.equal(movement);
    });
  }

  it("settles at SENT for all but those who pay on delivery", () => {
    expect(onSent(terms("sent"), held)).to.equal(settle);
    expect(onSent(terms("delivered"), held)).to.equal(0);
    expect(onSent(terms("accepted"), settled)).to.equal(0);
    expect(settleOnAccept(terms("accepted"))).to.equal(true);
    expect(settleOnAccept(terms("sent"))).to.equal(false);
  });

  it("moves each message's money at most once each way, on every path", () => {
    for (const policy of ["accepted", "sent", "delivered"] as const) {
      for (const refundOnFailure of [false, true]) {
        for (const onUnknown of ["settle", "release"] as const) {
          for (let state = 20; state <= 25; state++) {
            for (const taken of [false, true]) {
              const of = terms(policy, refundOnFailure, onUnknown);
              let charge: ChargeState = settleOnAccept(of) ? settled : held;
              if (taken) charge = afterMovement(charge, onSent(of, charge));
              charge = afterMovement(charge, onFinal(of, charge, state as MessageState, taken));
              expect(charge, `${policy} ${state}`).not.to.equal(held);
              const again = onFinal(of, charge, state as MessageState, taken);
              // Only a charge that stays with us could still be given back, and then only by the same rule that kept it.
              expect(again).to.equal(0);
            }
          }
        }
      }
    }
  });

  it("takes from one book what it gives to another", () => {
    expect(ENTRY_BOOKS[EntryKind.hold]).to.deep.equal({ debit: Book.available, credit: Book.held });
    expect(ENTRY_BOOKS[EntryKind.refund]).to.deep.equal({ debit: Book.revenue, credit: Book.available });
  });
});
