/**
 * Titles: the names of all tests of the tree, as they stand in their files (a template with its holes), and the outcomes that the gateway
 * really gives, as its sources name them.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** The folder of package.json, from a compiled test as from its source. */
export function projectRoot(): string {
  let root = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(root, "package.json"))) root = dirname(root);
  return root;
}

/** Titles of every `it` under test/, each with the files it stands in, from test/ on. */
export function testTitles(): ReadonlyMap<string, readonly string[]> {
  const titles = new Map<string, string[]>();
  for (const [name, text] of sources("test")) {
    for (const title of new Set(titlesIn(ts.createSourceFile(name, text, ts.ScriptTarget.ES2022), text))) {
      const files = titles.get(title);
      if (files === undefined) titles.set(title, [name]);
      else files.push(name);
    }
  }
  return titles;
}

/** Names of the outcomes that something in src/ decides on: beyond tables that only say what each would be called. */
export function outcomesGiven(): ReadonlySet<string> {
  const given = new Set<string>();
  for (const [name, text] of sources("src")) {
    if (name === "lifecycle/notice.ts" || name.startsWith("simulator/") || name.startsWith("cli/")) continue;
    for (const [, outcome] of text.matchAll(/\bOutcome\.([a-z_]+)\b/g)) given.add(outcome as string);
  }
  return given;
}

function* sources(folder: string): Iterable<readonly [name: string, text: string]> {
  const path = join(projectRoot(), folder);
  for (const name of readdirSync(path, { recursive: true, encoding: "utf8" }).sort()) {
    if (name.endsWith(".ts")) yield [name, readFileSync(join(path, name), "utf8")];
  }
}

function titlesIn(file: ts.SourceFile, text: string): string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "it") {
      const [title] = node.arguments;
      if (title !== undefined && ts.isStringLiteralLike(title)) titles.push(title.text);
      else if (title !== undefined && ts.isTemplateExpression(title)) titles.push(text.slice(title.getStart(file) + 1, title.end - 1));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return titles;
}
