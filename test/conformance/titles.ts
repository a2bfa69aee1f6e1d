/**
 * Titles: the names of all tests of the tree, as they stand in their files (a template with its holes).
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

/** Titles of every `it` under test/. */
export function testTitles(): ReadonlySet<string> {
  const titles = new Set<string>();
  const folder = join(projectRoot(), "test");
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts")) continue;
    const text = readFileSync(join(folder, name), "utf8");
    collect(ts.createSourceFile(name, text, ts.ScriptTarget.ES2022), text, titles);
  }
  return titles;
}

function collect(file: ts.SourceFile, text: string, titles: Set<string>): void {
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "it") {
      const [title] = node.arguments;
      if (title !== undefined && ts.isStringLiteralLike(title)) titles.add(title.text);
      else if (title !== undefined && ts.isTemplateExpression(title)) titles.add(text.slice(title.getStart(file) + 1, title.end - 1));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
}
