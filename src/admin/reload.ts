/**
 * Reload: reads configuration and word lists again and works out, before anything is swapped, what would change.
 */
import { changedSettings } from "../config/changes.js";
import type { Settings } from "../config/settings.js";
import type { Screen } from "../filter/screen.js";
import { AdminError } from "./errors.js";
import type { ReloadReport } from "./host.js";
import { loadWordLists } from "./word-lists.js";

/** The settings a reload puts in force; all others wait for a restart. */
const LIVE_SETTINGS = /^(filter\.keywords|filter\.maxInserted|log\.level)/;

export interface ReloadPlan {
  /** The settings in force, with what takes effect at once from the new ones. */
  readonly settings: Settings;
  readonly screen: Screen;
  readonly report: ReloadReport;
  /** For the audit log. */
  readonly summary: string;
}

/**
 * @param wordsVersion of the lists in force
 * @throws AdminError `config_invalid` naming what is wrong; nothing has changed then
 */
export async function planReload(present: Settings, read: () => Settings, wordsVersion: number): Promise<ReloadPlan> {
  let settings: Settings;
  try {
    settings = read();
  } catch (error) {
    throw new AdminError("config_invalid", error instanceof Error ? error.message : String(error), "nothing was changed");
  }
  const { screen } = await loadWordLists(settings.filter.keywords, settings.filter.maxInserted);
  const changed = changedSettings(present, settings);
  const applied = changed.filter((name) => LIVE_SETTINGS.test(name));
  const needRestart = changed.filter((name) => !LIVE_SETTINGS.test(name));
  if (screen.version !== wordsVersion) applied.push("word lists");
  const said = [...applied, ...needRestart.map((name) => `${name} (at restart)`)];
  return {
    settings: {
      ...present,
      filter: { ...present.filter, keywords: settings.filter.keywords, maxInserted: settings.filter.maxInserted },
      log: { ...present.log, level: settings.log.level },
    },
    screen,
    report: { applied, needRestart, words: screen.size, wordsVersion: screen.version },
    summary: `reload: ${said.length === 0 ? "nothing changed" : said.join(", ")}`,
  };
}
