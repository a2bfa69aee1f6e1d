/**
 * A process that submits to a store as fast as it can and says what it was told, until it is killed.
 *
 * argv: data folder, account number, first sequence number. Lines on stdout: "ready", then "ok ID" for each acceptance.
 */
import { writeSync } from "node:fs";
import { newMessage } from "../../../../protocols/model/message.js";
import { MessageState } from "../../../../protocols/model/state.js";
import { systemClock } from "../../../../protocols/wire/clock.js";
import { messageId } from "../../../../protocols/model/message-id.js";
import { Commit } from "../../../../src/store/store.js";
import { openStore } from "./open-store.js";

const [dir = "", account = "0", first = "0"] = process.argv.slice(2);
const clock = systemClock();
const store = openStore(dir);
await store.open();
writeSync(1, "ready\n");

for (let bind = 0; bind < 20; bind++) {
  const message = newMessage();
  message.id = messageId(Math.floor(clock.wallMs / 1_000), 0, Number(first) + bind);
  message.destination = `1380013${8_000 + bind}`;
  message.octets = Buffer.from("hello");
  message.receiptWanted = 3;
  message.expiresAtMs = clock.wallMs + 86_400_000;
  // Some wait, some are out at once.
  const state = bind % 3 === 0 ? MessageState.queued : MessageState.dispatched;
  const key = `K${message.id}`;
  setImmediate(() => {
    store.accept({
      message, accountNo: Number(account), laneNo: 4, state, operatorNo: 1, linkNo: 1, segments: 1, chargeMicros: 35_000, wordsVersion: 1, dueMs: 0, flags: "", signatureNo: 0, partIds: 0, firstPartId: 0, review: null,
      committed(result) {
        if (result !== Commit.ok) return;
        writeSync(1, `ok ${message.id}\n`);
        if (state !== MessageState.dispatched) return;
        store.sent(null, message.id, 1, 1, key);
        store.receipt({
          operatorNo: 1, candidates: [key], matched: -1, committed: () => undefined,
          receipt: {
            operatorMessageId: key, alternateId: "", state: bind % 2 === 0 ? MessageState.delivered : MessageState.undeliverable, final: true, stateWord: "",
            error: "000", source: "", destination: message.destination, doneAtMs: 0, raw: Buffer.alloc(0),
          },
        });
      },
    });
  });
}
