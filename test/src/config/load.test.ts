/** Loading a configuration: what good files become, and how bad ones are told of. */
import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { loadConfig, loadText } from "../../../src/config/load.js";
import { ConfigError } from "../../../src/config/problem.js";
import { GOOD, PROTOCOLS, load, problemsOf } from "./fixtures.js";

const OPERATOR = `[[operator]]
name = "mobile"
host = "smsc.example"
system_id = "us"
password = "pw"
`;

describe("config load", () => {
  it("makes a whole gateway of four lines", () => {
    const { settings } = load(GOOD);
    expect(settings.listen).to.deep.equal([{
      name: "smpp-2775", protocol: "smpp", host: "127.0.0.1", port: 2775, maxConnections: 2000, maxConnectionsPerAddress: 500, systemId: "tollgate",
      settings: {},
    }]);
    expect(settings.operator).to.have.length(1);
    expect(settings.operator[0]).to.include({ name: "simulator", port: 2776, links: 2, window: 1000, rate: 0, uncertain: "resend" });
    expect(settings.data.dir).to.equal(resolve("./var"));
    expect(settings.http).to.deep.equal({ enabled: true, host: "127.0.0.1", port: 9464 });
  });

  it("reads a file that an editor has given a byte order mark", () => {
    expect(load(`\uFEFF${GOOD}`).settings).to.deep.equal(load(GOOD).settings);
  });

  it("points the supplied operator at the simulator's own port", () => {
    expect(load("[[listen]]\n[simulator]\nenabled = true\nport = 3001\n").settings.operator[0]?.port).to.equal(3001);
  });

  it("turns durations into milliseconds and an absent rate into unlimited", () => {
    const { settings } = load(`[[listen]]
${OPERATOR}uncertain_wait = "90s"
[data]
retention = "10d"
receipt_horizon = "72h"
[limits]
bind_deadline = "500ms"
[retry]
delays = ["1s", "5m"]
`);
    expect(settings.operator[0]?.uncertainWaitMs).to.equal(90_000);
    expect(settings.operator[0]?.rate).to.equal(0);
    expect(settings.data.retentionDays).to.equal(10);
    expect(settings.data.receiptHorizonMs).to.equal(72 * 3_600_000);
    expect(settings.limits.bindMs).to.equal(500);
    expect(settings.retry.delaysMs).to.deep.equal([1_000, 300_000]);
  });

  it("fills in a protocol's own link settings and takes those given", () => {
    const bare = load(`[[listen]]\n${OPERATOR}`).settings.operator[0]?.settings;
    expect(bare).to.deep.equal({ bind_mode: "transceiver", source_ton: 1, nick: "", retries: 3, odd_ids: false });
    const inline = load(`[[listen]]\n${OPERATOR}smpp = { source_ton = 5 }\n`).settings.operator[0]?.settings;
    expect(inline).to.deep.equal({ bind_mode: "transceiver", source_ton: 5, nick: "", retries: 3, odd_ids: false });
    const nested = load(`[[listen]]\n${OPERATOR}[operator.smpp]\nbind_mode = "split"\n`).settings.operator[0]?.settings;
    expect(nested).to.deep.equal({ bind_mode: "split", source_ton: 1, nick: "", retries: 3, odd_ids: false });
  });

  it("takes port and window from what is usual for the protocol, and its settings of a listener as those of a link", () => {
    const other = OPERATOR.replace("[[operator]]", '[[operator]]\nprotocol = "other"');
    const { settings, effective } = load(`[[listen]]\n[[listen]]\nprotocol = "other"\n${other}[[operator]]\nname = "second"\nhost = "h"\nsystem_id = "us"\npassword = "pw"\nwindow = 7\n`);
    expect(settings.listen.map(({ name, port }) => [name, port])).to.deep.equal([["smpp-2775", 2775], ["other-7890", 7890]]);
    expect(settings.listen.map((one) => one.settings)).to.deep.equal([{}, { gate: 1 }]);
    expect(settings.operator.map(({ port, window }) => [port, window])).to.deep.equal([[7890, 16], [2775, 7]]);
    expect(settings.operator[0]?.settings).to.deep.equal({ depth: 3 });
    expect(load(`[[listen]]\nprotocol = "other"\nother = { gate = 4 }\n${OPERATOR}`).settings.listen[0]?.settings).to.deep.equal({ gate: 4 });
    const shown = new Map(effective.map((one) => [one.key, `${one.value} ${one.origin.replace(/^.*:/, ":")}`]));
    expect(shown.get("listen[1].port")).to.equal("7890 default");
    expect(shown.get("listen[1].other.gate")).to.equal("1 default");
    expect(shown.get("operator[0].window")).to.equal("16 default");
    expect(shown.get("operator[1].window")).to.match(/^7 :\d+$/);
  });

  it("reads routes, their prefixes brought to the normal form, each with its line", () => {
    const { settings } = load(`${GOOD}[[route]]\noperator = "simulator"\n[[route]]\naccount = "demo"\nprefix = "+86 138"\noperator = "simulator"\nnote = "agreed"\n[[route]]\nprefix = "00852"\noperator = "simulator"\n`);
    expect(settings.route).to.deep.equal([
      { account: "*", prefix: "", operator: "simulator", note: "", line: 5 },
      { account: "demo", prefix: "138", operator: "simulator", note: "agreed", line: 7 },
      { account: "*", prefix: "+852", operator: "simulator", note: "", line: 12 },
    ]);
  });

  it("says where the key of the accounts' secrets is, without reading it", () => {
    const from = (text: string, credentialsDirectory?: string) =>
      loadText(`${GOOD}[secrets]\n${text}`, { path: "/etc/tollgate/t.toml", protocols: PROTOCOLS, credentialsDirectory }).settings.secrets;
    expect(from("")).to.deep.equal({ from: "data", path: "" });
    expect(from('key_file = "k"\n')).to.deep.equal({ from: "file", path: "/etc/tollgate/k" });
    expect(from('key_credential = "k"\n', "/run/credentials/t")).to.deep.equal({ from: "credential", path: "/run/credentials/t/k" });
    expect(from('key_credential = "k"\n')).to.deep.equal({ from: "credential", path: "" });
  });

  const refused: [name: string, text: string, problems: RegExp[]][] = [
    ["a port too large", `${GOOD}[http]\nport = 99999\n`,
      [/^tollgate\.toml:6:8: http\.port: Too big: expected number to be <=65535 \(got 99999\); hint: port is a whole number \(0\.\.65535\), default 9464/]],
    ["a text where a number belongs", `${GOOD}[http]\nport = "9464"\n`, [/^tollgate\.toml:6:8: http\.port: expected number, received string \(got "9464"\)/]],
    ["a number with a fraction", `${GOOD}[data]\nnode = 1.5\n`, [/:6:8: data\.node: .*int.*\(got 1\.5\)/]],
    ["a number beyond what is exact", `${GOOD}[data]\nmax_queued = 99999999999999999999\n`, [/:6:14: data\.max_queued: /]],
    ["a date", `${GOOD}[data]\ndir = 2026-01-01\n`, [/:6:7: data\.dir: expected string, received Date/]],
    ["a mistyped key", `${GOOD}[limits]\nidle_tiemout = "5s"\n`, [/:6:1: limits\.idle_tiemout: is no setting \(got "5s"\); hint: did you mean idle_timeout\?$/]],
    ["a key with dashes", `${GOOD}[limits]\nbind-deadline = "5s"\n`, [/hint: did you mean bind_deadline\?$/]],
    ["a key of another table", `${GOOD}[data]\nbind_deadline = "5s"\n`, [/data\.bind_deadline: is no setting .*hint: bind_deadline belongs under \[limits\]$/]],
    ["a mistyped table", `${GOOD}[simulater]\n`, [/:5:2: simulater: is no setting; hint: did you mean simulator\?$/]],
    ["a key that is like none", `${GOOD}[log]\nzzzzzzzz = 1\n`, [/log\.zzzzzzzz: .*hint: known here: level, format$/]],
    ["the prototype as a key", `${GOOD}[log]\n__proto__ = 1\n`, [/:6:1: log\.__proto__: is no setting/]],
    ["a choice that is none", `${GOOD}[log]\nlevel = "loud"\n`, [/:6:9: log\.level: expected one of "error"\|"warn"\|"info"\|"debug" \(got "loud"\)/]],
    ["a duration without unit", `${GOOD}[limits]\nbind_deadline = "10"\n`, [/:6:17: limits\.bind_deadline: expected a duration such as "100ms".*\(got "10"\)/]],
    ["a duration too long", `${GOOD}[limits]\nbind_deadline = "1h"\n`, [/limits\.bind_deadline: Too long: expected at most "5m" \(got "1h"\)/]],
    ["a duration too short", `${GOOD}[limits]\nbind_deadline = "1ms"\n`, [/limits\.bind_deadline: Too short: expected at least "100ms"/]],
    ["a retention of half a day", `${GOOD}[data]\nretention = "36h"\n`, [/:6:13: data\.retention: must be whole days/]],
    ["single brackets for a list", `[listen]\n[simulator]\nenabled = true\n`, [/:1:2: listen: expected array, received object.*hint: write it as \[\[listen\]\]$/]],
    ["double brackets for one table", `${GOOD}[[data]]\n`, [/:5:3: data: expected object, received array.*hint: write it as \[data\]$/]],
    ["a value where a table belongs", `data = "x"\n${GOOD}`, [/:1:8: data: expected object, received string.*hint: data is a table: write it as \[data\]$/]],
    ["a missing required key", `[[listen]]\n[[operator]]\nname = "m"\nsystem_id = "x"\npassword = "x"\n`,
      [/:2:3: operator\[0\]\.host: is required, but is not there; hint: host is text/]],
    ["no listener", `[simulator]\nenabled = true\n`, [/^tollgate\.toml: listen: no port for customers; hint: add \[\[listen\]\]/]],
    ["nobody to send to", `[[listen]]\n`, [/^tollgate\.toml: operator: nobody to send to; hint: .*\[simulator\] enabled = true$/]],
    ["a port used twice", `${GOOD}[http]\nport = 2775\n`, [/:6:8: http\.port: is already taken by listen\[0\]\.port \(got 2775\)/]],
    ["a port used twice under a wildcard", `[[listen]]\nhost = "0.0.0.0"\nport = 2776\n[simulator]\nenabled = true\n`, [/simulator\.port: is already taken by listen\[0\]\.port/]],
    ["an operator's name used twice", `[[listen]]\n${OPERATOR}${OPERATOR}`, [/:8:8: operator\[1\]\.name: is already the name of operator\[0\] \(got "mobile"\)/]],
    ["two secrets", `[[listen]]\n${OPERATOR}password_file = "x"\n`, [/:7:17: operator\[0\]\.password_file: stands beside password/]],
    ["no secret", `[[listen]]\n${OPERATOR.replace(/password.*\n/, "")}`, [/:2:3: operator\[0\]: has no password; hint: give exactly one of/]],
    ["a secret file that is not there", `[[listen]]\n${OPERATOR.replace(/password.*\n/, 'password_file = "none"\n')}`,
      [/operator\[0\]\.password_file: cannot read \/nowhere\/none: ENOENT/]],
    ["a credential without systemd", `[[listen]]\n${OPERATOR.replace(/password.*\n/, 'password_credential = "c"\n')}`,
      [/operator\[0\]\.password_credential: cannot be read: CREDENTIALS_DIRECTORY is not set/]],
    ["a protocol we do not speak", `[[listen]]\nprotocol = "smtp"\n${OPERATOR}`, [/:2:12: listen\[0\]\.protocol: is no protocol we speak \(got "smtp"\); hint: one of: smpp, other$/]],
    ["another protocol's settings", `[[listen]]\n${OPERATOR}other = { depth = 1 }\n`, [/operator\[0\]\.other: this operator speaks smpp/]],
    ["a protocol setting out of its limits", `[[listen]]\n${OPERATOR}smpp = { retries = 11, nick = "longer" }\n`,
      [/operator\[0\]\.smpp\.retries: Too big: .*<=10 \(got 11\); hint: retries is a whole number \(1\.\.10\), default 3/, /operator\[0\]\.smpp\.nick: Too big: .*; hint: nick is text \(up to 5 characters\)/]],
    ["a protocol setting with a fraction", `[[listen]]\n${OPERATOR}smpp = { retries = 1.5 }\n`, [/operator\[0\]\.smpp\.retries: .*int.*\(got 1\.5\)/]],
    ["another protocol's settings of a listener", `[[listen]]\nother = { gate = 1 }\n${OPERATOR}`,
      [/listen\[0\]\.other: this listener speaks smpp; hint: these are settings of other: write its own under smpp/]],
    ["a setting of another protocol", `[[listen]]\n${OPERATOR}smpp = { depth = 1 }\n`,
      [/operator\[0\]\.smpp\.depth: is no setting \(got 1\); hint: depth is a setting of other links, and this table is smpp's$/]],
    ["a protocol's setting beside ours", `[[listen]]\n${OPERATOR}source_ton = 1\n`,
      [/operator\[0\]\.source_ton: is no setting; hint: source_ton is a setting of smpp links: it belongs under \[operator\.smpp\]$/]],
    ["a listener's setting of a protocol at a link", `[[listen]]\n${OPERATOR}protocol = "other"\nother = { gate = 1 }\n`,
      [/operator\[0\]\.other\.gate: is no setting .*hint: gate is a setting of other listeners: it belongs under \[listen\.other\]$/]],
    ["a route to nowhere", `${GOOD}[[route]]\noperator = "mobil"\n`, [/:6:12: route\[0\]\.operator: there is no such \[\[operator\]\] \(got "mobil"\); hint: one of: simulator$/]],
    ["two routes for the same, in whatever spelling", `${GOOD}[[route]]\nprefix = "138"\noperator = "simulator"\n[[route]]\nprefix = "+86138"\noperator = "simulator"\n`,
      [/:8:3: route\[1\]: is for the same account and prefix as route\[0\] \(got "\* 138"\)/]],
    ["a route for what no number begins with", `${GOOD}[[route]]\nprefix = "852"\noperator = "simulator"\n`, [/:6:10: route\[0\]\.prefix: is how no destination begins \(got "852"\)/]],
    ["a route for letters", `${GOOD}[[route]]\nprefix = "13x"\noperator = "simulator"\n`, [/route\[0\]\.prefix: expected digits/]],
    ["a route of an account that can be none", `${GOOD}[[route]]\naccount = "De mo"\noperator = "simulator"\n`, [/route\[0\]\.account: expected an account's name, or "\*" for all/]],
    ["two keys", `${GOOD}[secrets]\nkey_file = "a"\nkey_credential = "b"\n`, [/secrets\.key_credential: stands beside key_file/]],
    ["an SP_Id without its secret", `${GOOD}[[bootstrap]]\nname = "demo"\npassword = "x"\nsp_id = "901234"\n`, [/bootstrap\[0\]\.sp_id: stands without cmpp_secret/]],
    ["a protocol setting that is none", `[[listen]]\n${OPERATOR}smpp = { bind_mood = 1 }\n`, [/:7:10: operator\[0\]\.smpp\.bind_mood: is no setting .*did you mean bind_mode\?$/]],
    ["a protocol setting out of its choices", `[[listen]]\n${OPERATOR}smpp = { bind_mode = "x" }\n`, [/operator\[0\]\.smpp\.bind_mode: expected one of: transceiver, split \(got "x"\)/]],
    ["a keyword file that is not there", `${GOOD}[filter]\nkeywords = ["bad.txt"]\n`, [/:6:13: filter\.keywords\[0\]: cannot read \/nowhere\/bad\.txt: ENOENT/]],
    ["a first pause above the longest", `${GOOD}[outbox]\nretry_min = "10m"\n`, [/outbox\.retry_min: is longer than retry_max/]],
    ["bootstrap accounts beside a public port", `[[listen]]\nhost = "0.0.0.0"\n[simulator]\nenabled = true\n[[bootstrap]]\nname = "demo"\npassword = "demo1234"\n`,
      [/:5:3: bootstrap: accounts with a password in this file, while smpp-2775 listens on 0\.0\.0\.0; hint: make the account with "tollgate account add"/]],
    ["a price that is no amount", `${GOOD}[[bootstrap]]\nname = "demo"\npassword = "x"\nprice = "0,035"\n`, [/bootstrap\[0\]\.price: expected an amount/]],
    ["a key given twice", "a = 1\na = 2\n", [/^tollgate\.toml:2:1: Defining a key multiple times is invalid/]],
    ["no TOML at all", "{}", [/^tollgate\.toml:1:1: /]],
  ];
  for (const [name, text, problems] of refused) {
    it(`refuses ${name}`, () => {
      const found = problemsOf(text);
      expect(found, found.join("\n")).to.have.length(problems.length);
      problems.forEach((problem, index) => expect(found[index]).to.match(problem));
    });
  }

  it("lists every problem, in the order of the file", () => {
    const found = problemsOf('[[listen]]\nport = -1\nprt = 2\n[log]\nlevel = "x"\n[data]\nnode = 64\n');
    expect(found.map((line) => line.split(":").slice(1, 4).join(":"))).to.deep.equal(["2:8: listen[0].port", "3:1: listen[0].prt", "5:9: log.level", "7:8: data.node"]);
  });

  it("never prints a password that is refused", () => {
    const found = problemsOf(`[[listen]]\n${OPERATOR.replace('"pw"', `"${"hunter2".repeat(40)}"`)}`).join("\n");
    expect(found).to.match(/operator\[0\]\.password: Too big/);
    expect(found).to.not.contain("hunter2");
  });

  for (const [name, text] of [
    ["a table written with single brackets", '[[listen]]\n[operator]\npassword = "hunter2"\nname = "m"\n'],
    ["an inline table", 'bootstrap = { password = "hunter2", name = "m" }\n[[listen]]\n'],
    ["a mistyped key", `[[listen]]\n${OPERATOR.replace('password = "pw"', 'pasword = "hunter2"')}`],
    ["a key of another name", `[[listen]]\n${OPERATOR.replace('password = "pw"', 'pin = "hunter2"')}`],
  ] as const) {
    it(`never prints a password in ${name}`, () => {
      const found = problemsOf(text).join("\n");
      expect(found).to.match(/^tollgate\.toml:\d+:\d+: (operator|bootstrap)/m);
      expect(found).to.not.contain("hunter2");
    });
  }

  it("names the file that cannot be read", () => {
    expect(() => loadConfig({ path: "/nowhere/x.toml", protocols: PROTOCOLS })).to.throw(ConfigError, "/nowhere/x.toml: cannot be read: ENOENT");
  });

  describe("with files beside it", () => {
    let folder = "";
    before(() => {
      folder = mkdtempSync(join(tmpdir(), "tollgate-config-"));
      writeFileSync(join(folder, "secret"), "from-file\nsecond line\n");
      writeFileSync(join(folder, "words.txt"), "# words\n");
      writeFileSync(join(folder, "empty"), "\n");
    });
    after(() => rmSync(folder, { recursive: true }));

    const read = (text: string) => loadText(text, { path: join(folder, "t.toml"), protocols: PROTOCOLS, credentialsDirectory: folder });

    it("reads a secret's first line from a file beside the configuration", () => {
      const { settings, effective } = read(`[[listen]]\n${OPERATOR.replace('password = "pw"', 'password_file = "secret"')}`);
      expect(settings.operator[0]?.password).to.equal("from-file");
      expect(JSON.stringify(effective)).to.not.contain("from-file");
    });

    it("reads a secret from the credentials directory", () => {
      const { settings } = read(`[[listen]]\n${OPERATOR.replace('password = "pw"', 'password_credential = "secret"')}`);
      expect(settings.operator[0]?.password).to.equal("from-file");
    });

    it("does without credentials where it is told that nobody can read them", () => {
      const text = `[[listen]]\n${OPERATOR.replace(/password.*\n/, 'password_credential = "c"\n')}`;
      expect(loadText(text, { path: "/nowhere/t.toml", protocols: PROTOCOLS, withoutCredentials: true }).settings.operator[0]?.password).to.equal("");
      expect(() => loadText(text, { path: "/nowhere/t.toml", protocols: PROTOCOLS })).to.throw(ConfigError, "CREDENTIALS_DIRECTORY is not set");
    });

    it("refuses a secret file without a secret", () => {
      expect(() => read(`[[listen]]\n${OPERATOR.replace('password = "pw"', 'password_file = "empty"')}`)).to.throw(ConfigError, "does not hold a password");
    });

    it("finds keyword files from the configuration's folder", () => {
      expect(read(`${GOOD}[filter]\nkeywords = ["words.txt"]\n`).settings.filter.keywords).to.deep.equal([join(folder, "words.txt")]);
    });

    it("refuses a folder as a keyword file", () => {
      expect(() => read(`${GOOD}[filter]\nkeywords = ["."]\n`)).to.throw(ConfigError, "is no file");
    });
  });
});
