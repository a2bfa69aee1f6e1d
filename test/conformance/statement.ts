/**
 * Conformance statements: a protocol's tables, and beside every command, field and code of them what we do with it and
 * the test that proves it; written out as the protocol's README.
 *
 * ```
 *   protocols/x/tables.ts, status.ts, ...  ->  sections of items  --+--> page()      protocols/x/README.md
 *   test/conformance/x.ts                  ->  a claim for each   --'    problems()  what has no claim, or no proof
 * ```
 * Items come from the tables alone and claims are keyed by them, so that neither can be there without the other.
 */

/**
 * `supported`: does what the standard says. `passed`: kept and given on as it came, where the other side has a place
 * for it. `refused`: answered with the status said, or by the end of the connection. `unused`: never sent by us.
 */
export type Verdict = "supported" | "passed" | "refused" | "unused";

export interface Claim {
  readonly verdict: Verdict;
  /** What there is to say beyond the verdict; "" for nothing. */
  readonly note: string;
  /** The title of the test that proves it, as it stands in its file; in another protocol's folder it proves nothing. */
  readonly proof: string;
}

/** One row: what the tables say of it. */
export interface Item {
  readonly key: string;
  readonly cells: readonly string[];
}

export interface Section {
  readonly title: string;
  readonly intro: string;
  /** Heads of the items' cells. */
  readonly heads: readonly string[];
  readonly items: readonly Item[];
  /** By item key; "NAME.*" is for every "NAME.something" without a claim of its own. */
  readonly claims: Readonly<Record<string, Claim>>;
}

export interface Statement {
  /** The protocol's name: tests stand in test/protocols/NAME, or outside of all protocols' folders. */
  readonly protocol: string;
  readonly title: string;
  readonly intro: string;
  readonly sections: readonly Section[];
}

export const claim = (verdict: Verdict, proof: string, note = ""): Claim => ({ verdict, note, proof });

function claimOf(section: Section, key: string): Claim | undefined {
  const { claims } = section;
  if (Object.hasOwn(claims, key)) return claims[key];
  const all = `${key.split(".")[0] ?? ""}.*`;
  return Object.hasOwn(claims, all) ? claims[all] : undefined;
}

/** Tests by title, and the files that each stands in. */
export type Titles = ReadonlyMap<string, readonly string[]>;

/** The files in which a proof stands, as far as they are about the protocol. */
function proofFiles({ protocol }: Statement, titles: Titles, proof: string): readonly string[] {
  const own = `protocols/${protocol}/`;
  return (titles.get(proof) ?? []).filter((file) => file.startsWith(own) || !/^protocols\/(?!model\/|wire\/)[^/]+\//.test(file));
}

/** What keeps a statement from being true: items without a claim, claims without an item, proofs that are no test or might be one of several. */
export function problems(statement: Statement, titles: Titles): string[] {
  const found: string[] = [];
  for (const section of statement.sections) {
    const used = new Set<string>();
    for (const { key } of section.items) {
      const said = claimOf(section, key);
      if (said === undefined) found.push(`${section.title}: ${key} has no claim`);
      used.add(key).add(`${key.split(".")[0] ?? ""}.*`);
    }
    for (const [key, said] of Object.entries(section.claims)) {
      if (!used.has(key)) found.push(`${section.title}: ${key} is claimed, but not in the tables`);
      const files = proofFiles(statement, titles, said.proof);
      if (files.length === 0) found.push(`${section.title}: ${key} is proved by no test "${said.proof}"`);
      if (files.length > 1) found.push(`${section.title}: "${said.proof}" proves ${key} in more than one file: ${files.join(", ")}`);
    }
  }
  return found;
}

/** The statement as a page. */
export function page(statement: Statement, titles: Titles): string {
  const parts = [`# ${statement.title}`, statement.intro];
  for (const section of statement.sections) {
    const heads = [...section.heads, "support", "proved by"];
    const rows = section.items.map(({ key, cells }) => {
      const said = claimOf(section, key);
      const support = said === undefined ? "?" : said.note === "" ? said.verdict : `${said.verdict}: ${said.note}`;
      return [...cells, support, said === undefined ? "?" : shownProof(said.proof, proofFiles(statement, titles, said.proof)[0] ?? "?")];
    });
    parts.push(`## ${section.title}`, section.intro, [heads, heads.map(() => "---"), ...rows].map(row).join("\n"));
  }
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** The file in front, for titles say little by themselves; what a template fills in is left open. */
function shownProof(title: string, file: string): string {
  return `${file.replace(/\.test\.ts$/, "")}: ${title.replace(/\$\{[^}]*\}/g, "…")}`;
}
