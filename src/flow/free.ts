/**
 * Free: messages of the gateway itself, such as the confirmation of an opt-out: they cost nothing and wait for no answer; as segments sent they count.
 */
import type { Message } from "../../protocols/model/message.js";
import { Outcome } from "../../protocols/model/outcome.js";
import { findDestination, readText, type Accepted } from "./accept.js";
import type { LiveAccount } from "./accounts.js";
import type { Dispatcher } from "./dispatch.js";
import type { SubmitOrigin } from "./ports.js";
import { spool, type SpoolContext } from "./spool.js";
import type { Submission } from "./submission.js";

export interface FreeContext extends SpoolContext {
  readonly stopping: boolean;
  route(account: LiveAccount, destination: string): Dispatcher | undefined;
}

/** Where answers to them go. */
const NOBODY: SubmitOrigin = { answerSubmit: () => undefined, dropUnanswered: () => undefined, ended: false, protocolNo: 0 };

/** The way it goes, its text read into `found`; or why it cannot go. */
export function wayOfFree(context: FreeContext, account: LiveAccount, message: Message, found: Accepted): Dispatcher | Outcome {
  if (context.stopping) return Outcome.store_unavailable;
  const outcome = findDestination(message, found);
  if (outcome !== Outcome.ok) return outcome;
  const dispatcher = context.route(account, found.destination);
  if (dispatcher === undefined) return Outcome.no_route;
  const read = readText(account, message, 0, found);
  return read === Outcome.ok ? dispatcher : read;
}

export function spoolFree(context: FreeContext, dispatcher: Dispatcher, submission: Submission): typeof Outcome.ok {
  submission.origin = NOBODY;
  submission.receivedMs = context.clock.preciseMs();
  spool(context, dispatcher, submission);
  return Outcome.ok;
}
