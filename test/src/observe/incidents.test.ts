/** Incidents: outages of operators and of the gateway as they stand in the ledger, with time moved by hand. */
import { expect } from "chai";
import { ManualClock } from "../../../protocols/wire/clock.js";
import type { Incident } from "../../../src/ledger/incident.js";
import { Incidents, type LastEnd } from "../../../src/observe/incidents.js";

class Road {
  readonly clock = new ManualClock(Date.UTC(2025, 10, 24, 4));
  readonly startMs = this.clock.wallMs;
  readonly rows: Incident[] = [];
  readonly alarms: string[] = [];
  kept: Incident[] = [];
  bound = true;
  waiting: string[] = [];
  #maintenance = false;
  readonly incidents = new Incidents({
    clock: this.clock,
    store: {
      change: (command) => {
        if (command.kind === "incident") this.rows.push(command.incident);
        return Promise.resolve({ ok: true, repeated: false });
      },
      query: () => Promise.resolve({ kind: "incidents" as const, incidents: this.kept }),
    },
    alarms: {
      set: (kind, _subject, on, detail) => {
        if (on !== this.#maintenance) this.alarms.push(`${on ? "+" : "-"}${kind} ${detail}`);
        this.#maintenance = on;
      },
    },
    operators: () => [{ name: "mobile", operatorNo: 1, anyBound: this.bound }],
    waitingFor: () => this.waiting,
    failed: () => undefined,
  });

  async start(last: LastEnd = { atMs: 0, reason: "" }): Promise<void> {
    await this.incidents.start(last);
    this.clock.onTick((nowMs) => this.incidents.tick(nowMs));
  }

  /** Relative to the start, in seconds. */
  get seen(): string[] {
    const at = (ms: number): string => (ms === 0 ? "…" : String(Math.round((ms - this.startMs) / 1_000)));
    return this.rows.map(({ kind, subject, begunMs, endedMs, accounts }) => `${kind} ${subject} ${at(begunMs)}-${at(endedMs)} ${accounts.join(",")}`);
  }
}

describe("incidents", () => {
  it("notes an operator's outage with the moments it began and ended and who waited, and no reconnect", async () => {
    const road = new Road();
    await road.start();
    road.clock.advance(10_000);
    road.bound = false;
    road.clock.advance(4_000);
    road.bound = true;
    road.clock.advance(10_000);
    expect(road.rows).to.deep.equal([]);
    road.bound = false;
    road.waiting = ["acme"];
    road.clock.advance(30_000);
    road.waiting = ["bank"];
    road.clock.advance(30_000);
    road.bound = true;
    road.clock.advance(10_000);
    // The tick looks once a second.
    expect(road.seen).to.deep.equal(["operator mobile 24-… acme", "operator mobile 24-84 acme,bank"]);
  });

  it("goes on, after a restart, with an outage that was open before it", async () => {
    const road = new Road();
    road.kept = [{ kind: "operator", subject: "mobile", begunMs: road.startMs - 60_000, endedMs: 0, announcedMs: 0, accounts: ["acme"], detail: "" }];
    road.bound = false;
    await road.start({ atMs: road.startMs - 5_000, reason: "stopped: SIGTERM" });
    road.clock.advance(20_000);
    road.bound = true;
    road.clock.advance(2_000);
    expect(road.seen).to.deep.equal(["restart gateway -5-0 ", "operator mobile -60-20 acme"]);
  });

  it("tells a restart from an end of its own, and nothing at the very first start", async () => {
    const crashed = new Road();
    await crashed.start({ atMs: crashed.startMs - 12_000, reason: "" });
    expect(crashed.seen).to.deep.equal(["gateway gateway -12-0 "]);
    const first = new Road();
    await first.start();
    expect(first.seen).to.deep.equal([]);
  });

  it("keeps the alarm of an announced interruption up until it is over", async () => {
    const road = new Road();
    await road.start();
    road.incidents.announced({ kind: "planned", subject: "gateway", begunMs: road.startMs + 60_000, endedMs: road.startMs + 120_000, announcedMs: road.startMs, accounts: [], detail: "new release" });
    road.clock.advance(119_000);
    expect(road.alarms).to.deep.equal(["+maintenance from 2025-11-24T04:01:00.000Z to 2025-11-24T04:02:00.000Z: new release"]);
    road.clock.advance(3_000);
    expect(road.alarms).to.have.length(2);
  });
});
