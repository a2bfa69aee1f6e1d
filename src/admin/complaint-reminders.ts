/**
 * Complaint reminders: raises an alarm before a complaint is due and another when it is overdue; each once, cleared when it was answered.
 *
 * After a restart what stands raised is taken over, so that an answer given meanwhile clears it.
 */
import type { AlarmSink } from "../contract/alarm.js";
import type { Complaint } from "../ledger/complaint.js";
import type { Answer, Query } from "../store/query.js";

/** Complaints looked at; those due first. */
const MOST = 1_000;
const EVERY_MS = 60_000;

export interface RemindersOptions {
  query(query: Query): Promise<Answer>;
  /** Asked at each look: how long before it is due. */
  reminderMs(): number;
  readonly alarms: AlarmSink;
  /** Subjects of complaint_due that stand from before the start. */
  raised(): readonly string[];
  /** A register that could not be read: told, and tried again at the next look. */
  failed(reason: string): void;
}

export class ComplaintReminders {
  readonly #options: RemindersOptions;
  /** Subjects raised and not cleared yet; null before the first look. */
  #raised: ReadonlySet<string> | null = null;
  #looking = false;
  #lookedAtMs = -Infinity;

  constructor(options: RemindersOptions) {
    this.#options = options;
  }

  /** Looks once a minute, however often it is called. */
  tick(nowMs: number, wallMs: number): void {
    if (nowMs - this.#lookedAtMs < EVERY_MS) return;
    this.#lookedAtMs = nowMs;
    void this.look(wallMs);
  }

  /** One look at the register, as of `wallMs`. A look still under way goes on alone. */
  async look(wallMs: number): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const answer = await this.#options.query({ kind: "complaints", which: "open", limit: MOST });
      if (answer.kind === "complaints") this.#tell(answer.complaints, wallMs);
    } catch (error) {
      this.#options.failed(error instanceof Error ? error.message : String(error));
    } finally {
      this.#looking = false;
    }
  }

  #tell(open: readonly Complaint[], wallMs: number): void {
    const { alarms } = this.#options;
    const reminderMs = this.#options.reminderMs();
    const raised = (this.#raised ??= new Set(this.#options.raised()));
    const now = new Set<string>();
    for (const { id, dueMs, source, account } of open) {
      const whose = account === "" ? "" : `, about account ${account}`;
      if (wallMs >= dueMs - reminderMs) this.#set(now, `complaint ${id}`, `complaint ${id} from ${source}${whose} is to be answered by ${new Date(dueMs).toISOString()}`);
      if (wallMs >= dueMs) this.#set(now, `complaint ${id} overdue`, `complaint ${id} from ${source}${whose} should have been answered by ${new Date(dueMs).toISOString()}`);
    }
    for (const subject of raised) if (!now.has(subject)) alarms.set("complaint_due", subject, false, `${subject}: answered`);
    this.#raised = now;
  }

  #set(now: Set<string>, subject: string, detail: string): void {
    now.add(subject);
    if (this.#raised?.has(subject) !== true) this.#options.alarms.set("complaint_due", subject, true, detail);
  }
}
