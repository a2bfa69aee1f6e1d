/**
 * Rules: the house rules that a machine can check, each giving file, line and what to do.
 *
 * Works on the syntax tree, so that a word in a comment or a string is not taken for code.
 */
import { posix } from "node:path";
import ts from "typescript";

export interface Violation {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly what: string;
  readonly todo: string;
}

const PURE = ["limiter", "filter", "ledger", "route", "lifecycle", "contract", "config"];
const EDGES = ["customer", "operator", "admin", "simulator"];

/** What of protocols/ the rest of the tree may see: the model, the agreed shapes, the door. */
const DOOR = ["protocols/model", "protocols/index.ts", "protocols/wire/protocol.ts", "protocols/wire/clock.ts"];
const PURE_FOLDERS = PURE.map((folder) => `src/${folder}`);
const STORE_DOOR = ["src/store/store.ts", "src/store/query.ts", "src/store/intent.ts", "src/store/numbers.ts"];
const BELOW_EDGES = [...DOOR, ...PURE_FOLDERS, ...STORE_DOOR, "src/flow", "src/observe"];

interface Room {
  /** A folder, or one file. */
  readonly at: string;
  /** Folders and files it may import from, beside itself. */
  readonly may: readonly string[];
  /** From these types only. */
  readonly typesFrom?: readonly string[];
}

/** First match counts, so single files stand before their folders. */
const ROOMS: readonly Room[] = [
  { at: "protocols/index.ts", may: ["protocols"] },
  { at: "protocols/model", may: [] },
  { at: "protocols/wire", may: ["protocols/model"] },
  // A contract reads texts as the word lists do.
  { at: "src/contract", may: ["protocols/model", "src/filter"], typesFrom: ["protocols/wire/protocol.ts", ...PURE_FOLDERS] },
  ...PURE.map((folder) => ({
    at: `src/${folder}`,
    may: ["protocols/model"],
    typesFrom: ["protocols/wire/protocol.ts", ...PURE_FOLDERS],
  })),
  { at: "src/store", may: ["protocols/model", "protocols/wire/clock.ts", "src/contract", "src/ledger", "src/lifecycle"], typesFrom: ["protocols/wire/protocol.ts"] },
  // The flow asks the edges through ports.ts and tells the log and metrics through interfaces of its own.
  { at: "src/flow", may: [...DOOR, ...PURE_FOLDERS, ...STORE_DOOR] },
  // What is unusual is decided by the pure rules of contracts; observe hands them figures and time.
  { at: "src/observe", may: [...DOOR, "src/flow/stages.ts", "src/contract"], typesFrom: ["src/flow", ...PURE_FOLDERS, ...STORE_DOOR] },
  { at: "src/simulator", may: [...BELOW_EDGES, "protocols"] },
  ...EDGES.map((edge) => ({ at: `src/${edge}`, may: BELOW_EDGES })),
  // The composition root: its life, and the making of the parts.
  { at: "src/gateway.ts", may: [...BELOW_EDGES, "src/store", ...EDGES.map((edge) => `src/${edge}`), "src/assembly.ts", "src/services.ts"] },
  { at: "src/assembly.ts", may: [...BELOW_EDGES, "src/store", ...EDGES.map((edge) => `src/${edge}`)] },
  { at: "src/services.ts", may: [...BELOW_EDGES, "src/store", ...EDGES.map((edge) => `src/${edge}`), "src/assembly.ts"] },
  { at: "src/cli", may: ["protocols", ...BELOW_EDGES, "src/store", ...EDGES.map((edge) => `src/${edge}`), "src/gateway.ts"] },
  { at: "src/main.ts", may: ["src/cli"] },
  { at: "src", may: [] },
  { at: "test", may: ["protocols", "src", "test"] },
];

/** Any other folder of protocols/ is a protocol's: what it shares with another stands in model or wire. */
function protocolRoom(file: string): Room | undefined {
  const folder = /^protocols\/[^/]+(?=\/)/.exec(file)?.[0];
  return folder === undefined ? undefined : { at: folder, may: ["protocols/model", "protocols/wire"] };
}

/** Where each package stands; tests may use any. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  "prom-client": ["src/observe/metrics.ts"],
  winston: ["src/observe/log.ts"],
  "unix-dgram": ["src/observe/systemd.ts", "src/observe/unix-dgram.d.ts"],
  "better-sqlite3": ["src/store/sqlite"],
  commander: ["src/cli", "src/main.ts"],
  "iconv-lite": ["protocols/model/text.ts"],
  smpp: ["src/cli"],
  re2js: ["src/filter/regex.ts"],
  "pinyin-pro": ["src/filter/pinyin.ts"],
  // Both take in what a person wrote: a file, a request.
  zod: ["src/config", "src/admin"],
  "toml-eslint-parser": ["src/config"],
};

/** Modules of Node that a pure folder may use: nothing that waits, listens or remembers. */
const PURE_NODE = ["node:crypto", "node:assert", "node:util", "node:buffer"];
/** Reading a configuration means reading files. */
const CONFIG_NODE = ["node:fs", "node:path"];
/** What of node:net is plain reckoning with addresses. */
const PURE_NET = ["isIP", "isIPv4", "isIPv6", "BlockList"];

/** Time and chance outside clock.ts, each with its reason. */
const TIME_ALLOWED: Readonly<Record<string, string>> = {
  "protocols/wire/clock.ts": "it is the clock",
};
/** Methods of Date that go by the zone of the machine: what customers and books are told may not. */
const MACHINE_ZONE = /^(?:[gs]et(?:FullYear|Year|Month|Date|Day|Hours|Minutes|Seconds|Milliseconds)|getTimezoneOffset|toLocale(?:Date|Time)?String|to(?:Date|Time)String)$/;
const CONSOLE_ALLOWED = "src/cli/output.ts";
const EXIT_ALLOWED = "src/main.ts";
/** Folders of src/ that do speak to a wire. */
const WIRE_WORDS_ALLOWED = ["src/simulator", "src/cli"];
const WIRE_WORDS = /\b(esm_class|command_status|data_coding|Msg_Fmt|TLVs?|PDUs?)\b/;
const BAD_NAME = /(^|[-_.])(utils?|helpers?|common|managers?|handlers?)([-_.]|$)/i;
const MAX_LINES = 400;
const MAX_TEST_LINES = 600;
// In pieces, so that this file does not find itself.
const LEFT_OPEN = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"].join("|")})\\b`);
const GIVEN_UP = new RegExp(["eslint-" + "disable", "@ts-" + "ignore", "@ts-" + "nocheck", "@ts-" + "expect-error"].join("|"));
const TEST_ALONE = /\b(?:describe|it|context)\.(?:only|skip)\(|\bx(?:it|describe)\(/;

const within = (file: string, place: string): boolean => file === place || file.startsWith(`${place}/`);
const anyOf = (file: string, places: readonly string[]): boolean => places.some((place) => within(file, place));

/** Every violation in one file; `file` is its path from the project's root with forward slashes. */
export function check(file: string, source: string): Violation[] {
  return new FileCheck(file, source).run();
}

class FileCheck {
  readonly #file: string;
  readonly #source: string;
  readonly #tree: ts.SourceFile;
  readonly #found: Violation[] = [];

  constructor(file: string, source: string) {
    this.#file = file;
    this.#source = source;
    this.#tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  }

  run(): Violation[] {
    this.#checkText();
    this.#visit(this.#tree);
    return this.#found;
  }

  get #isTest(): boolean {
    return within(this.#file, "test");
  }

  #report(rule: string, at: ts.Node | number, what: string, todo: string): void {
    const line = typeof at === "number" ? at : this.#tree.getLineAndCharacterOfPosition(at.getStart()).line + 1;
    this.#found.push({ rule, file: this.#file, line, what, todo });
  }

  #checkText(): void {
    const lines = this.#source.split("\n");
    if (this.#source.endsWith("\n")) lines.pop();
    const most = this.#isTest ? MAX_TEST_LINES : MAX_LINES;
    if (lines.length > most && !/@generated/.test(lines.slice(0, 12).join("\n"))) {
      this.#report("length", lines.length, `${String(lines.length)} lines`, `split it into files of one idea each, at most ${String(most)} lines`);
    }
    const opening = lines.findIndex((line) => line.trim() !== "" && !line.startsWith("#!"));
    // A test file is opened by its describe().
    if (!this.#file.endsWith(".test.ts") && !/^\/\*\*(?: \S|$)/.test(lines[opening] ?? "")) {
      this.#report("opening", opening + 1, "does not open with a doc comment", "say in one sentence what the file is, in a /** comment before anything else");
    }
    if (BAD_NAME.test(posix.basename(this.#file).replace(/(\.test)?(\.d)?\.ts$/, ""))) {
      this.#report("names", 1, `the name ${posix.basename(this.#file)}`, "name it after the one idea in it");
    }
    const wireWords = within(this.#file, "src") && !anyOf(this.#file, WIRE_WORDS_ALLOWED);
    lines.forEach((line, index) => {
      const at = index + 1;
      if (LEFT_OPEN.test(line)) this.#report("left-open", at, LEFT_OPEN.exec(line)?.[0] ?? "", "do it now, or file an issue and take the note out");
      if (GIVEN_UP.test(line)) this.#report("given-up", at, GIVEN_UP.exec(line)?.[0] ?? "", "mend what the checker found");
      if (this.#isTest && TEST_ALONE.test(line)) this.#report("alone", at, line.trim(), "let every test run; where a tool is missing, this.skip() inside the test");
      if (wireWords && WIRE_WORDS.test(line)) {
        this.#report("wire-words", at, `says ${WIRE_WORDS.exec(line)?.[0] ?? ""}`, "src decides and knows no wire: say it in the model's words, or move it into protocols/");
      }
    });
  }

  #visit(node: ts.Node): void {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      if (node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier)) {
        const typeOnly = ts.isImportDeclaration(node) ? node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword : node.isTypeOnly;
        this.#checkImport(node, node.moduleSpecifier.text, typeOnly);
      }
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [target] = node.arguments;
      if (target !== undefined && ts.isStringLiteral(target)) this.#checkImport(node, target.text, false);
    } else if (ts.isModuleDeclaration(node) && ts.isStringLiteral(node.name)) {
      this.#checkImport(node, node.name.text, true);
    } else if (ts.isExportAssignment(node) || node.kind === ts.SyntaxKind.DefaultKeyword && ts.canHaveModifiers(node.parent)) {
      this.#report("default-export", node, "a default export", "export it by its name");
    } else if (ts.isEnumDeclaration(node)) {
      this.#report("enum", node, "an enum", "use a const object and the type of its values");
    } else if (node.kind === ts.SyntaxKind.AnyKeyword) {
      this.#report("any", node, "any", "say the type; unknown where it is not known");
    } else if (ts.isPropertyAccessExpression(node)) {
      this.#checkAccess(node);
    } else if (ts.isNewExpression(node) && node.expression.getText() === "Date" && (node.arguments?.length ?? 0) === 0) {
      this.#checkTime(node, "new Date()");
    } else if (ts.isIdentifier(node)) {
      this.#checkIdentifier(node);
    }
    ts.forEachChild(node, (child) => this.#visit(child));
  }

  #checkAccess(node: ts.PropertyAccessExpression): void {
    const text = node.getText();
    if (/^(Date\.now|performance\.now|Math\.random|process\.hrtime)$/.test(text)) this.#checkTime(node, text);
    if (MACHINE_ZONE.test(node.name.text) && !this.#isTest) {
      this.#report("zone", node, node.name.text, "the machine's own zone is nobody's: take minutes ahead of UTC, and Date's UTC methods");
    }
    if (text === "process.exit" && !this.#isTest && this.#file !== EXIT_ALLOWED) {
      this.#report("exit", node, text, `let errors rise to ${EXIT_ALLOWED}, the only place that ends the process`);
    }
  }

  #checkIdentifier(node: ts.Identifier): void {
    const isName = (ts.isPropertyAccessExpression(node.parent) && node.parent.name === node)
      || ts.isPropertyAssignment(node.parent) && node.parent.name === node || ts.isMethodDeclaration(node.parent) || ts.isMethodSignature(node.parent);
    if (isName) return;
    if (node.text === "setTimeout" || node.text === "setInterval") this.#checkTime(node, node.text);
    if (node.text === "console" && this.#file !== CONSOLE_ALLOWED) {
      this.#report("console", node, "console", this.#isTest ? "let the assertion speak" : `print through ${CONSOLE_ALLOWED}, log through observe/log.ts`);
    }
  }

  #checkTime(node: ts.Node, what: string): void {
    if (this.#isTest || this.#file in TIME_ALLOWED) return;
    this.#report("time", node, what, "take a Clock (protocols/wire/clock.ts), or the time as a number, so that a test can move it by hand");
  }

  #checkImport(node: ts.Node, target: string, typeOnly: boolean): void {
    if (target.startsWith(".")) this.#checkRoom(node, target, typeOnly);
    else if (target.startsWith("node:")) this.#checkNode(node, target, typeOnly);
    else this.#checkPackage(node, target);
  }

  #checkRoom(node: ts.Node, target: string, typeOnly: boolean): void {
    if (!target.endsWith(".js") && !target.endsWith(".json")) {
      this.#report("imports", node, `imports ${target}`, "give the .js suffix: this is what Node loads");
      return;
    }
    const to = posix.normalize(posix.join(posix.dirname(this.#file), target)).replace(/\.js$/, ".ts");
    const room = ROOMS.find((candidate) => within(this.#file, candidate.at)) ?? protocolRoom(this.#file);
    if (room === undefined || within(to, room.at) || anyOf(to, room.may)) return;
    if (anyOf(to, room.typesFrom ?? [])) {
      if (!typeOnly) this.#report("imports", node, `imports more than types from ${to}`, `${room.at} may see only its types: import type, or take the value as an argument`);
      return;
    }
    this.#report("imports", node, `imports ${to}`, `${room.at} may import ${[...room.may, ...(room.typesFrom ?? []).map((place) => `${place} (types)`)].join(", ") || "nothing else"}; ask through a port, or take it as an argument`);
  }

  #checkNode(node: ts.Node, target: string, typeOnly: boolean): void {
    if (/^node:timers(\/|$)/.test(target) && !this.#isTest) this.#checkTime(node, target);
    if (typeOnly || !anyOf(this.#file, PURE_FOLDERS)) return;
    if (target === "node:net" && ts.isImportDeclaration(node)) {
      const bindings = node.importClause?.namedBindings;
      if (bindings !== undefined && ts.isNamedImports(bindings) && bindings.elements.every((element) => PURE_NET.includes((element.propertyName ?? element.name).text))) return;
    }
    const allowed = within(this.#file, "src/config") ? [...PURE_NODE, ...CONFIG_NODE] : PURE_NODE;
    if (!anyOf(target, allowed)) this.#report("pure", node, `imports ${target}`, "a pure folder has no clock, socket, file or thread: move the work to its caller");
  }

  #checkPackage(node: ts.Node, target: string): void {
    if (this.#isTest) return;
    const name = target.split("/").slice(0, target.startsWith("@") ? 2 : 1).join("/");
    const owners = OWNERS[name];
    if (owners === undefined) this.#report("packages", node, `imports ${name}`, "a package needs an owner: enter it in test/tidy/rules.ts with its one place (node's own modules take node:)");
    else if (!anyOf(this.#file, owners)) this.#report("packages", node, `imports ${name}`, `only ${owners.join(" and ")} may; ask that place for what you need`);
  }
}
