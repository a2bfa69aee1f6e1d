/**
 * Evidence words: what stands in a pack of evidence, in English and Chinese.
 */
export type EvidenceLanguage = "en" | "zh";

const WORDS = {
  title: ["Evidence about a telephone number", "号码证据材料"],
  number: ["number", "号码"],
  tag: ["named in the log as", "日志中的代号"],
  period: ["period", "期间"],
  days: ["days with books", "有账的日期"],
  noDays: ["none", "无"],
  cut: ["More was found than is shown: ask for a shorter period.", "结果超出上限，未全部列出：请缩短期间。"],
  complaintNo: ["made for complaint", "对应投诉"],
  messages: ["Messages to the number", "下行短信"],
  inbound: ["Messages from the number", "上行短信"],
  refusals: ["Refused by us", "被拒绝的提交"],
  consents: ["Consent and opt-outs", "同意与退订记录"],
  complaints: ["Complaints", "投诉"],
  parties: ["Accounts and contracts", "账户与合同"],
  acts: ["Who did what", "操作记录"],
  nothing: ["none on record", "无记录"],
  time: ["time", "时间"],
  id: ["message", "消息编号"],
  account: ["account", "账户"],
  from: ["from", "主叫"],
  to: ["to", "被叫"],
  signature: ["signature", "签名"],
  state: ["state", "状态"],
  sent: ["taken by the operator", "运营商接收时间"],
  receipt: ["receipt", "状态报告"],
  operator: ["operator", "运营商"],
  theirId: ["operator's id", "运营商消息编号"],
  segments: ["segments", "条数"],
  text: ["text", "内容"],
  reason: ["refused for", "拒绝原因"],
  rule: ["rule", "规则"],
  kind: ["kind", "类型"],
  until: ["until", "有效至"],
  source: ["source", "来源"],
  ended: ["ended", "已失效"],
  party: ["party", "签约方"],
  contact: ["contact", "联系人"],
  contract: ["contract", "合同号"],
  no: ["no", "序号"],
  due: ["due", "应答期限"],
  answered: ["answered", "应答时间"],
  done: ["done", "处理"],
  who: ["who", "操作人"],
  what: ["what", "内容"],
  withoutTexts: ["Texts are not shown: they are with --text, for a reason.", "未包含短信内容：加 --text 并说明理由方可查看。"],
} as const satisfies Readonly<Record<string, readonly [en: string, zh: string]>>;

export type EvidenceWord = keyof typeof WORDS;

export function evidenceWord(word: EvidenceWord, language: EvidenceLanguage): string {
  return WORDS[word][language === "en" ? 0 : 1];
}
