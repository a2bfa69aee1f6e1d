import { expect } from "chai";
import { bindTerms, checkBindTerms } from "../../../src/ledger/bind-terms.js";
import type { BindForms } from "../../../src/ledger/bind-terms.js";
import { makeAccount, withDefaults } from "../../../src/ledger/account-settings.js";
import type { Account } from "../../../src/ledger/account.js";
import type { AccountSettings } from "../../../src/ledger/commands.js";

const IDENTITY = { no: 1, name: "acme", state: "active", stateReason: "", currency: "CNY", tariffs: [] } as const;
const SMPP: BindForms = { name: "smpp", proof: "password", versions: ["3.3", "3.4", "5.0"], dial: () => ({ connected: false, start: () => undefined, stop: () => undefined }) };
const CMPP: BindForms = { name: "cmpp", proof: "digest", versions: ["2.0", "3.0"], bindName: { shape: /^.{1,6}$/, called: "SP_Id", words: "1 to 6 characters" } };
const SMGP: BindForms = { name: "smgp", proof: "digest", versions: ["1.3", "3.0"], bindName: { shape: /^.{8}$/, called: "ClientID", words: "8 characters" } };
const ALL = [SMPP, CMPP, SMGP];

function account(settings: AccountSettings): Account {
  return makeAccount(IDENTITY, { priceMicros: 1, ...settings });
}

describe("The terms of a bind", () => {
  it("are the account's own for every protocol of which it says nothing", () => {
    const terms = account({ window: 70, deliverWindow: 60 });
    for (const protocol of ["smpp", "smgp", "toString"]) expect(bindTerms(terms, protocol)).to.deep.equal({ window: 70, deliverWindow: 60, versions: null });
  });

  it("of an account opened with the settings of CMPP alone stay as they were", () => {
    const kept = { ...withDefaults({ priceMicros: 1 }) } as Record<string, unknown>;
    delete kept["protocolWindows"];
    delete kept["protocolVersions"];
    const terms = makeAccount(IDENTITY, { ...(kept as AccountSettings), cmppWindow: 5, cmppVersions: ["3.0"] });
    expect(bindTerms(terms, "cmpp")).to.deep.equal({ window: 5, deliverWindow: 5, versions: ["3.0"] });
    expect(bindTerms(terms, "smpp")).to.deep.equal({ window: 100, deliverWindow: 100, versions: null });
  });

  it("are a protocol's own where the account names it, at both ends of the bind", () => {
    const terms = account({ protocolWindows: ["smgp=16", "cmpp=8"], protocolVersions: ["smgp=3.0", "cmpp=2.0", "smgp=1.3"] });
    expect(bindTerms(terms, "smgp")).to.deep.equal({ window: 16, deliverWindow: 16, versions: ["3.0", "1.3"] });
    expect(bindTerms(terms, "cmpp")).to.deep.equal({ window: 8, deliverWindow: 8, versions: ["2.0"] });
    expect(bindTerms(terms, "smpp")).to.deep.equal({ window: 100, deliverWindow: 100, versions: null });
  });
});

describe("Terms that only the protocols can judge", () => {
  const REFUSED: readonly (readonly [string, AccountSettings, readonly BindForms[], RegExp])[] = [
    ["a name that no digest protocol takes", { spId: "12345678" }, [SMPP, CMPP], /^sp-id: no protocol takes 12345678: cmpp's SP_Id has 1 to 6 characters$/],
    ["a name between those that two take", { spId: "1234567" }, ALL, /^sp-id: .*SP_Id has 1 to 6.*ClientID has 8/],
    ["a name where no protocol proves by a digest", { spId: "1" }, [SMPP], /^sp-id: no protocol takes 1$/],
    ["a window of a protocol that is not spoken", { protocolWindows: ["smgp=5"] }, [SMPP, CMPP], /^protocol-window: smgp is no protocol we speak: smpp, cmpp$/],
    ["a name of a protocol that is not spoken", { protocolNames: ["smgp=12345678"] }, [SMPP, CMPP], /^protocol-name: smgp is no protocol we speak/],
    ["two names of one protocol", { protocolNames: ["cmpp=1", "cmpp=2"] }, ALL, /^protocol-name: cmpp stands there twice$/],
    ["a name that its protocol does not take", { protocolNames: ["cmpp=12345678"] }, ALL, /^protocol-name: no protocol takes 12345678: cmpp's SP_Id has 1 to 6 characters$/],
    ["a name of a protocol that proves nothing by a digest", { protocolNames: ["smpp=901234"] }, ALL, /^protocol-name: no protocol takes 901234$/],
    ["two windows of one protocol", { protocolWindows: ["smpp=5", "smpp=6"] }, ALL, /^protocol-window: smpp stands there twice$/],
    ["an address for a protocol that is not spoken", { callAt: ["sgip=192.0.2.1:8801"] }, ALL, /^call-at: sgip is no protocol we speak/],
    ["an address for a protocol in which we never connect", { callAt: ["smpp=192.0.2.1:1", "cmpp=192.0.2.1:2"] }, ALL, /^call-at: in cmpp only customers connect$/],
    ["more addresses than a few", { callAt: Array.from({ length: 9 }, (_, at) => `smpp=192.0.2.1:${at + 1}`) }, ALL, /^call-at: at most 8 addresses$/],
    ["a version of a protocol that is not spoken", { protocolVersions: ["sgip=1.2"] }, ALL, /^protocol-version: sgip is no/],
    ["a version that the protocol has not", { protocolVersions: ["smpp=3.4", "cmpp=3.4"] }, ALL, /^protocol-version: cmpp has no version 3\.4: 2\.0, 3\.0$/],
  ];
  for (const [what, settings, protocols, words] of REFUSED) {
    it(`do not have ${what}`, () => {
      expect(checkBindTerms(settings, protocols)).to.match(words);
    });
  }

  it("have names as long as some protocol takes them, versions and windows of those that are spoken, and none of all", () => {
    expect(checkBindTerms({ spId: "12345678", protocolWindows: ["smpp=5", "smgp=6"], protocolVersions: ["smgp=3.0", "smpp=5.0", "smgp=1.3"] }, ALL)).to.equal(null);
    expect(checkBindTerms({ spId: "901234" }, ALL)).to.equal(null);
    expect(checkBindTerms({ protocolNames: ["cmpp=901234", "smgp=12345678"] }, ALL)).to.equal(null);
    expect(checkBindTerms({ spId: "any name" }, [SMPP, { name: "free", proof: "digest", versions: [] }])).to.equal(null);
    expect(checkBindTerms({ spId: "" }, [SMPP])).to.equal(null);
    expect(checkBindTerms({ callAt: ["smpp=192.0.2.1:1", "smpp=far.example:65535"] }, ALL)).to.equal(null);
    expect(checkBindTerms({}, ALL)).to.equal(null);
  });
});
