/**
 * Wireshark's own dissectors read what the gateway says at both ends, in every combination of SMPP and CMPP 3.0: nothing malformed,
 * and the fields are those that were sent. CMPP 2.0 is judged by the vectors: these dissectors know only 3.0's answers (C106).
 */
import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CmppCustomer } from "./cmpp-peers.js";
import { COMBINATIONS, combinationName } from "./peer.js";
import type { PeerProtocol, TestCustomer } from "./peer.js";
import { Recorder, writeCapture } from "./recorder.js";
import { PASSWORD, Road, newOperator } from "./road.js";
import { SmppCustomer } from "./smpp-peers.js";

const PORTS: Readonly<Record<PeerProtocol, number>> = { smpp: 2_775, cmpp: 7_890 };
const CUSTOMER_PORTS = 40_000;
const LINK_PORTS = 50_000;

/** The fields asked for; several PDUs of one packet stand in one line, their values separated by "|". */
const FIELDS = [
  "tcp.srcport", "tcp.dstport", "_ws.malformed", "_ws.expert.message",
  "smpp.command_id", "smpp.destination_addr", "cmpp.Command_Id", "cmpp.Dest_terminal_Id", "cmpp.deliver.Src_terminal_Id", "cmpp.deliver.Report.Status",
] as const;
type Row = Readonly<Record<(typeof FIELDS)[number], string>>;

const COMMANDS: Readonly<Record<PeerProtocol, Readonly<Record<"bind" | "submit" | "deliver" | "part", number>>>> = {
  smpp: { bind: 9, submit: 4, deliver: 5, part: 6 },
  cmpp: { bind: 1, submit: 4, deliver: 5, part: 2 },
};

describe("tshark", () => {
  const folder = mkdtempSync(join(tmpdir(), "tollgate-capture-"));
  let missing = "";

  before(() => {
    const asked = spawnSync("tshark", ["--version"], { encoding: "utf8" });
    missing = asked.status === 0 ? "" : "tshark is not installed (apt-get install tshark)";
  });

  after(() => rmSync(folder, { recursive: true }));

  for (const combination of COMBINATIONS) {
    it(`finds no malformed packet in ${combinationName(combination)}, and the same numbers as were sent`, async function () {
      this.timeout(60_000);
      if (missing !== "") {
        this.test!.title += `: skipped, ${missing}`;
        this.skip();
      }
      const path = join(folder, `${combination.customer}-${combination.operator}.pcap`);
      const destinations = await record(path, combination);
      const rows = dissect(path);
      expect(rows.filter((row) => row["_ws.malformed"] !== "").map((row) => JSON.stringify(row))).to.deep.equal([]);
      for (const side of ["customer", "operator"] as const) {
        const protocol = combination[side];
        const first = side === "customer" ? CUSTOMER_PORTS : LINK_PORTS;
        const own = rows.filter((row) => [row["tcp.srcport"], row["tcp.dstport"]].some((port) => Number(port) >= first && Number(port) < first + 1_000));
        const commands = own.flatMap((row) => row[protocol === "smpp" ? "smpp.command_id" : "cmpp.Command_Id"].split("|")).filter((one) => one !== "").map(Number);
        for (const command of Object.values(COMMANDS[protocol])) {
          expect(commands, `${side}: command ${command}`).to.include(command);
          expect(commands, `${side}: answer to ${command}`).to.include(command + 0x8000_0000);
        }
        expect(submitsTo(own, protocol).sort(), side).to.deep.equal([...destinations].sort());
        if (protocol === "cmpp") expect(own.flatMap((row) => row["cmpp.deliver.Report.Status"].split("|")).filter((one) => one !== "").every((one) => one === "DELIVRD")).to.equal(true);
      }
    });
  }

  /** Traffic through recorders at both ends; resolves with the destinations submitted, one a submit. */
  async function record(path: string, combination: (typeof COMBINATIONS)[number]): Promise<string[]> {
    const operator = newOperator(combination.operator);
    operator.reports = true;
    const operatorPort = await operator.start();
    const links = new Recorder(() => operatorPort);
    const road = await Road.open({ combination, operatorPort: await links.start(), more: '[filter]\ngather_time = "1s"\n[limits]\nenquire_interval = "1s"\n' });
    const customers = new Recorder(() => road.port);
    try {
      await operator.linked();
      await road.account("seen", 100, { serviceCodes: ["1069"] });
      const customer = await bind(combination.customer, await customers.start(), road);
      const destinations: string[] = [];
      const submit = async (to: string, text: string, more = {}): Promise<void> => {
        expect((await customer.submit({ to, text, ...more })).status).to.equal(0);
        destinations.push(to);
      };
      await submit("13800138000", "【测试】您的验证码是123456");
      await submit("13800138001", "Your code is 123456", { coding: combination.customer === "smpp" ? "gsm7" : "ascii" });
      if (combination.customer === "cmpp") await submit("13800138002", "【测试】编码", { coding: "gb18030" });
      for (const [at, part] of ["长".repeat(67), "短".repeat(20)].entries()) await submit("13800138003", part, { udh: `05000377020${at + 1}` });
      await customer.received(destinations.length);
      await operator.deliver({ source: "13800138004", destination: "10690000", text: "退订" });
      await customer.until(() => customer.inbound.length === 1, 3_000, () => "no message came");
      await customer.probe();
      // Time for our own probes of both sides.
      await road.pause(1_500);
      await customer.close();
      await road.daemon.stop();
      writeCapture(path, [...customers.packets(PORTS[combination.customer], CUSTOMER_PORTS), ...links.packets(PORTS[combination.operator], LINK_PORTS)]);
      return destinations;
    } finally {
      await road.close();
      await operator.stop();
      await links.stop();
      await customers.stop();
    }
  }

  function bind(protocol: PeerProtocol, port: number, road: Road): Promise<TestCustomer> {
    return protocol === "smpp" ? SmppCustomer.bind(port, "seen", PASSWORD) : CmppCustomer.bind(port, road.spId("seen"), PASSWORD);
  }

  function dissect(path: string): Row[] {
    const { status, stdout, stderr } = spawnSync("tshark", [
      "-r", path, "-d", "tcp.port==7890,cmpp", "-d", "tcp.port==2775,smpp", "-o", "tcp.desegment_tcp_streams:TRUE",
      "-T", "fields", "-E", "separator=/t", "-E", "aggregator=|", ...FIELDS.flatMap((field) => ["-e", field]),
    ], { encoding: "utf8" });
    expect(status, stderr).to.equal(0);
    return stdout.split("\n").filter((line) => line !== "").map((line) => {
      const values = line.split("\t");
      return Object.fromEntries(FIELDS.map((field, at) => [field, values[at] ?? ""])) as Row;
    });
  }

  /** The destinations of the submits: the dissectors show a deliver's in the same field, so only what goes the submits' way is read. */
  function submitsTo(rows: readonly Row[], protocol: PeerProtocol): string[] {
    const field = protocol === "smpp" ? "smpp.destination_addr" : "cmpp.Dest_terminal_Id";
    return rows.filter((row) => Number(row["tcp.dstport"]) === PORTS[protocol]).flatMap((row) => row[field].split("|")).filter((one) => one !== "");
  }
});
