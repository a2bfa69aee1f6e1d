import { expect } from "chai";
import { NO_CREDENTIALS } from "../../../src/ledger/account.js";
import type { AccountSettings } from "../../../src/ledger/commands.js";
import { SettingError, readSetting } from "../../../src/ledger/account-setting.js";
import { CONTRACT_SETTINGS } from "../../../src/ledger/contract-settings.js";
import { ACCOUNT_SETTINGS, checkCurrency, checkName, checkRequired, checkSettings, makeAccount, withDefaults } from "../../../src/ledger/account-settings.js";

const IDENTITY = { no: 1, name: "acme", state: "active", stateReason: "", currency: "CNY", tariffs: [] } as const;

/** The terms of a contract, as an account has them that was given none. */
const OFF = Object.fromEntries(CONTRACT_SETTINGS.map((each) => [each.name, each.default]));

function setting(flag: string) {
  const found = ACCOUNT_SETTINGS.find((each) => each.flag === flag);
  if (found === undefined) throw new Error(flag);
  return found;
}

describe("account settings", () => {
  it("give a new account the documented terms", () => {
    expect(makeAccount(IDENTITY, { priceMicros: 35_000 })).to.deep.equal({
      ...IDENTITY, passwordHash: "", spId: "", protocolNames: [], cmppSecret: "", cmppVersions: ["2.0", "2.1", "3.0"], protocolVersions: [], priceMicros: 35_000, creditLimitMicros: 0, settle: "sent", refundOnFailure: false, onUnknown: "settle",
      segmentRule: "domestic", rate: 100, burst: 255, maxBinds: 4, window: 100, cmppWindow: 16, protocolWindows: [], deliverWindow: 100, allow: [], callAt: [], serviceCodes: [],
      checkSource: false, checkContentSource: true, signature: "", alphabet0: "gsm7", binary: "pass", refuseBy: "answer", operator: "", weight: 1, maxQueued: 10_000_000,
      validityMs: 172_800_000, cureByMs: 0, signatures: [], templates: [], openedAtMs: 0, unpaidDueMs: 0, credentials: NO_CREDENTIALS, dated: [], ...OFF,
    });
  });

  it("cover every field that can be set, each once", () => {
    const fields = Object.keys(makeAccount(IDENTITY, { priceMicros: 1 })).filter((field) => !(field in IDENTITY) && !["cureByMs", "signatures", "templates", "openedAtMs", "unpaidDueMs", "credentials", "dated"].includes(field));
    expect(ACCOUNT_SETTINGS.map((each) => each.name).sort()).to.deep.equal(fields.sort());
    expect(new Set(ACCOUNT_SETTINGS.map((each) => each.flag)).size).to.equal(ACCOUNT_SETTINGS.length);
  });

  it("have defaults that pass their own checks", () => {
    expect(checkSettings(withDefaults({ priceMicros: 1 }))).to.equal(null);
  });

  it("let burst and deliver window follow rate and window until they are given", () => {
    const kept = withDefaults({ priceMicros: 1, rate: 5_000 });
    expect(makeAccount(IDENTITY, kept).burst).to.equal(5_000);
    expect(makeAccount(IDENTITY, { ...kept, rate: 200, window: 7 })).to.include({ burst: 255, deliverWindow: 7 });
    expect(makeAccount(IDENTITY, { ...kept, burst: 10, deliverWindow: 3 })).to.include({ burst: 10, deliverWindow: 3 });
  });

  it("check the source by default where an account has an SP_Id and a service code, until they are told otherwise", () => {
    const kept = withDefaults({ priceMicros: 1, spId: "901234" });
    expect(makeAccount(IDENTITY, kept).checkSource).to.equal(false);
    expect(makeAccount(IDENTITY, { ...kept, serviceCodes: ["1069"] }).checkSource).to.equal(true);
    expect(makeAccount(IDENTITY, { ...kept, serviceCodes: ["1069"], spId: "" }).checkSource).to.equal(false);
    expect(makeAccount(IDENTITY, { ...kept, serviceCodes: ["1069"], checkSource: false }).checkSource).to.equal(false);
  });

  it("of an account opened before there was CMPP stay as they were", () => {
    const account = makeAccount(IDENTITY, { priceMicros: 1, serviceCodes: ["1069"], checkSource: false, window: 5 });
    expect(account).to.include({ spId: "", cmppSecret: "", cmppWindow: 16, checkSource: false, signature: "" });
  });

  const READ: readonly (readonly [string, string, unknown])[] = [
    ["price", "0.035", 35_000],
    ["credit-limit", "100", 100_000_000],
    ["rate", "1000000", 1_000_000],
    ["binds", "16", 16],
    ["validity", "90s", 90_000],
    ["validity", "7d", 604_800_000],
    ["allow", "192.0.2.0/24, 2001:db8::/32", ["192.0.2.0/24", "2001:db8::/32"]],
    ["service-code", "1069,10690001", ["1069", "10690001"]],
    ["allow", "", []],
    ["refund-on-failure", "true", true],
    ["settle", "delivered", "delivered"],
    ["sp-id", "901234", "901234"],
    ["sp-id", "", ""],
    ["cmpp-versions", "2.0,3.0", ["2.0", "3.0"]],
    ["sp-id", "12345678", "12345678"],
    ["protocol-version", "smpp=3.4,smpp=5.0", ["smpp=3.4", "smpp=5.0"]],
    ["protocol-window", "smgp=16", ["smgp=16"]],
    ["protocol-name", "smgp=12345678,cmpp=901234", ["smgp=12345678", "cmpp=901234"]],
    ["call-at", "smpp=192.0.2.7:2775,smpp=[2001:db8::7]:2775", ["smpp=192.0.2.7:2775", "smpp=[2001:db8::7]:2775"]],
    ["signature", "【测试】", "【测试】"],
    ["signature", "【Acme Ltd】", "【Acme Ltd】"],
  ];
  for (const [flag, text, value] of READ) {
    it(`--${flag} ${JSON.stringify(text)} is ${JSON.stringify(value)}`, () => {
      expect(readSetting(setting(flag), text)).to.deep.equal(value);
    });
  }

  const REFUSED: readonly (readonly [string, string])[] = [
    ["price", "-1"], ["price", "0.0000001"], ["price", "1000001"], ["rate", "0"], ["rate", "1000001"], ["rate", "1.5"], ["binds", "101"],
    ["window", "10001"], ["validity", "48"], ["validity", "1s"], ["allow", "192.0.2.0/33"], ["allow", "2001:db8::/129"], ["allow", "example.com"],
    ["service-code", "10a"], ["refund-on-failure", "yes"], ["settle", "later"], ["weight", "101"], ["password", "secret01"], ["operator", "a b"],
    ["call-at", "192.0.2.7:2775"], ["call-at", "smpp=192.0.2.7"], ["call-at", "smpp=192.0.2.7:0"], ["call-at", "smpp=192.0.2.7:65536"], ["call-at", "smpp=2001:db8::7:1"], ["call-at", "smpp=a b:1"], ["protocol-name", "901234"], ["protocol-name", "smgp="], ["protocol-name", "smgp=12345678901234567"], ["protocol-window", "smgp"], ["protocol-window", "smgp=0"], ["protocol-window", "smgp=10001"], ["protocol-version", "smpp=x"], ["protocol-version", "3.4"], ["sp-id", "90123456789012345"], ["sp-id", "90 1"], ["cmpp-versions", "1.2"], ["cmpp-secret", "tollgate1"], ["cmpp-window", "0"], ["check-content-source", "no"],
    ["signature", "测试"], ["signature", "【测】"], ["signature", `【${"测".repeat(21)}】`], ["signature", "【测【试】"], ["signature", "【测\n试】"], ["signature", "[test]"],
  ];
  for (const [flag, text] of REFUSED) {
    it(`--${flag} ${JSON.stringify(text)} is refused, naming the flag`, () => {
      expect(() => readSetting(setting(flag), text)).to.throw(SettingError, new RegExp(`^${flag}: `));
    });
  }

  it("are checked by type when they come from outside the type checker", () => {
    const fromJson = (text: string) => checkSettings(JSON.parse(text) as AccountSettings);
    expect(fromJson('{"rate":"100"}')).to.match(/^rate: must be a whole number/);
    expect(fromJson('{"allow":"192.0.2.1"}')).to.match(/^allow: must be a list/);
    expect(fromJson('{"allow":[5]}')).to.match(/^allow: "5" is not/);
    expect(fromJson('{"no":5}')).to.equal("no: there is no such setting");
    expect(fromJson('{"__proto__":{}}')).to.match(/no such setting/);
    expect(fromJson('{"priceMicros":0.5}')).to.match(/^price: must be an amount/);
  });

  it("say what a new account lacks", () => {
    expect(checkRequired({})).to.match(/^price: must be given/);
    expect(checkRequired({ priceMicros: 0 })).to.equal(null);
  });

  it("take names that fit an SMPP system_id and currencies of three letters", () => {
    for (const name of ["a", "demo", "acme-01", "0_x", "a".repeat(15)]) expect(checkName(name), name).to.equal(null);
    for (const name of ["", "A", "-a", "a b", "a".repeat(16), "démo"]) expect(checkName(name), name).to.be.a("string");
    expect(checkCurrency("CNY")).to.equal(null);
    expect(checkCurrency("cny")).to.be.a("string");
  });
});
