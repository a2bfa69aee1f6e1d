/**
 * Daily reports: a file of each business day's figures for every account that has daily-report on, written soon after the day has ended.
 *
 * ```
 *  <reports>/<account>/2025-11-24.csv    figure,value: for programs
 *  <reports>/<account>/2025-11-24.txt    one page: for people
 * ```
 * A file that stands is never written again; days missed while the gateway was away are made up for. Each is written beside its place and
 * renamed into it, readable by the owner and the group alone.
 */
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../protocols/wire/clock.js";
import type { Account } from "../ledger/account.js";
import type { Statement } from "../store/query.js";
import type { Store } from "../store/store.js";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Receipts of the last minutes of a day are still coming. */
const AFTER_MS = 15 * MINUTE_MS;
const LOOK_EVERY_MS = MINUTE_MS;
/** Days made up for. */
const MOST_MISSED = 7;

export interface DailyReportParts {
  readonly clock: Clock;
  readonly store: Pick<Store, "query">;
  readonly dir: string;
  readonly zoneMinutes: number;
  readonly keepMs: number;
  accounts(): Iterable<{ readonly terms: Account }>;
  money(micros: bigint): string;
  written(account: string, day: string): void;
  failed(reason: string): void;
}

export class DailyReports {
  readonly #parts: DailyReportParts;
  #lookedAtMs = -Infinity;
  #working = false;
  /** The last day up to which everything was looked through, for whom. */
  #done = "";

  constructor(parts: DailyReportParts) {
    this.#parts = parts;
  }

  /** On the shared tick. */
  tick(nowMs: number): void {
    if (nowMs - this.#lookedAtMs < LOOK_EVERY_MS || this.#working) return;
    this.#lookedAtMs = nowMs;
    void this.run();
  }

  /** Writes what is due and not there yet, and takes away what is too old. */
  async run(): Promise<void> {
    const { zoneMinutes, clock } = this.#parts;
    const today = Math.floor((clock.wallMs - AFTER_MS + zoneMinutes * MINUTE_MS) / DAY_MS);
    const names = [...this.#parts.accounts()].filter(({ terms }) => terms.dailyReport).map(({ terms }) => terms.name);
    const done = `${String(today)} ${names.join(" ")}`;
    if (done === this.#done || this.#working) return;
    this.#working = true;
    try {
      for (const name of names) {
        for (let day = today - MOST_MISSED; day < today; day++) await this.#write(name, day);
        await this.#clean(name);
      }
      this.#done = done;
    } catch (error) {
      this.#parts.failed(error instanceof Error ? error.message : String(error));
    } finally {
      this.#working = false;
    }
  }

  async #write(name: string, day: number): Promise<void> {
    const { store, dir, zoneMinutes } = this.#parts;
    const date = new Date(day * DAY_MS).toISOString().slice(0, 10);
    const folder = join(dir, name);
    if (existsSync(join(folder, `${date}.txt`))) return;
    const fromMs = day * DAY_MS - zoneMinutes * MINUTE_MS;
    const accounts = await store.query({ kind: "account", name });
    if (accounts.kind !== "account" || accounts.account === null || accounts.account.createdAtMs >= fromMs + DAY_MS) return;
    const answer = await store.query({ kind: "statement", name, fromMs, toMs: fromMs + DAY_MS });
    if (answer.kind !== "statement" || answer.statement === null) return;
    const figures = figuresOf(answer.statement, date, this.#parts.money);
    await mkdir(folder, { recursive: true, mode: 0o750 });
    await put(join(folder, `${date}.csv`), `\uFEFFfigure,value\r\n${figures.map(([figure, , value]) => `${figure},${value}\r\n`).join("")}`);
    // The page last: with it the day counts as written.
    await put(join(folder, `${date}.txt`), page(figures));
    this.#parts.written(name, date);
  }

  async #clean(name: string): Promise<void> {
    const { dir, clock, keepMs } = this.#parts;
    const folder = join(dir, name);
    const oldest = new Date(clock.wallMs - keepMs).toISOString().slice(0, 10);
    const files = await readdir(folder).catch(() => []);
    for (const file of files) if (/^\d{4}-\d{2}-\d{2}\.(csv|txt)$/.test(file) && file.slice(0, 10) < oldest) await rm(join(folder, file), { force: true });
  }
}

async function put(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o640 });
  await chmod(`${path}.new`, 0o640);
  await rename(`${path}.new`, path);
}

type Figure = readonly [name: string, chinese: string, value: string];

function figuresOf(statement: Statement, date: string, money: (micros: bigint) => string): readonly Figure[] {
  const { delivered, failed } = statement;
  const rate = delivered + failed === 0 ? "" : `${((delivered / (delivered + failed)) * 100).toFixed(2)}%`;
  return [
    ["account", "账户", statement.account], ["day", "日期", date], ["currency", "币种", statement.currency],
    ["opening", "期初余额", money(statement.openingMicros)], ["topups", "充值", money(statement.topUpsMicros)], ["charges", "扣费", money(statement.chargesMicros)],
    ["refunds", "退费", money(statement.refundsMicros)], ["held", "预扣中", money(statement.heldMicros)], ["closing", "期末余额", money(statement.closingMicros)],
    ["submitted", "提交", String(statement.submitted)], ["accepted", "接收", String(statement.messages)], ["segments", "计费条数", String(statement.segments)],
    ["delivered", "送达", String(delivered)], ["failed", "失败", String(failed)], ["pending", "待报告", String(statement.pending)], ["unknown", "未知", String(statement.unknown)],
    ["cancelled", "撤销", String(statement.cancelled)], ["success_rate", "成功率", rate], ["refused", "拒绝", String(statement.refusedMessages)],
    ...Object.entries(statement.refused).map(([outcome, count]): Figure => [`refused_${outcome}`, `其中 ${outcome}`, String(count)]),
    ["inbound", "上行", String(statement.inbound)], ["opt_outs", "退订", String(statement.optOuts)],
  ];
}

function page(figures: readonly Figure[]): string {
  return `${figures.map(([name, chinese, value]) => `${chinese} / ${name}: ${value}`).join("\n")}\n`;
}
