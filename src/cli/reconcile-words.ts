/**
 * Reconcile words: what stands in a comparison of an operator's bill with the books, in English and Chinese.
 */
import { Fate, type Difference } from "../store/bill.js";
import type { Lang } from "./statement-labels.js";

const WORDS = {
  title: ["Bill of", "运营商账单核对："],
  to: ["to", "至"],
  agrees: ["The bill agrees with the books, row by row.", "账单与账务逐条一致。"],
  disagrees: ["The bill does not agree with the books.", "账单与账务不一致。"],
  agreesInSum: ["The bill agrees with the books: row by row where messages are still on disk, in sums where they are not.", "账单与账务一致：有明细的日期逐条一致，已过保存期的日期仅合计一致。"],
  messages: ["messages", "条数"],
  segments: ["segments", "计费条数"],
  amount: ["amount", "金额"],
  inBill: ["in the bill", "账单"],
  inBooks: ["in the books", "账务"],
  difference: ["difference", "差额"],
  matched: ["matched", "已匹配"],
  byNumber: ["of them by number, segments and time", "其中按号码、条数、时间匹配"],
  severalFitted: ["of those, the nearest of several that fitted", "其中有多条符合、取时间最近者"],
  notCharged: ["not delivered, rightly not billed", "未送达、按约不计费"],
  unpriced: ["of the books without a [[cost]] in the configuration: their price was not compared", "账务中无成本配置、未比对单价"],
  unreadable: ["rows that could not be read", "无法识别的行"],
  more: ["and more", "另有"],
  line: ["line", "行"],
  only_bill: ["only in the bill", "仅账单有"],
  only_books: ["only in the books", "仅账务有"],
  repeated: ["id repeated in the bill", "账单内重复"],
  state: ["other state", "状态不一致"],
  price: ["other price", "单价不一致"],
  number: ["other number", "号码不一致"],
  other_segments: ["other number of segments", "计费条数不一致"],
  missingDays: ["days whose messages are no longer on disk: compared in sums only, not row by row", "明细已过保存期的日期：仅比对合计，未逐条核对"],
  missingBill: ["of those days, in the bill", "上述日期账单合计"],
  missingBooks: ["of those days, in the books (messages as customers sent them)", "上述日期账务合计（按客户提交条数）"],
  what: ["what", "差异"],
  id: ["operator's id", "运营商消息ID"],
  messageId: ["message id", "短信编号"],
  phone: ["number", "号码"],
  time: ["time", "时间"],
  status: ["state", "状态"],
  bill: ["bill", "账单"],
  books: ["books", "账务"],
  shown: ["The first of them; --csv FILE writes all.", "以上为前几条；用 --csv FILE 导出全部。"],
  delivered: ["delivered", "成功"],
  failed: ["failed", "失败"],
  open: ["not known", "未知"],
} as const satisfies Readonly<Record<string, readonly [en: string, zh: string]>>;

export type ReconcileWord = keyof typeof WORDS;

export class ReconcileWords {
  readonly lang: Lang;

  constructor(lang: Lang) {
    this.lang = lang;
  }

  of(word: ReconcileWord): string {
    return WORDS[word][this.lang === "en" ? 0 : 1];
  }

  difference(difference: Difference): string {
    return this.of(difference === "segments" ? "other_segments" : difference);
  }

  fate(fate: Fate | undefined): string {
    return fate === undefined || fate === Fate.unsaid ? "" : this.of(fate === Fate.delivered ? "delivered" : fate === Fate.failed ? "failed" : "open");
  }
}
