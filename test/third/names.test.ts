/** Where src names a protocol: a folder and a line in protocols/index.ts must be all that a new one needs. */
import { expect } from "chai";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../root.js";


/** Peers and loads of the two protocols: each speaks one of them, and is no part of the way of a message. */
const TOOLS = /^src\/(simulator\/|cli\/(bench|send|simulate)|cli\/smpp\.d\.ts)/;

/** Every other place, and why it may. */
const KNOWN: Readonly<Record<string, string>> = {
  "src/config/schema.ts": "the default of `protocol`, which configurations without it rely on",
  "src/config/load.ts": "what the simulator speaks, for the operator that stands in for one",
  "src/ledger/bind-terms.ts": "settings of accounts on disk from before there were terms by protocol",
};

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? sources(path) : path.endsWith(".ts") && !TOOLS.test(path) ? [path] : [];
  });
}

/** Without comments, in which a protocol may well be an example. */
function code(path: string): string {
  return readFileSync(join(ROOT, path), "utf8").replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

describe("The names of protocols", () => {
  it("are in src where they are known to be, and nowhere else", () => {
    const naming = sources("src").filter((path) => /["'`](smpp|cmpp)["'`]/.test(code(path)));
    expect(naming.sort()).to.deep.equal(Object.keys(KNOWN).sort());
  });

  it("open no folder of protocols/ but by its door", () => {
    const opening = sources("src").filter((path) => /protocols\/(smpp|cmpp)\//.test(code(path)));
    expect(opening).to.deep.equal([]);
    const door = code("protocols/index.ts");
    expect(door.match(/\bcmpp\b/g), "one import and one place in the list").to.have.length(4);
  });
});
