/** Message ids in every form that a person may quote. */
import { expect } from "chai";
import { protocolByName } from "../../../protocols/index.js";
import { messageId } from "../../../protocols/model/message-id.js";
import type { WireProtocol } from "../../../protocols/wire/protocol.js";
import { MessageIdForms } from "../../../src/cli/message-ids.js";
import { THIRD, run } from "./fixtures.js";

const AT_MS = Date.UTC(2024, 4, 15, 1, 30, 46);
const ID = messageId(AT_MS / 1_000, 0, 0x1234);
const MSG_ID = "57a5eb8003e91234";
const PROTOCOLS = [...["smpp", "cmpp"].flatMap((name) => protocolByName(name) ?? []), THIRD] as readonly WireProtocol[];
const LISTENERS = [
  { protocol: "smpp", settings: {} }, { protocol: "cmpp", settings: { gateway_code: 1001 } }, { protocol: "cmpp", settings: { gateway_code: 7 } },
  { protocol: "third", settings: { place: "xy" } },
];

describe("MessageIdForms", () => {
  const forms = new MessageIdForms(LISTENERS, PROTOCOLS);

  it("reads our number, a CMPP Msg_Id in 16 hexadecimal digits in either case, and a third protocol's form", () => {
    for (const text of [String(ID), MSG_ID, MSG_ID.toUpperCase(), ` ${MSG_ID} `, THIRD.formatMessageId(ID, { place: "xy" })]) expect(forms.read(text, AT_MS), text).to.equal(ID);
  });

  it("shows each form of a number, by its listener's settings", () => {
    expect(forms.shown(ID).map(({ protocol }) => protocol)).to.deep.equal(["cmpp", "cmpp", "third"]);
    expect(forms.shown(ID)[0]).to.deep.equal({ protocol: "cmpp", id: MSG_ID });
    for (const { id } of forms.shown(ID)) expect(forms.read(id, AT_MS)).to.equal(ID);
  });

  it("knows no other gateway's Msg_Id, nor what is none", () => {
    for (const text of ["57a5eb8013e91234", MSG_ID.slice(1), "", "1F", "-1", "1.5"]) expect(forms.read(text, AT_MS), text).to.equal(null);
  });
});

describe("tollgate trace and refund by a CMPP Msg_Id", () => {
  const config = '[[listen]]\nprotocol = "cmpp"\n[listen.cmpp]\ngateway_code = 1001\n[[operator]]\nname = "o"\nhost = "127.0.0.1"\nport = 1\nsystem_id = "t"\npassword = "t"\n';

  it("are about the message that it stands for, of the year before now", async () => {
    const id = messageId(Date.UTC(2025, 4, 15, 1, 30, 46) / 1_000, 0, 0x1234);
    const traced = await run(`trace ${MSG_ID}`, { config, protocols: PROTOCOLS });
    expect(traced.host.queries[0]).to.include({ kind: "trace", by: "id", value: String(id) });
    expect((await run(`refund ${MSG_ID}`, { config, protocols: PROTOCOLS })).host.commands[0]).to.include({ kind: "refund", messageId: id });
  });
});
