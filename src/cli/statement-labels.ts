/**
 * Statement labels: every word of a statement in both languages, in one table.
 */
import type { OutcomeName } from "../../protocols/model/outcome.js";

export type Lang = "en" | "zh";
export const LANGS: readonly Lang[] = ["en", "zh"];

type Words = readonly [en: string, zh: string];

const OUTCOMES: Readonly<Record<OutcomeName, Words>> = {
  ok: ["accepted", "已接收"],
  malformed: ["malformed", "报文格式错误"],
  throttled: ["too fast", "超过流速"],
  queue_full: ["queue full", "队列已满"],
  store_unavailable: ["store unavailable", "存储不可用"],
  account_suspended: ["account suspended", "账号已暂停"],
  no_credit: ["no credit", "余额不足"],
  blocked_content: ["blocked content", "关键词拦截"],
  signature: ["signature", "签名不符"],
  template: ["template", "模板不符"],
  advert: ["advert", "广告内容"],
  destination_blocked: ["number blocked", "号码在黑名单"],
  off_net: ["other operator's number", "异网号码"],
  international: ["international number", "境外号码"],
  blasting: ["number-block blasting", "号段群发"],
  hours: ["outside hours", "非发送时段"],
  frequency: ["too often to one number", "同号频次超限"],
  duplicate: ["duplicate", "重复内容"],
  quota: ["quota used up", "配额用尽"],
  no_route: ["no route", "无路由"],
  not_supported: ["not supported", "不支持"],
  segments_missing: ["parts missing", "长短信缺段"],
  invalid_destination: ["no valid number", "号码无效"],
  invalid_source: ["source not allowed", "源号码无效"],
  invalid_encoding: ["text cannot be read", "编码错误"],
  too_long: ["too long", "内容过长"],
};

const WORDS = {
  statement: ["Statement", "对账单"],
  ownerStatement: ["Statement of all accounts", "全部账号对账单"],
  account: ["account", "账号"],
  period: ["period", "账期"],
  to: ["to", "至"],
  currency: ["currency", "币种"],
  printed: ["printed", "打印时间"],
  money: ["Money", "资金"],
  opening: ["opening", "期初余额"],
  topUps: ["top-ups", "充值"],
  reversals: ["of them reversed", "其中冲正"],
  refunds: ["refunds", "退费"],
  failureRefunds: ["of them for failed messages", "其中失败退费"],
  messageRefunds: ["of them by hand, message by message", "其中单条人工退费"],
  charges: ["charges", "扣费"],
  forfeits: ["forfeits", "没收及退款"],
  closing: ["closing", "期末余额"],
  held: ["of it held", "其中冻结"],
  traffic: ["Messages", "短信"],
  submitted: ["submitted", "提交条数"],
  accepted: ["accepted", "接收条数"],
  messages: ["messages", "条数"],
  segments: ["segments", "计费条数"],
  parts: ["parts sent of long messages", "长短信拆分条数"],
  delivered: ["delivered", "成功"],
  failed: ["failed", "失败"],
  cancelled: ["cancelled", "已撤销"],
  unknown: ["unknown", "未知"],
  pending: ["pending", "待回执"],
  successRate: ["success rate", "成功率"],
  refusedMessages: ["refused, at no charge", "拒绝（不计费）"],
  inbound: ["inbound (MO)", "上行条数"],
  optOuts: ["opt-outs", "退订"],
  peakSecond: ["peak speed", "峰值流速"],
  aSecond: ["segments a second", "条/秒"],
  peakHour: ["busiest hour", "最忙小时"],
  anHour: ["messages", "条"],
  state: ["state", "状态"],
  reason: ["reason", "原因"],
  code: ["code", "状态码"],
  failures: ["Failed, by code", "失败明细（按状态码）"],
  refusals: ["Refused, by reason", "拒绝明细（按原因）"],
  byDay: ["By day", "按日"],
  byOperator: ["By operator", "按运营商"],
  bySignature: ["By signature", "按签名"],
  byAccount: ["By account", "按账号"],
  day: ["day", "日期"],
  operator: ["operator", "运营商"],
  signature: ["signature", "签名"],
  none: ["(none)", "（无）"],
  charged: ["charged", "计费"],
  chargedNote: ["Of the messages accepted in the period.", "按账期内接收的短信计。"],
  units: ["segments at the operator", "运营商计费条数"],
  cost: ["operator's cost", "运营商成本"],
  margin: ["margin", "毛利"],
  movements: ["Top-ups and refunds", "充值与退费"],
  movementsCut: ["More were booked than are told here.", "记录过多，未全部列出。"],
  time: ["time", "时间"],
  kind: ["kind", "类型"],
  reference: ["reference", "凭证号"],
  invoice: ["invoice", "发票号"],
  amount: ["amount", "金额"],
  note: ["note", "备注"],
  section: ["section", "栏目"],
  item: ["item", "项目"],
  refused: ["refused", "拒绝"],
  messageId: ["message id", "短信编号"],
  destination: ["number", "号码"],
  source: ["source", "源号码"],
  characters: ["characters", "字数"],
  reportTime: ["report time", "回执时间"],
  charge: ["charge", "费用"],
  total: ["total", "合计"],
  missingDays: ["days whose messages are no longer kept", "明细已过保存期的日期"],
  topup: ["top-up", "充值"],
  reversal: ["reversal", "冲正"],
  refund: ["refund", "退费"],
  forfeit: ["forfeit", "没收"],
  payout: ["payout", "退款"],
  undeliverable: ["undeliverable", "无法送达"],
  expired: ["expired", "已过期"],
  deleted: ["deleted", "已撤销"],
  rejected: ["rejected", "被拒绝"],
  open: ["open", "处理中"],
  held_state: ["held", "待审"],
  scheduled: ["scheduled", "定时"],
  queued: ["queued", "排队"],
  retry: ["retry", "重试"],
  dispatched: ["dispatched", "已下发"],
  uncertain: ["uncertain", "待确认"],
  split: ["split", "拆分发送中"],
  sent: ["sent", "已提交运营商"],
} as const satisfies Readonly<Record<string, Words>>;

export type Word = keyof typeof WORDS;

export class Labels {
  readonly lang: Lang;
  readonly #at: 0 | 1;

  constructor(lang: Lang) {
    this.lang = lang;
    this.#at = lang === "en" ? 0 : 1;
  }

  of(word: Word): string {
    return WORDS[word][this.#at];
  }

  /** A refusal's reason; "no_credit" -> "no credit". What has no word stands as it is. */
  outcome(name: string): string {
    return (OUTCOMES as Readonly<Record<string, Words>>)[name]?.[this.#at] ?? name;
  }

  /** A message's state, or the kind of a movement. */
  word(name: string): string {
    return (WORDS as Readonly<Record<string, Words>>)[name === "held" ? "held_state" : name]?.[this.#at] ?? name;
  }
}
