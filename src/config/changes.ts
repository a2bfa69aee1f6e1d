/**
 * Changes: which settings differ between two configurations, by dotted name.
 */
import type { Settings } from "./settings.js";

/** Names such as "filter.keywords" or "operator.0.rate", in order; secrets are named, never shown. */
export function changedSettings(before: Settings, after: Settings): string[] {
  const changed: string[] = [];
  compare("", before, after, changed);
  return changed;
}

function compare(name: string, before: unknown, after: unknown, changed: string[]): void {
  if (isGroup(before) && isGroup(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    for (const key of keys) compare(name === "" ? key : `${name}.${key}`, before[key], after[key], changed);
  } else if (!Object.is(before, after)) {
    changed.push(name);
  }
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
