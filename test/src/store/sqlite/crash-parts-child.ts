/**
 * A process that submits to several at once, sends messages in parts and takes some back, as fast as it can, until it is killed.
 *
 * argv: data folder, account number, first sequence number. Lines on stdout: "ready", then "group ID" and "split ID" as they are committed.
 */
import { writeSync } from "node:fs";
import { newMessage } from "../../../../protocols/model/message.js";
import type { Message } from "../../../../protocols/model/message.js";
import { MessageState } from "../../../../protocols/model/state.js";
import { systemClock } from "../../../../protocols/wire/clock.js";
import { messageId } from "../../../../protocols/model/message-id.js";
import { Commit } from "../../../../src/store/store.js";
import type { AcceptIntent } from "../../../../src/store/store.js";
import { openStore } from "./open-store.js";

const [dir = "", account = "0", first = "0"] = process.argv.slice(2);
const clock = systemClock();
const store = openStore(dir);
await store.open();
writeSync(1, "ready\n");

const accountNo = Number(account);
const PARTS = 3;
const WAVES = 60;
const NOTHING = { committed: () => undefined };

function message(sequence: number): Message {
  const made = newMessage();
  made.id = messageId(Math.floor(clock.wallMs / 1_000), 0, Number(first) + sequence);
  made.destination = `1380013${8_000 + sequence}`;
  made.octets = Buffer.from("hello");
  made.receiptWanted = 3;
  made.expiresAtMs = clock.wallMs + 86_400_000;
  return made;
}

/** The first part of every other message stands right behind it, of the others behind the group beside it. */
function firstOf(id: number): number {
  return id + (Math.floor(id / 10) % 2 === 0 ? 1 : 7);
}

function accepting(sequence: number, state: MessageState, committed: (result: Commit) => void): AcceptIntent {
  const made = message(sequence);
  return {
    message: made, accountNo, laneNo: 4, state, operatorNo: 1, linkNo: 1, segments: 1, chargeMicros: 35_000, wordsVersion: 1,
    dueMs: state === MessageState.held ? clock.wallMs + 60_000 : 0, flags: "", signatureNo: 0, partIds: state === MessageState.held ? PARTS : 0, firstPartId: firstOf(made.id), review: null, committed,
  };
}

/** Sends and reports the parts of a message, or breaks it at one of them. */
function goOn(id: number, broken: boolean): void {
  for (let no = 1; no <= PARTS; no++) {
    const part = firstOf(id) + no - 1;
    const key = `P${part}`;
    store.dispatch({
      committed: (result) => {
        if (result !== Commit.ok) return;
        if (broken && no === 2) {
          store.refused(NOTHING, part, 1, 11, "ESME_RINVDSTADR");
          return;
        }
        store.sent(null, part, 1, 1, key);
        store.receipt({
          operatorNo: 1, candidates: [key], matched: -1, committed: () => undefined,
          receipt: {
            operatorMessageId: key, alternateId: "", state: MessageState.delivered, final: true, stateWord: "", error: "000", source: "",
            destination: "", doneAtMs: 0, raw: Buffer.alloc(0),
          },
        });
      },
    }, part, 1, 1, 1);
  }
}

/** A message in parts, a group beside it, and the next ones once those are on disk. */
function wave(no: number): void {
  if (no === WAVES) return;
  const at = no * 10;
  const whole = accepting(at, MessageState.held, (result) => {
    if (result !== Commit.ok) return;
    const { id } = whole.message;
    const parts = Array.from({ length: PARTS }, (_, i) => ({ message: message(at + 1 + i), laneNo: 4, operatorNo: 1 }));
    parts.forEach((part, i) => (part.message.id = firstOf(id) + i));
    store.split({
      committed: (split) => {
        if (split !== Commit.ok) return;
        writeSync(1, `split ${id}\n`);
        if (no % 4 === 3) store.cancel({ accountNo, messageId: id, source: "", destination: "", serviceType: "", committed: () => undefined });
        else goOn(id, no % 4 === 2);
        wave(no + 1);
      },
    }, id, 1, 0, parts);
  });
  store.accept(whole);
  const group = [4, 5, 6].map((one) => accepting(at + one, one === 4 ? MessageState.dispatched : MessageState.queued, (result) => {
    if (result === Commit.ok && one === 4) writeSync(1, `group ${group[0]?.message.id ?? 0}\n`);
  }));
  group.forEach((each, i) => (each.message.id = (group[0]?.message.id ?? 0) + i));
  store.acceptAll(group);
}

wave(0);
