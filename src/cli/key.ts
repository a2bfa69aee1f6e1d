/**
 * tollgate key check|rotate: the key under which the accounts' shared secrets are kept.
 */
import type { Command } from "commander";
import type { KeyCheck, KeyRotation } from "../admin/host.js";
import { readKeyFile } from "../admin/key-files.js";
import { asked } from "./account-change.js";
import { withCommonOptions } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { Exit } from "./exit.js";

type Flags = CommonOptions & { readonly to?: string; readonly reason?: string };

export function register(program: Command, context: CliContext): void {
  const key = program.command("key").description("the key under which the accounts' shared secrets (CMPP), and the keys of encrypted texts, are kept");

  withCommonOptions(key.command("check").description("where the key is, and whether every secret can be read with it; exits 1 when not"))
    .action((flags: Flags) => context.withBooks(flags, async (api) => {
      const check = await api.call("key.check", {});
      if (check.unreadable.length + check.unreadableDays.length > 0) context.exit = Exit.refused;
      if (flags.json === true) context.output.json(check);
      else showCheck(context, check);
    }));

  withCommonOptions(key.command("rotate").description("seal all secrets under another key, and put it in the old one's place"))
    .option("--to <file>", "the new key; a new one is made when left out")
    .option("--reason <text>", "why, for the audit log")
    .action(async (flags: Flags) => {
      const given = flags.to === undefined ? {} : { key: readKeyFile(flags.to).octets.toString("hex") };
      await context.withBooks(flags, async (api) => {
        const rotation = await api.call("key.rotate", { ...given, ...asked(context, { reason: flags.reason }) });
        if (rotation.unreadable.length > 0) context.exit = Exit.refused;
        if (flags.json === true) context.output.json(rotation);
        else showRotation(context, rotation);
      });
    });
}

const PLACES: Readonly<Record<KeyCheck["from"], string>> = { data: "in the data folder", file: "[secrets] key_file", credential: "[secrets] key_credential" };

function showCheck({ output }: CliContext, check: KeyCheck): void {
  output.pairs([
    ["key", check.keyId === "" ? "none yet: it is made with the first secret" : check.keyId],
    ["in", `${check.path} (${PLACES[check.from]})`],
    ...(check.pendingKeyId === "" ? [] : [["coming", `${check.pendingKeyId}: a rotation waits for it to be put in place`] as const]),
    ["secrets", String(check.secrets)],
    ...(check.days === 0 ? [] : [["days", `${check.days} with encrypted texts`] as const]),
  ]);
  for (const { account, keyId } of check.unreadable) output.error(`the secret of ${account} cannot be read: it was sealed under key ${keyId}`, UNREADABLE);
  for (const { day, keyId } of check.unreadableDays) output.error(`the texts of ${day} cannot be read: they are encrypted under key ${keyId}`, "put that key back");
}

const UNREADABLE = "put that key back, or give the account its secret again: tollgate account set NAME --cmpp-secret-stdin";

function showRotation({ output }: CliContext, rotation: KeyRotation): void {
  const { secrets, days, keyId, oldKeyId } = rotation;
  const before = oldKeyId === "" ? "" : ` (before: ${oldKeyId})`;
  output.line(`${secrets} ${secrets === 1 ? "secret" : "secrets"}${days === 0 ? "" : ` and the keys of ${days} ${days === 1 ? "day's" : "days'"} texts`} sealed anew; all are under key ${keyId} now${before}`);
  for (const account of rotation.unreadable) output.error(`the secret of ${account} could not be read and is as it was`, UNREADABLE);
  if (rotation.reason === "") return output.line(`${rotation.path} holds it; copies of the books made before need the old one`);
  output.line(`it could not be put in place (${rotation.reason}) and is in ${rotation.pendingPath}, which is read beside the old one: put it where`);
  output.line("[secrets] says and start the daemon again; it then removes that file by itself");
}
