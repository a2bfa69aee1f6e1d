import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { makeHistory } from "../../../src/cli/bench-history.js";
import { listDays } from "../../../src/store/sqlite/paths.js";
import { openStore } from "../store/sqlite/open-store.js";

describe("the bench's history", () => {
  it("is a folder with sealed days and messages in today's file, whose books are clean", async () => {
    const dir = mkdtempSync(join(tmpdir(), "tollgate-test-"));
    try {
      await makeHistory({ dir, operator: "bench", zoneMinutes: 480, nowMs: Date.now(), today: 700, sealedDays: 2, perSealedDay: 300 });
      expect(listDays(dir)).to.have.length(3);
      const store = openStore(dir);
      await store.open();
      const answer = await store.query({ kind: "verify", full: true });
      await store.close();
      expect(answer).to.have.property("kind", "verify");
      expect(answer).to.have.nested.property("report.problems").deep.equal([]);
      expect(answer).to.have.nested.property("report.messages", 1_300);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
