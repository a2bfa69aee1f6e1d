/** Two small protocols as the configuration sees them, and a shorthand for loading a text. */
import { ConfigError } from "../../../src/config/problem.js";
import { loadText } from "../../../src/config/load.js";
import type { Loaded } from "../../../src/config/load.js";
import type { ProtocolTable } from "../../../src/config/validate.js";

export const PROTOCOLS: readonly ProtocolTable[] = [
  {
    name: "smpp", usualPort: 2775, usualWindow: 100, proof: "password", listenSettings: [],
    linkSettings: [
      { name: "bind_mode", type: "string", default: "transceiver", choices: ["transceiver", "split"], help: "How to bind." },
      { name: "source_ton", type: "number", default: 1, help: "Type of number of sources." },
      { name: "nick", type: "string", default: "", max: 5, help: "A name." },
      { name: "retries", type: "number", default: 3, min: 1, max: 10, help: "How often." },
      { name: "odd_ids", type: "boolean", default: false, help: "Whether ids are odd." },
    ],
  },
  {
    name: "other", usualPort: 7890, usualWindow: 16, proof: "digest",
    listenSettings: [{ name: "gate", type: "number", default: 1, help: "Which gate." }],
    linkSettings: [{ name: "depth", type: "number", default: 3, help: "How deep." }],
  },
];

export function load(text: string, path = "/nowhere/tollgate.toml"): Loaded {
  return loadText(text, { path, protocols: PROTOCOLS });
}

/** The problems' texts without their common path. */
export function problemsOf(text: string): string[] {
  try {
    load(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n").map((line) => line.replace("/nowhere/", ""));
    throw error;
  }
  return [];
}

export const GOOD = `[[listen]]
port = 2775
[simulator]
enabled = true
`;
