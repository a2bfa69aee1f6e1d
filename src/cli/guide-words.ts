/**
 * Guide words: the Chinese side of what each refusal means and what the customer should do; the English one stands in explanations.ts.
 */
import type { OutcomeName } from "../../protocols/model/outcome.js";
import type { Advice } from "./explanations.js";

export const ADVICE_ZH: Readonly<Record<OutcomeName, Advice>> = {
  ok: { meaning: "已接收：消息已落盘，费用已预扣。", action: "等待状态报告。" },
  malformed: { meaning: "消息中某个字段超出范围。", action: "按状态码改正该字段；原样重发仍会被拒。" },
  throttled: { meaning: "超过账户速率。", action: "降低速度，一秒后重试本条；如经常发生请申请提速。" },
  queue_full: { meaning: "账户队列、网关队列或窗口已满。", action: "几秒后重试；先等待应答再继续提交。" },
  store_unavailable: { meaning: "网关暂时无法落盘，未接收也未计费。", action: "几秒后重试；持续出现请通知网关运维。" },
  account_suspended: { meaning: "账户已暂停、未到生效日、已到期或已关闭。", action: "联系服务商了解原因；恢复前不发送也不计费。" },
  no_credit: { meaning: "预付费余额不足。", action: "充值后重发。" },
  blocked_content: { meaning: "内容含有被拦截的词语。", action: "修改内容；如属误判请向服务商查询类别。" },
  signature: { meaning: "内容缺少签名，或签名未在本账户登记。", action: "在【】中写上已登记的签名，或申请登记。" },
  template: { meaning: "内容与已登记的模板都不相符。", action: "使用已登记的模板，或申请登记。" },
  advert: { meaning: "内容属于广告，违反账户约定。", action: "不要在本账户发送广告。" },
  destination_blocked: { meaning: "号码在黑名单中，或机主已退订，或不在名单、未同意。", action: "将该号码移出发送名单。" },
  off_net: { meaning: "号码属于本账户不能发送的运营商。", action: "用其他账户发送，或申请开通该网络。" },
  international: { meaning: "境外号码（含港澳台），本账户不能发送。", action: "移出名单，或申请开通境外发送。" },
  blasting: { meaning: "短时间内向同一号段发送过多连续或密集号码。", action: "检查号码名单的来源。" },
  hours: { meaning: "不在允许发送的时段内。", action: "在允许的时段内重发。" },
  frequency: { meaning: "短时间内向该号码发送过多。", action: "等待一段时间再向该号码发送。" },
  duplicate: { meaning: "刚刚向该号码发送过相同内容。", action: "不要重复发送；检查程序是否循环发送。" },
  quota: { meaning: "账户的日或月配额已用完。", action: "等待下一周期，或申请提高配额。" },
  no_route: { meaning: "没有可到达该号码的运营商通道。", action: "核对号码；如应可达请联系服务商。" },
  not_supported: { meaning: "不支持此类消息（如彩信推送、二进制）。", action: "改用普通文本短信。" },
  segments_missing: { meaning: "长短信的部分分段未及时到达。", action: "用同一参考号重发全部分段。" },
  invalid_destination: { meaning: "目的号码无法识别：含字母或长度不对。", action: "改正号码。" },
  invalid_source: { meaning: "源号码不属于本账户。", action: "使用账户的服务代码（可扩展）作源号码。" },
  invalid_encoding: { meaning: "内容无法按声明的编码读取，或运营商编码无法表示。", action: "声明实际编码；UCS-2 可表示全部字符。" },
  too_long: { meaning: "超过一条消息最多 255 个分段的限制。", action: "缩短内容。" },
};
