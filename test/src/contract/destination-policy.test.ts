import assert from "node:assert/strict";
import { Outcome } from "../../../protocols/model/outcome.js";
import { compileDestinationPolicy } from "../../../src/contract/destination-policy.js";
import { Judged } from "../../../src/contract/judged.js";
import { LEFT, NetworkTable, networkCode } from "../../../src/contract/network.js";
import { NumberLists, consentValue, type ListKind } from "../../../src/contract/number-lists.js";
import type { Account } from "../../../src/ledger/account.js";
import { account } from "../flow/fixtures.js";

const NOW_MS = Date.parse("2026-11-25T12:00:00+08:00");
const TODAY = Math.floor((NOW_MS + 8 * 3_600_000) / 86_400_000);

function bench(terms: Partial<Account> = {}) {
  const lists = new NumberLists();
  const table = new NetworkTable(lists.ported);
  table.replace([
    { prefix: "138", network: "mobile", virtual: false }, { prefix: "130", network: "unicom", virtual: false },
    { prefix: "134", network: "mobile", virtual: false }, { prefix: "1349", network: "telecom", virtual: false },
    { prefix: "17400", network: "telecom", virtual: false }, { prefix: "170", network: "telecom", virtual: true },
  ], "2026-11-25");
  const policy = compileDestinationPolicy(account(1, terms), table, lists);
  assert.ok(policy !== null);
  const judged = new Judged();
  return {
    lists,
    table,
    put: (kind: ListKind, number: string, accountNo = 1, signatureNo = 0, value = 0) => lists.list({ kind, accountNo, signatureNo }).change(number, value),
    judge(destination: string, signatureNo = 0, wallMs = NOW_MS): readonly [Outcome, string] {
      judged.clear();
      judged.signatureNo = signatureNo;
      policy.judge(destination, judged, wallMs);
      return [judged.outcome, judged.evidence];
    },
  };
}

const PASSES = [Outcome.ok, ""] as const;

describe("DestinationPolicy", () => {
  it("lets everything pass where the contract says nothing and no list has the number", () => {
    const { judge } = bench();
    for (const to of ["13800138000", "13000000000", "19900000000", "+85298765432"]) assert.deepEqual(judge(to), PASSES);
  });

  it("refuses what is blocked for all, for the account or for the signature alone", () => {
    const { judge, put } = bench();
    put("block", "13800138000", 0);
    put("block", "13800138001");
    put("block", "13800138002", 1, 3);
    put("block", "13800138003", 2);
    assert.deepEqual(judge("13800138000"), [Outcome.destination_blocked, "blocked:all"]);
    assert.deepEqual(judge("13800138001"), [Outcome.destination_blocked, "blocked:account"]);
    assert.deepEqual(judge("13800138002"), PASSES);
    assert.deepEqual(judge("13800138002", 3), [Outcome.destination_blocked, "blocked:signature"]);
    assert.deepEqual(judge("13800138003"), PASSES);
  });

  it("refuses who opted out from the account or from the signature, and counts the tries", () => {
    const { judge, put, lists } = bench();
    put("optout", "13800138000");
    put("optout", "13800138001", 1, 2);
    assert.deepEqual(judge("13800138000"), [Outcome.destination_blocked, "opted_out:account"]);
    assert.deepEqual(judge("13800138001", 1), PASSES);
    assert.deepEqual(judge("13800138001", 2), [Outcome.destination_blocked, "opted_out:signature"]);
    assert.equal(lists.account(1).optOutHits, 2);
  });

  it("clause 1.3: with recipients=listed a number that is on no allowlist is refused 104", () => {
    const { judge, put } = bench({ recipients: "listed" });
    put("allow", "13800138000");
    put("allow", "13800138001", 1, 2);
    put("allow", "13800138002", 0);
    put("allow", "13800138003", 2);
    assert.deepEqual(judge("13800138000"), PASSES);
    assert.deepEqual(judge("13800138001", 2), PASSES);
    assert.deepEqual(judge("13800138002"), PASSES);
    assert.deepEqual(judge("13800138001"), [Outcome.destination_blocked, "not_listed"]);
    assert.deepEqual(judge("13800138003"), [Outcome.destination_blocked, "not_listed"]);
  });

  it("a block wins over an allowlist", () => {
    const { judge, put } = bench({ recipients: "listed" });
    put("allow", "13800138000");
    put("block", "13800138000", 0);
    assert.deepEqual(judge("13800138000"), [Outcome.destination_blocked, "blocked:all"]);
  });

  it("clause 2.1(2): with recipients=consented a number without consent, or whose consent has ended, is refused 104", () => {
    const { judge, put } = bench({ recipients: "consented", consentDays: 30 });
    put("consent", "13800138000", 1, 0, consentValue(TODAY - 29, 0));
    put("consent", "13800138001", 1, 0, consentValue(TODAY - 30, 0));
    put("consent", "13800138002", 1, 0, consentValue(TODAY - 3, TODAY - 1));
    assert.deepEqual(judge("13800138000"), PASSES);
    assert.deepEqual(judge("13800138000", 0, NOW_MS + 86_400_000), [Outcome.destination_blocked, "consent_ended"]);
    assert.deepEqual(judge("13800138001"), [Outcome.destination_blocked, "consent_ended"]);
    assert.deepEqual(judge("13800138002"), [Outcome.destination_blocked, "consent_ended"]);
    assert.deepEqual(judge("13800138003"), [Outcome.destination_blocked, "no_consent"]);
    put("consent", "13800138001", 1, 2, consentValue(TODAY, 0));
    assert.deepEqual(judge("13800138001", 2), PASSES);
  });

  it("refuses other networks than the account's, by what is known of the number before what its prefix says", () => {
    const { judge, put } = bench({ networks: ["mobile"] });
    assert.deepEqual(judge("13800138000"), PASSES);
    assert.deepEqual(judge("13000130000"), [Outcome.off_net, "off_net:unicom"]);
    assert.deepEqual(judge("13490000000"), [Outcome.off_net, "off_net:telecom"]);
    assert.deepEqual(judge("17000000000"), [Outcome.off_net, "off_net:telecom"]);
    put("ported", "13000130000", 0, 0, networkCode("mobile"));
    put("ported", "13800138000", 0, 0, networkCode("telecom"));
    assert.deepEqual(judge("13000130000"), PASSES);
    assert.deepEqual(judge("13800138000"), [Outcome.off_net, "off_net:telecom"]);
  });

  it("leaves numbers of which nobody knows the network to the account's policy", () => {
    assert.deepEqual(bench({ networks: ["mobile"] }).judge("19900000000"), PASSES);
    assert.deepEqual(bench({ networks: ["mobile"], unknownNetwork: "refuse" }).judge("19900000000"), [Outcome.off_net, "off_net:unknown"]);
  });

  it("refuses a number that has left the one network an account may write to, wherever it is now", () => {
    const one = bench({ networks: ["mobile"] });
    one.put("ported", "13800138000", 0, 0, LEFT + networkCode("mobile"));
    assert.deepEqual(one.judge("13800138000"), [Outcome.off_net, "off_net:left_mobile"]);
    const two = bench({ networks: ["mobile", "unicom"] });
    two.put("ported", "13800138000", 0, 0, LEFT + networkCode("mobile"));
    assert.deepEqual(two.judge("13800138000"), PASSES);
  });

  it("refuses numbers abroad, Hong Kong, Macau and Taiwan among them, where the contract does", () => {
    const { judge } = bench({ abroad: "refuse", networks: ["mobile"] });
    for (const to of ["+85298765432", "+85366881234", "+886912345678", "+14155552671"]) assert.deepEqual(judge(to), [Outcome.international, "abroad"], to);
    assert.deepEqual(judge("13800138000"), PASSES);
  });

  it("needs no new policy when lists change", () => {
    const { judge, put } = bench();
    assert.deepEqual(judge("13800138000"), PASSES);
    put("block", "13800138000");
    assert.equal(judge("13800138000")[0], Outcome.destination_blocked);
    put("block", "13800138000", 1, 0, -1);
    assert.deepEqual(judge("13800138000"), PASSES);
  });
});
