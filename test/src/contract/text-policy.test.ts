import { expect } from "chai";
import { Judged } from "../../../src/contract/judged.js";
import { compileTextPolicy, type TextTerms } from "../../../src/contract/text-policy.js";
import { NO_TERMS, judge, said, signature } from "./text-terms.js";

describe("text policy", () => {
  it("is none where no term asks", () => {
    expect(compileTextPolicy(NO_TERMS)).to.equal(null);
    expect(compileTextPolicy({ ...NO_TERMS, linkDomains: ["example.cn"], signaturePlace: "start", hoursFor: "adverts" })).to.equal(null);
  });

  it("looks for signatures where something is counted by them", () => {
    for (const terms of [{ newSignatures: 3 }, { signatures: [signature(1, "甲公司")] }, { frequency: ["5/h", "1/m@sig"] }, { signatureRule: "required" }] satisfies Partial<TextTerms>[]) {
      expect(judge(terms, "【甲公司】您好").signature, JSON.stringify(terms)).to.equal("甲公司");
    }
  });

  describe("signature", () => {
    it("required: any signature does, none is refused", () => {
      expect(said({ signatureRule: "required" }, "【甲公司】您好")).to.equal("ok");
      expect(said({ signatureRule: "required" }, "您好")).to.equal("signature");
    });

    it("required: brackets of other kinds are no signature, and are told", () => {
      for (const text of ["[甲公司]您好", "［甲公司］您好", "〖甲公司〗您好", "（甲公司）您好", "「甲公司」您好"]) {
        const judged = judge({ signatureRule: "required" }, text);
        expect(judged.evidence, text).to.equal("signature:甲公司@missing");
      }
    });

    it("stands where the contract says", () => {
      const at = (place: TextTerms["signaturePlace"], text: string): string => said({ signatureRule: "required", signaturePlace: place }, text);
      expect(at("start", "【甲公司】您好")).to.equal("ok");
      expect(at("start", "您好【甲公司】")).to.equal("signature");
      expect(at("end", "您好【甲公司】")).to.equal("ok");
      expect(at("end", "【甲公司】您好")).to.equal("signature");
      expect(at("any", "您好【甲公司】再见")).to.equal("ok");
    });

    it("clause 2.1(2)B: the signature of a second company is refused 102 where only registered ones may be used", () => {
      const terms: Partial<TextTerms> = { signatureRule: "registered", signatures: [signature(1, "甲公司"), signature(2, "乙公司", "seen"), signature(3, "丙公司", "ended")] };
      expect(said(terms, "【甲公司】您的验证码是123456")).to.equal("ok");
      for (const text of ["【丁公司】您的验证码是123456", "【乙公司】您好", "【丙公司】您好", "【甲公司 】您好", "您好"]) expect(said(terms, text), text).to.equal("signature");
      expect(judge(terms, "【丁公司】您好")).to.include({ signature: "丁公司", signatureNo: 0, evidence: "signature:丁公司@unregistered" });
    });

    it("one that was only seen has its number all the same, for what is counted by it", () => {
      expect(judge({ signatures: [signature(2, "乙公司", "seen")] }, "【乙公司】您好")).to.include({ signature: "乙公司", signatureNo: 2 });
    });

    it("comes from the number it is registered with, or one below it", () => {
      const terms: Partial<TextTerms> = { signatureRule: "registered", signatures: [signature(1, "甲公司", "registered", "10690001")] };
      expect(said(terms, "【甲公司】您好", "10690001")).to.equal("ok");
      expect(said(terms, "【甲公司】您好", "1069000188")).to.equal("ok");
      expect(said(terms, "【甲公司】您好", "10690002")).to.equal("signature");
    });

    it("both must be registered where one stands at either end", () => {
      const terms: Partial<TextTerms> = { signatureRule: "registered", signatures: [signature(1, "甲公司"), signature(2, "乙公司")] };
      expect(said(terms, "【甲公司】您好【乙公司】")).to.equal("ok");
      expect(said(terms, "【甲公司】您好【丁公司】")).to.equal("signature");
      expect(said(terms, "【甲公司】收到【重要】通知")).to.equal("ok");
    });
  });

  describe("template", () => {
    const templates = [{ no: 1, text: "您的验证码{code:4-8}，{digits:1-2}分钟内有效" }, { no: 2, text: "【甲公司】{name}，您的订单已发货" }];

    it("only texts like one of the templates pass, with their signature in front, behind, or in the template", () => {
      const terms: Partial<TextTerms> = { templateRule: "only", templates };
      for (const text of ["您的验证码A1b2，5分钟内有效", "【乙公司】您的验证码123456，10分钟内有效", "您的验证码123456，10分钟内有效【乙公司】", "【甲公司】王先生，您的订单已发货"]) {
        expect(said(terms, text), text).to.equal("ok");
      }
      for (const text of ["您的验证码123，5分钟内有效", "您的验证码123456，100分钟内有效", "您的验证码123456，5分钟内有效，速来", "王先生，您的订单已发货", ""]) {
        expect(said(terms, text), text).to.equal("template");
      }
    });

    it("a variable takes no link", () => {
      const terms: Partial<TextTerms> = { templateRule: "only", templates: [{ no: 1, text: "您的订单{text}已发货" }, { no: 2, text: "详情见{link}，谢谢" }] };
      expect(said(terms, "您的订单SF1234已发货")).to.equal("ok");
      expect(said(terms, "您的订单 dwz.cn/abc 已发货")).to.equal("template");
      expect(said(terms, "您的订单dwz。cn已发货")).to.equal("template");
      expect(said(terms, "详情见https://example.cn/a?b=1，谢谢")).to.equal("ok");
    });

    it("with none registered nothing passes", () => {
      expect(said({ templateRule: "only" }, "您好")).to.equal("template");
    });
  });

  describe("links", () => {
    it("are refused as adverts, held, or only kept with the message", () => {
      const text = "详情见 t.cn/Ab3dE";
      expect(said({ links: "refuse" }, text)).to.equal("advert");
      expect(said({ links: "hold" }, text)).to.equal("hold advert");
      expect(judge({ links: "flag" }, text)).to.include({ outcome: 0, evidence: "link:t.cn@flag" });
      expect(said({ links: "refuse" }, "详情请致电95338")).to.equal("ok");
    });

    it("listed: only to the domains of the contract and those below them", () => {
      const terms: Partial<TextTerms> = { links: "listed", linkDomains: ["Example.cn"] };
      for (const text of ["见 https://example.cn/a", "见 www.example.cn", "见 m.EXAMPLE.cn/x"]) expect(said(terms, text), text).to.equal("ok");
      for (const text of ["见 https://badexample.cn/a", "见 example.cn.evil.com", "见 https://example.cn@evil.com/", "见 example。cn", "见 https://example.cn/a 和 t.cn/x"]) {
        expect(said(terms, text), text).to.equal("advert");
      }
    });
  });

  describe("adverts", () => {
    const rules = { isAdvert: (text: string): boolean => text.includes("优惠"), evidence: "优惠@5" };

    it("are refused, held, flagged, or only known for the hours", () => {
      expect(said({ adverts: "refuse" }, "全场优惠", "1", rules)).to.equal("advert");
      expect(said({ adverts: "hold" }, "全场优惠", "1", rules)).to.equal("hold advert");
      expect(judge({ adverts: "flag" }, "全场优惠", "1", rules)).to.include({ outcome: 0, evidence: "advert:优惠@5", advert: true });
      expect(judge({ hoursFor: "adverts", hours: ["08:00-22:00"] }, "全场优惠", "1", rules)).to.include({ outcome: 0, evidence: "", advert: true });
      expect(judge({ adverts: "refuse" }, "您的验证码是123456", "1", rules)).to.include({ outcome: 0, advert: false });
    });
  });

  it("the lowest outcome decides when several rules refuse", () => {
    const judged = new Judged();
    compileTextPolicy({ ...NO_TERMS, signatureRule: "required", templateRule: "only", links: "refuse" })?.judge("见 t.cn/x", "1", judged);
    expect(judged).to.include({ outcome: 8, evidence: "signature:@missing" });
  });
});
