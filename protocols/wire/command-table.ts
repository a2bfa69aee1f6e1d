/**
 * Command table: names and answers of a protocol's commands, of which bit 31 tells answers from requests.
 */
export interface CommandTable<Name extends string> {
  /** In the order of the table. */
  readonly names: readonly Name[];
  /** The standard's name, or null for a number that is none of its commands. */
  readonly nameOf: (id: number) => Name | null;
  /** The number that an answer to this request bears; 0 when the standard knows none (an answer, an unknown command). */
  readonly responseId: (id: number) => number;
}

/** Bit 31 tells answers from requests, in SMPP as in China's protocols. */
export function isResponse(id: number): boolean {
  return id > 0x7fffffff;
}

export function commandTable<Name extends string>(ids: Readonly<Record<Name, number>>): CommandTable<Name> {
  const byId = new Map((Object.entries(ids) as [Name, number][]).map(([name, id]) => [id, name]));
  return {
    names: Object.keys(ids) as Name[],
    nameOf: (id) => byId.get(id) ?? null,
    responseId(id) {
      const answer = (id | 0x80000000) >>> 0;
      return isResponse(id) || !byId.has(id) || !byId.has(answer) ? 0 : answer;
    },
  };
}
