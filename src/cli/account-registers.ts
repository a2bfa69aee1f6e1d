/**
 * tollgate account signature|text-template add|remove|list: what an account may sign its texts with, and which texts it may send.
 */
import type { Command } from "commander";
import type { AdminApi } from "../admin/api.js";
import type { RegisteredTemplate } from "../ledger/account.js";
import { asked } from "./account-change.js";
import { withCommonOptions, withExample } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { CliError, Exit } from "./exit.js";

type Flags = CommonOptions & Readonly<Record<string, unknown>>;

export function registerRegisters(account: Command, context: CliContext): void {
  const signature = account.command("signature").description("signatures an account has registered, and those only seen in its messages");
  withExample(withCommonOptions(signature.command("add <name> <text>").description("register a signature")), "tollgate account signature add demo 【示例银行】 --source 10690001")
    .option("--source <digits>", "the source number its messages must come from; none: any of the account's", "")
    .option("--reason <text>", "why, for the audit log")
    .action((name: string, text: string, flags: Flags) => context.withBooks(flags, async (api) => {
      const report = await api.call("signature.add", { name, text, source: String(flags["source"]), ...asked(context, flags) });
      if (flags.json === true) context.output.json(report);
      else context.output.line(`${name}: signature ${text} is registered`);
    }));
  withExample(withCommonOptions(signature.command("remove <name> <text>").description("take a signature back")), "tollgate account signature remove demo 【示例银行】")
    .option("--reason <text>", "why, for the audit log")
    .action((name: string, text: string, flags: Flags) => context.withBooks(flags, async (api) => {
      const report = await api.call("signature.end", { name, text, ...asked(context, flags) });
      if (flags.json === true) context.output.json(report);
      else context.output.line(`${name}: signature ${text} is taken back`);
    }));
  withExample(withCommonOptions(signature.command("list <name>").description("all signatures known of an account")), "tollgate account signature list demo")
    .action((name: string, flags: Flags) => context.withBooks(flags, async (api) => {
      const all = await api.call("signature.list", { name });
      if (flags.json === true) return context.output.json(all);
      context.output.table([{ title: "no", right: true }, { title: "signature" }, { title: "state" }, { title: "source" }],
        all.map((one) => [String(one.no), `【${one.text}】`, one.state, one.source === "" ? "any" : one.source]));
    }));

  const template = account.command("text-template").description("templates of an account's texts");
  withExample(withCommonOptions(template.command("add <name> <text>").description("register a template, its variables in braces")), 'tollgate account text-template add demo "验证码{code}，{minutes}分钟内有效"')
    .option("--reason <text>", "why, for the audit log")
    .action((name: string, text: string, flags: Flags) => context.withBooks(flags, async (api) => {
      await api.call("template.add", { name, text, ...asked(context, flags) });
      tell(context, flags, name, await api.call("template.list", { name }));
    }));
  withExample(withCommonOptions(template.command("remove <name> <template>").description("take a template back, by its number or its text")), "tollgate account text-template remove demo 3")
    .option("--reason <text>", "why, for the audit log")
    .action((name: string, which: string, flags: Flags) => context.withBooks(flags, async (api) => {
      await api.call("template.end", { name, no: await numberOf(api, name, which), ...asked(context, flags) });
      tell(context, flags, name, await api.call("template.list", { name }));
    }));
  withExample(withCommonOptions(template.command("list <name>").description("the templates in force")), "tollgate account text-template list demo")
    .action((name: string, flags: Flags) => context.withBooks(flags, async (api) => tell(context, flags, name, await api.call("template.list", { name }))));
}

async function numberOf(api: AdminApi, name: string, which: string): Promise<number> {
  if (/^[0-9]{1,9}$/.test(which)) return Number(which);
  const found = (await api.call("template.list", { name })).find((one) => one.text === which);
  if (found === undefined) throw new CliError(Exit.refused, `account ${name} has no such template`, `tollgate account text-template list ${name} names them all`);
  return found.no;
}

function tell(context: CliContext, flags: Flags, name: string, all: readonly RegisteredTemplate[]): void {
  if (flags.json === true) return context.output.json(all);
  if (all.length === 0) return context.output.line(`${name} has no template`);
  context.output.table([{ title: "no", right: true }, { title: "template" }], all.map((one) => [String(one.no), one.text]));
}
