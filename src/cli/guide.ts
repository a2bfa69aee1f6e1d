/**
 * Guide: a customer's interface sheet, made from the account and the configuration as they are now; Markdown, in Chinese or English.
 */
import { OUTCOME_NAMES, Outcome, type OutcomeName } from "../../protocols/model/outcome.js";
import { REFUSALS } from "../../protocols/model/refusals.js";
import type { WireProtocol } from "../../protocols/wire/protocol.js";
import type { AccountReport } from "../admin/reports.js";
import type { Settings } from "../config/settings.js";
import { bindName, bindTerms } from "../ledger/bind-terms.js";
import { adviceOf, hex } from "./explanations.js";
import { ADVICE_ZH } from "./guide-words.js";

export type GuideLanguage = "zh" | "en";

/** What a protocol says of itself to customers. */
export type GuideProtocol = Pick<WireProtocol, "name" | "proof" | "versions" | "bindName" | "explainOutcome" | "statusesInHex" | "sample">;

export interface GuideSource {
  readonly report: AccountReport;
  readonly settings: Pick<Settings, "listen"> & { readonly contract: Pick<Settings["contract"], "publicHost" | "serviceNumber" | "balanceWords"> };
  readonly protocols: readonly GuideProtocol[];
  /** Of the account, without brackets. */
  readonly signatures: readonly { readonly text: string; readonly source: string }[];
  readonly templates: readonly string[];
  /** The day it is made, "2025-11-24". */
  readonly day: string;
}

/** Outcomes that a submit can be answered with and a customer can do something about. */
const SHOWN: readonly OutcomeName[] = OUTCOME_NAMES.filter((name) => name !== "ok");

/** The whole sheet. */
export function guideText(source: GuideSource, language: GuideLanguage): string {
  const say: Say = (zh, en) => (language === "zh" ? zh : en);
  return [
    ...heading(source, say), ...access(source, say), ...numbers(source, say), ...texts(source, say), ...limits(source, say),
    ...receipts(source, say), ...codes(source, say, language), ...examples(source, say), ...trying(source, say),
  ].join("\n") + "\n";
}

type Say = (zh: string, en: string) => string;

const list = (report: AccountReport, term: string): readonly string[] => (Array.isArray(report[term]) ? (report[term] as readonly string[]) : []);
const word = (report: AccountReport, term: string): string => String(report[term] ?? "");
const number = (report: AccountReport, term: string): number => Number(report[term] ?? 0);
const cell = (text: string): string => text.replaceAll("|", "\\|").replace(/[\r\n]+/g, " ");
const row = (...cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
const rule = (count: number): string => `|${" --- |".repeat(count)}`;

function heading({ report, day }: GuideSource, say: Say): string[] {
  const party = word(report, "party");
  return [
    say(`# 短信接口说明：${report.name}`, `# SMS interface: ${report.name}`), "",
    say(`制表日期 ${day}${party === "" ? "" : `，客户 ${party}`}。本表按网关当前配置生成；变更后请重新索取。`,
      `Made on ${day}${party === "" ? "" : ` for ${party}`} from the gateway's configuration as it is; ask for a new one after a change.`), "",
  ];
}

/** How the account binds over a protocol: as the customer gate judges it. */
function bindOf(report: AccountReport, { name, versions, proof }: GuideProtocol): { readonly login: string; readonly window: number; readonly versions: readonly string[] } {
  const agreed = bindTerms({
    window: number(report, "window"), deliverWindow: number(report, "deliverWindow"), cmppWindow: number(report, "cmppWindow"), cmppVersions: list(report, "cmppVersions"),
    protocolWindows: list(report, "protocolWindows"), protocolVersions: list(report, "protocolVersions"),
  }, name);
  const login = proof === "digest" ? bindName({ spId: word(report, "spId"), protocolNames: list(report, "protocolNames") }, name) : report.name;
  return { login, window: agreed.window, versions: agreed.versions ?? versions };
}

function access({ report, settings, protocols }: GuideSource, say: Say): string[] {
  const host = settings.contract.publicHost;
  const lines = [say("## 1. 接入", "## 1. Access"), "", row(say("协议", "protocol"), say("主机", "host"), say("端口", "port"), say("版本", "versions"), say("登录名", "login"), say("窗口", "window")), rule(6)];
  for (const listen of settings.listen) {
    const protocol = protocols.find(({ name }) => name === listen.protocol);
    if (protocol === undefined) continue;
    const { login, window, versions } = bindOf(report, protocol);
    const called = protocol.bindName === undefined ? "" : `${protocol.bindName.called} `;
    const shown = login === "" ? say("未开通：无登录名", "not open: it has no login") : `${called}${login}`;
    lines.push(row(protocol.name.toUpperCase(), host === "" ? (listen.host === "0.0.0.0" || listen.host === "::" ? say("由服务商告知", "told by the provider") : listen.host) : host, String(listen.port), versions.join(", "), shown, String(window)));
  }
  const allow = list(report, "allow");
  return [
    ...lines, "",
    say("- 密码或共享密钥由服务商另行安全交付，不写入本表；请妥善保管并定期更换，凭其发送的一切消息视为贵方所为。",
      "- The password or shared secret comes by another way and never stands in this sheet. Keep it safe and change it from time to time: whatever is sent with it counts as yours."),
    say(`- 同时连接数最多 ${String(number(report, "maxBinds"))}；下行窗口（未应答的状态报告和上行消息）最多 ${String(number(report, "deliverWindow"))} 条。`,
      `- At most ${String(number(report, "maxBinds"))} connections at once; at most ${String(number(report, "deliverWindow"))} receipts and inbound messages are sent to you unanswered.`),
    allow.length === 0
      ? say("- 不限制来源地址；建议登记固定地址。", "- Connections are taken from any address; have fixed ones registered where you can.")
      : say(`- 只接受来自这些地址的连接：${allow.join("、")}。`, `- Connections are taken from these addresses only: ${allow.join(", ")}.`),
    say("- 连接不加密（无 TLS）：请走专线或 VPN。", "- Connections are not encrypted (no TLS): use a leased line or a VPN."),
    say("- 连接空闲时请按协议发送链路检测（SMPP enquire_link，CMPP ACTIVE_TEST），并应答网关的检测。",
      "- Probe an idle connection as the protocol has it (SMPP enquire_link, CMPP ACTIVE_TEST), and answer the gateway's probes."),
    ...(list(report, "callAt").length === 0 ? [] : [say(`- 有下行等待时网关主动连接：${list(report, "callAt").join("、")}。`, `- When something waits for you the gateway connects to: ${list(report, "callAt").join(", ")}.`)]), "",
  ];
}

function numbers({ report, settings }: GuideSource, say: Say): string[] {
  const serviceCodes = list(report, "serviceCodes");
  const networks = list(report, "networks");
  const { serviceNumber, balanceWords } = settings.contract;
  const recipients = word(report, "recipients");
  return [
    say("## 2. 号码", "## 2. Numbers"), "",
    serviceCodes.length === 0
      ? say("- 未分配服务代码：收不到上行消息。", "- No service code is assigned: no inbound messages can come.")
      : say(`- 服务代码：${serviceCodes.join("、")}。可在其后加扩展位，总长不超过 20 位；发往这些号码（含扩展）的上行消息归本账户。`,
        `- Service codes: ${serviceCodes.join(", ")}. Extension digits may follow, 20 digits in all; inbound messages to them, extended or not, are yours.`),
    report["checkSource"] === true
      ? say("- 源号码必须以服务代码开头，否则拒绝。", "- The source must begin with a service code, or the message is refused.")
      : say("- 不检查源号码。", "- The source is not checked."),
    ...(report["checkContentSource"] === true ? [say("- CMPP 的 Msg_src 必须等于 SP_Id。", "- CMPP's Msg_src must be the SP_Id.")] : []),
    say("- 目的号码：11 位手机号，可带 86、+86、0086。", "- Destinations: 11-digit mobile numbers, with or without 86, +86, 0086."),
    networks.length === 0 ? say("- 可发送到全部境内网络。", "- All domestic networks may be written to.") : say(`- 只能发送到：${networks.map((name) => NETWORK_NAMES[name] ?? name).join("、")}（携号转网按实际网络）。`, `- Only these networks may be written to: ${networks.join(", ")} (ported numbers by their real network).`),
    word(report, "abroad") === "refuse" ? say("- 不得发送到境外及港澳台。", "- No destinations abroad, Hong Kong, Macau and Taiwan among them.") : say("- 可发送到境外号码。", "- Destinations abroad are allowed."),
    ...(recipients === "listed" ? [say("- 只能发送到已登记的名单。", "- Only the numbers of your registered list may be written to.")] : []),
    ...(recipients === "consented" ? [say("- 只能发送到有同意记录的号码。", "- Only numbers whose consent is on record may be written to.")] : []),
    ...(report["optOuts"] === true ? [say("- 机主回复 TD、T、退订 等即时退订，此后对该号码的发送被拒（104）。", "- A phone that answers TD, T or 退订 is opted out at once; messages to it are refused from then on (104).")] : []),
    ...(serviceNumber === "" ? [] : [say(`- 余额查询：向 ${serviceNumber} 提交内容 ${balanceWords.join("、")} 之一，网关以一条上行消息回复，不计费；余额过低时也由该号码通知。`,
      `- Balance: submit one of ${balanceWords.join(", ")} to ${serviceNumber}; the answer comes as an inbound message, free of charge. Notices of a low balance come from it too.`)]), "",
  ];
}

const NETWORK_NAMES: Readonly<Record<string, string>> = { mobile: "中国移动", unicom: "中国联通", telecom: "中国电信", broadcast: "中国广电" };

function texts({ report, signatures, templates }: GuideSource, say: Say): string[] {
  const rules: string[] = [];
  const signatureRule = word(report, "signatureRule");
  const place = { any: say("任意位置", "anywhere"), start: say("开头", "at the start"), end: say("结尾", "at the end") }[word(report, "signaturePlace")] ?? "";
  const own = word(report, "signature");
  if (own !== "") rules.push(say(`- 网关自动在内容前加签名 ${own}，计入字数；请勿自行再加。`, `- The gateway puts ${own} in front of each text; it counts. Do not write it yourself.`));
  if (signatureRule === "required") rules.push(say(`- 内容须带【签名】，位置：${place}。`, `- Each text must bear a 【signature】, ${place}.`));
  if (signatureRule === "registered") {
    const known = signatures.map(({ text, source }) => `【${text}】${source === "" ? "" : ` (${source})`}`).join(say("、", ", "));
    rules.push(say(`- 内容须带已登记的【签名】，位置：${place}。已登记：${known === "" ? "无" : known}。`, `- Each text must bear a registered 【signature】, ${place}. Registered: ${known === "" ? "none" : known}.`));
  }
  if (word(report, "templateRule") === "only") {
    rules.push(say("- 内容须符合已登记的模板：", "- Each text must be one of the registered templates:"), ...(templates.length === 0 ? [say("  - （无）", "  - (none)")] : templates.map((text) => `  - \`${text.replaceAll("`", "'")}\``)));
  }
  const links = word(report, "links");
  const domains = list(report, "linkDomains");
  if (links === "refuse" || (links === "listed" && domains.length === 0)) rules.push(say("- 内容不得含链接。", "- No links."));
  else if (links === "listed") rules.push(say(`- 链接只能指向：${domains.join("、")}。`, `- Links only to: ${domains.join(", ")}.`));
  if (links === "hold") rules.push(say("- 含链接的内容先经人工审核。", "- Texts with links wait for a person to look at them."));
  const adverts = word(report, "adverts");
  if (adverts === "refuse") rules.push(say("- 不得发送广告。", "- No advertisements."));
  if (adverts === "hold") rules.push(say("- 疑似广告的内容先经人工审核。", "- Texts that read like advertisements wait for a person to look at them."));
  const rest = word(report, "refuseBy") === "receipt"
    ? say("- 内容类拒绝先应答成功，再以 REJECTD 状态报告告知。", "- A text that is refused is accepted first and told of by a REJECTD receipt.")
    : say("- 内容类拒绝直接在提交应答中告知；长短信分段以状态报告告知。", "- A text that is refused is told of in the answer to its submit; segments of long texts by receipt.");
  const gsm = word(report, "segmentRule") === "gsm";
  const byMessage = word(report, "chargeUnit") === "message";
  return [
    say("## 3. 内容与计费条数", "## 3. Texts, and how they count"), "",
    say("- 编码：SMPP data_coding 0（默认字母表）、1、3、8（UCS-2）；CMPP Msg_Fmt 0、8（UCS-2）、15（GBK）。", "- Encodings: SMPP data_coding 0 (default alphabet), 1, 3, 8 (UCS-2); CMPP Msg_Fmt 0, 8 (UCS-2), 15 (GBK)."),
    gsm
      ? say("- 计数：GSM 字母表 160/153，其余 70/67 个 UTF-16 单位。", "- Counting: 160/153 septets of the GSM alphabet, else 70/67 UTF-16 units.")
      : say("- 计数：70 字以内 1 条；超过 70 字每 67 字 1 条，字母、数字、空格、签名均计 1 字。例：70 字 1 条，71 字 2 条，134 字 2 条，135 字 3 条。",
        "- Counting: up to 70 characters are 1 segment; beyond, each 67 are one. Letters, digits, blanks and the signature count. 70 are 1, 71 are 2, 134 are 2, 135 are 3."),
    say(`- 单价 ${word(report, "price")} ${report.currency}/${byMessage ? "条消息（不论长短）" : "条（分段）"}；预付费，余额不足即拒绝（100）。`,
      `- Price ${word(report, "price")} ${report.currency} a ${byMessage ? "message, however long" : "segment"}; prepaid: refused (100) when the balance does not cover it.`),
    ...report.tariffs.map(({ prefix, price, from }) => say(`- 自 ${from.slice(0, 10)} 起${prefix === "" ? "" : `，号码以 ${prefix} 开头`}：${price}。`, `- From ${from.slice(0, 10)} on${prefix === "" ? "" : `, numbers that begin with ${prefix}`}: ${price}.`)),
    say("- 长短信可自行分段（UDH 8/16 位参考号、SAR、CMPP Pk_total），或用 SMPP message_payload 一次提交由网关分段。", "- Long texts: in segments of your own (UDH with 8- or 16-bit reference, SAR, CMPP Pk_total), or whole in SMPP's message_payload, split by the gateway."),
    ...rules, rest, "",
  ];
}

function limits({ report }: GuideSource, say: Say): string[] {
  const [quotaDay, quotaMonth, duplicateMs] = [number(report, "quotaDay"), number(report, "quotaMonth"), number(report, "duplicateWindowMs")];
  const [run, dense] = [number(report, "blastRun"), number(report, "blastDense")];
  const hours = list(report, "hours");
  const frequency = list(report, "frequency");
  return [
    say("## 4. 速度与限制", "## 4. Speed and limits"), "",
    say(`- 速率 ${String(number(report, "rate"))} 条（分段）/秒，突发 ${String(number(report, "burst"))}；超过应答流控，请稍后重试。`, `- ${String(number(report, "rate"))} segments a second, bursts of ${String(number(report, "burst"))}; beyond it throttled: try again a little later.`),
    ...(quotaDay > 0 ? [say(`- 日配额 ${String(quotaDay)} 条。`, `- At most ${String(quotaDay)} segments a day.`)] : []),
    ...(quotaMonth > 0 ? [say(`- 月配额 ${String(quotaMonth)} 条。`, `- At most ${String(quotaMonth)} segments a month.`)] : []),
    hours.length === 0 ? say("- 不限发送时段。", "- At any hour.") : say(`- 发送时段（业务时区）：${hours.join("、")}${word(report, "hoursFor") === "adverts" ? "（仅限广告）" : ""}。`, `- Hours (business time): ${hours.join(", ")}${word(report, "hoursFor") === "adverts" ? " (advertisements only)" : ""}.`),
    frequency.length === 0 ? say("- 不限同号码频次。", "- No cap on messages to one number.") : say(`- 同一号码频次上限：${frequency.join("、")}（m 每分钟，h 每小时，d 24 小时，@sig 按签名）。`, `- Caps on one number: ${frequency.join(", ")} (m a minute, h an hour, d in 24 hours, @sig for each signature).`),
    ...(duplicateMs > 0 ? [say(`- ${String(duplicateMs / 1000)} 秒内向同一号码重复相同内容将被拒。`, `- The same text to the same number within ${String(duplicateMs / 1000)} s is refused.`)] : []),
    ...(run > 0 || dense > 0 ? [say("- 禁止号段群发：连续或密集号码将被拒（107）并限速。", "- No segment blasting: consecutive or dense numbers are refused (107) and the account is slowed.")] : []), "",
  ];
}

function receipts({ report }: GuideSource, say: Say): string[] {
  const settle = { accepted: say("接收时", "when it is accepted"), sent: say("提交运营商成功时", "when the operator has taken it"), delivered: say("送达时", "when it is delivered") }[word(report, "settle")] ?? "";
  return [
    say("## 5. 状态报告与上行", "## 5. Receipts and inbound messages"), "",
    say(`- 扣费时点：${settle}；提交被拒、未能发出的消息全额退回${report["refundOnFailure"] === true ? "，最终失败的也退回" : ""}。`, `- Charged ${settle}; what is refused or never goes out costs nothing${report["refundOnFailure"] === true ? ", nor does what fails in the end" : ""}.`),
    say("- SMPP：deliver_sm，esm_class 0x04，正文 `id:消息号 sub:001 dlvrd:001 submit date:YYMMDDhhmm done date:YYMMDDhhmm stat:DELIVRD err:000 text:…`，并带 receipted_message_id、message_state。",
      "- SMPP: deliver_sm, esm_class 0x04, text `id:… sub:001 dlvrd:001 submit date:YYMMDDhhmm done date:YYMMDDhhmm stat:DELIVRD err:000 text:…`, with receipted_message_id and message_state beside it."),
    say("- CMPP：CMPP_DELIVER，Registered_Delivery = 1，Msg_Content 为 Msg_Id、Stat、Submit_time、Done_time、Dest_terminal_Id、SMSC_sequence。",
      "- CMPP: CMPP_DELIVER with Registered_Delivery = 1; Msg_Content has Msg_Id, Stat, Submit_time, Done_time, Dest_terminal_Id, SMSC_sequence."),
    say("- 最终状态：DELIVRD 送达，UNDELIV 失败，EXPIRED 过期，DELETED 撤销，REJECTD 拒绝，UNKNOWN 未知；网关自身的拒绝为 TG:0100 起的代码。",
      "- Final states: DELIVRD, UNDELIV, EXPIRED, DELETED, REJECTD, UNKNOWN; refusals of the gateway itself have codes from TG:0100 on."),
    say(`- 有效期未指定时为 ${String(Math.round(number(report, "validityMs") / 3_600_000))} 小时；到期未发出即 EXPIRED，不计费。`, `- Valid for ${String(Math.round(number(report, "validityMs") / 3_600_000))} hours unless told; what is not out by then is EXPIRED and costs nothing.`),
    say("- 状态报告至少送达一次：未应答或应答未落盘的会重发，请按消息号去重。", "- Receipts come at least once: one that was not acknowledged comes again, so compare their ids."), "",
  ];
}

function codes({ settings, protocols }: GuideSource, say: Say, language: GuideLanguage): string[] {
  const spoken = protocols.filter(({ name }) => settings.listen.some(({ protocol }) => protocol === name));
  const written = (protocol: GuideProtocol, name: OutcomeName): string => {
    const { status } = protocol.explainOutcome(Outcome[name]);
    return protocol.statusesInHex === true ? hex(status) : String(status);
  };
  return [
    say("## 6. 错误码与处理", "## 6. Error codes, and what to do"), "",
    row(...spoken.map(({ name }) => name.toUpperCase()), say("状态报告", "receipt"), say("含义", "meaning"), say("处理", "what to do")), rule(spoken.length + 3),
    ...SHOWN.map((name) => {
      const { meaning, action } = language === "zh" ? ADVICE_ZH[name] : adviceOf(name);
      const refusal = REFUSALS[name];
      return row(...spoken.map((protocol) => written(protocol, name)), refusal === undefined ? "–" : `TG:${String(refusal.number).padStart(4, "0")}`, meaning, action);
    }), "",
  ];
}

function examples({ report, settings, protocols, signatures }: GuideSource, say: Say): string[] {
  const source = list(report, "serviceCodes")[0] ?? "10690001";
  const text = `${word(report, "signature") === "" ? `【${signatures[0]?.text ?? say("示例", "Example")}】` : ""}${say("您的验证码是123456", "Your code is 123456")}`;
  const host = settings.contract.publicHost === "" ? "gateway.example" : settings.contract.publicHost;
  const lines = [say("## 7. 示例", "## 7. Examples"), "", say(`内容：${text}（UCS-2）`, `Text: ${text} (UCS-2)`), ""];
  for (const protocol of protocols) {
    const listen = settings.listen.find((one) => one.protocol === protocol.name);
    if (listen === undefined || protocol.sample === undefined) continue;
    const { login, versions } = bindOf(report, protocol);
    const { title, octets, code } = protocol.sample({ login, versions, host, port: listen.port, source, destination: "13800138000", text });
    lines.push(`${title}:`, "", "```", hexLines(octets), "```", "");
    if (code === undefined) continue;
    const { platform, library, registry, language } = code;
    lines.push(say(`${platform}（${registry} 包 ${library}）：`, `${platform} (package ${library} of ${registry}):`), "", `\`\`\`${language}`, ...code.lines, "```", "");
  }
  return lines;
}

function trying({ report }: GuideSource, say: Say): string[] {
  return [
    say("## 8. 联调", "## 8. Trying it out"), "",
    report["test"] === true
      ? say("本账户是测试账户：消息只到模拟器，不到任何运营商，不计费，状态报告照常返回。联调通过后换用正式账户。",
        "This is a test account: its messages go to a simulator and to no operator, cost nothing, and have receipts as usual. Change to the real account when all is well.")
      : say("联调请先向服务商索取测试账户：接口相同，消息只到模拟器，不计费。", "Ask the provider for a test account first: the same interface, but messages go to a simulator and cost nothing."),
    say("验收建议：提交一条并核对应答与状态报告；提交 71 字核对计 2 条；错误密码应被拒；断线重连后状态报告应补达。",
      "Worth trying: one message, its answer and its receipt; a text of 71 characters, which counts 2; a wrong password, which is refused; receipts that come after a reconnect."),
  ];
}

function hexLines(octets: Buffer): string {
  return (octets.toString("hex").match(/.{1,64}/g) ?? []).join("\n");
}
