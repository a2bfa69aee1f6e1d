/**
 * WireProtocol: the one shape every protocol gives the rest of the gateway, at both ends.
 *
 * src/customer talks to `CustomerSession`s (we are the message centre), src/operator to `OperatorLink`s
 * (we are the ESME / SP). Neither knows a PDU. Hot calls (`submit`, `answerSubmit`, `deliver`,
 * `submitAnswered`, `receipt`) allocate no closure and no promise; `ticket` objects are handed back as given.
 */
import type { Message } from "../model/message.js";
import type { Outcome } from "../model/outcome.js";
import type { Notice, Receipt } from "../model/receipt.js";
import type { MessageState } from "../model/state.js";
import type { Clock } from "./clock.js";
import type { PrintablePdu } from "./print.js";
import type { Sample, SampleRequest } from "./sample.js";

/** Where sessions report what a person may want to read; implemented by src/observe, which lets no peer fill the log. */
export interface WireLog {
  /** `event` is a constant word such as "frame_refused"; fields are already safe to print (no secrets, numbers masked). */
  event(level: "error" | "warn" | "info" | "debug", event: string, fields: Record<string, string | number | boolean>): void;
}

// ---------------------------------------------------------------- customer side

export type BindDirection = "transmit" | "receive" | "both";

export interface BindRequest {
  readonly systemId: string;
  readonly proof: BindProof;
  readonly direction: BindDirection;
  /** The version the session will speak, e.g. "3.4". */
  readonly version: string;
}

/**
 * A password in clear (SMPP), or a digest that can be checked against a shared secret (CMPP). Over a connection that we made
 * it may be that the customer has taken our own proof, so that none of his is due (SGIP).
 */
export type BindProof =
  | { readonly kind: "password"; readonly password: string }
  | { readonly kind: "digest"; matches(secret: Buffer): boolean }
  | { readonly kind: "called" };

export type BindVerdict =
  | { readonly accepted: true; /** Submits the customer may have unanswered. */ readonly window: number;
      /** Deliveries we may have unanswered. */ readonly deliverWindow: number;
      /** How coding 0 is to be read for this account. */ readonly alphabet0: Alphabet0;
      /** Submits must name the account's own id as the source of their content (CMPP Msg_src). */ readonly checkContentSource: boolean }
  | { readonly accepted: false; readonly reason: BindRefusal };

export type Alphabet0 = "gsm7" | "ascii" | "latin1" | "utf8";

export type BindRefusal =
  | "credentials" | "address_refused" | "too_many_binds" | "suspended" | "closed"
  | "too_many_failures" | "direction_refused" | "version_refused" | "shutting_down";

/** A customer's wish to take back a message: one by its id, or (messageId 0) all that wait from exactly `source` to `destination`, at most 1000. */
export interface CancelRequest {
  readonly messageId: number;
  /** "" where the customer gave none: then it is not compared (but the source where there is no id). */
  readonly source: string;
  readonly destination: string;
  readonly serviceType: string;
}

/** `too_late`: known, and the customer's own, but no longer waiting. `not_found` also for what belongs to others. */
export type CancelAnswer = "ok" | "not_found" | "too_late" | "unavailable";

/** A question about one message (submitted from `source`; "" = not compared), or about a day's figures ("YYYYMMDD", of one service type or of all). */
export type QueryRequest =
  | { readonly kind: "message"; readonly messageId: number; readonly source: string }
  | { readonly kind: "day"; readonly day: string; readonly serviceType: string | null };

export type QueryAnswer =
  | { readonly kind: "message"; readonly state: MessageState; /** As shown in its receipt, "000" when none. */ readonly error: string;
      /** Wall ms of its end, 0 while it has none. */ readonly finalAtMs: number }
  | { readonly kind: "day"; readonly counts: DayCounts }
  | { readonly kind: "not_found" }
  | { readonly kind: "unavailable" };

/** What an account's books say of one day. Messages to several destinations count once each. */
export interface DayCounts {
  readonly accepted: number;
  /** Taken by the operator, whatever became of them since. */
  readonly sent: number;
  /** Not yet sent. */
  readonly waiting: number;
  /** Ended without being delivered. */
  readonly failed: number;
  readonly inboundDelivered: number;
  readonly inboundWaiting: number;
  readonly inboundFailed: number;
}

/** What the customer answered to a delivery (or that it did not). */
export type DeliverAnswer = "ok" | "retry" | "refused" | "timeout";

export interface CustomerSession {
  /** Unique in this process. */
  readonly id: number;
  readonly protocol: string;
  /** The protocol's number, 1..15, as it stands on disk with what is submitted over it: 1 smpp, 2 cmpp. */
  readonly protocolNo: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly listener: string;
  /** The account at whose address we made this connection, by name; "" for one that a customer made. */
  readonly calledAccount: string;
  readonly connectedAtMs: number;
  /** "" until bound. */
  readonly version: string;
  readonly bound: boolean;
  readonly canReceive: boolean;
  /** A slot for src/customer's own object (the live bind); the protocol never looks at it. */
  owner: unknown;
  /** Answers the submit that came with `handle`. Safe when the session has gone. */
  answerSubmit(handle: number, outcome: Outcome, messageId: number): void;
  /** Answers the request that came with `handle`. Safe when the session has gone. */
  answerCancel(handle: number, answer: CancelAnswer): void;
  answerQuery(handle: number, answer: QueryAnswer): void;
  /** Keys of the submits that this session has answered last, with the id each was answered with; read when it has ended. */
  readonly answeredKeys: ReadonlyMap<number, number>;
  /** Sends a notice; false when the deliver window is full or the session cannot receive (nothing was sent). */
  deliver(notice: Notice): boolean;
  /** Free places in the deliver window. */
  readonly deliverFree: number;
  /** Submits received and not yet answered. */
  readonly unanswered: number;
  /** Stops / resumes reading the socket; this session's idle and enquire timers are frozen while paused. */
  pauseReading(): void;
  resumeReading(): void;
  /** Changes the submit window of a live bind. */
  setWindow(window: number): void;
  /** Stops taking new submits, flushes, asks the peer to part, closes at the latest after `withinMs`. */
  unbind(reason: string, withinMs: number): void;
  /** Closes at once. */
  destroy(reason: string): void;
}

export interface CustomerEvents {
  /** A connection was made; false refuses it (closed at once, no octet sent). */
  connected(session: CustomerSession): boolean;
  /** The customer asks to bind; call `answer` once, now or later. */
  bind(session: CustomerSession, request: BindRequest, answer: (verdict: BindVerdict) => void): void;
  /** A well-formed submit; answer it by `session.answerSubmit(handle, ...)`. */
  submit(session: CustomerSession, handle: number, message: Message): void;
  /** One submit to several destinations, 2 to 255: accepted or refused together; answered once, with the first message's id. */
  submitAll(session: CustomerSession, handle: number, messages: readonly Message[]): void;
  /** Answer by `session.answerCancel(handle, ...)`. */
  cancel(session: CustomerSession, handle: number, request: CancelRequest): void;
  /** Answer by `session.answerQuery(handle, ...)`. */
  query(session: CustomerSession, handle: number, request: QueryRequest): void;
  /** The protocol refused a submit by itself (malformed field, over window); already answered. For counting. */
  refused(session: CustomerSession, outcome: Outcome, detail: string): void;
  /** The customer dealt with a notice. */
  delivered(session: CustomerSession, notice: Notice, answer: DeliverAnswer): void;
  /** Places became free in the deliver window (called at most once a read, not once a place). */
  deliverWindowOpen(session: CustomerSession): void;
  /** The session is over; `unanswered` are notices sent and not answered. */
  closed(session: CustomerSession, reason: string, unanswered: Notice[]): void;
}

export interface SessionTimers {
  /** Connect to bind. */ readonly bindMs: number;
  /** Quiet time before we probe. */ readonly enquireMs: number;
  /** No transaction for this long ends the session; 0 = never. */ readonly idleMs: number;
  /** Our request to its answer. */ readonly responseMs: number;
  /** A partly received frame may be this old. */ readonly frameMs: number;
  /** How long octets may wait for a peer that does not read. */ readonly writeStallMs: number;
}

/** What a customer's session needs, whoever made the connection. */
export interface CustomerOptions {
  /** The listener's. */
  readonly name: string;
  readonly timers: SessionTimers;
  /** Octets that may wait in our send buffer before the reader is cut off. */
  readonly maxSendBufferOctets: number;
  /** The name we give in bind answers. */
  readonly systemId: string;
  /** Number of this gateway among those that share customers, 0..63; part of every message id. */
  readonly node: number;
  /** The protocol's own listener settings, as its `listenSettings` describes. */
  readonly settings: ProtocolSettings;
  readonly clock: Clock;
  readonly log: WireLog;
}

export interface ListenOptions extends CustomerOptions {
  readonly host: string;
  readonly port: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
}

export interface DialOptions extends CustomerOptions {
  /** Where the customer waits for us. */
  readonly host: string;
  readonly port: number;
  /** The account that waits there. */
  readonly account: string;
  /** The secret we share with it, as it is now, where we have to prove ourselves by it; null = none. */
  secret(): Buffer | null;
  readonly reconnectMinMs: number;
  readonly reconnectMaxMs: number;
}

/** One customer's address at which we connect to him: a session at a time, which comes by the same events as any other. */
export interface CustomerCall {
  /** A connection is being made or stands. */
  readonly connected: boolean;
  /** Connects, and again with back-off whenever that fails or ends, until `stop`; a second call changes nothing. */
  start(): void;
  /** Connects no more, and parts from the session there is, at the latest after `withinMs`. */
  stop(reason: string, withinMs: number): void;
}

export interface Listener {
  readonly address: { readonly host: string; readonly port: number };
  readonly connections: number;
  /** Stops accepting; live sessions stay. */
  stopAccepting(): void;
  /** Closes the listener and every session still open. */
  close(): Promise<void>;
}

// ---------------------------------------------------------------- operator side

/** What an operator's refusal asks of us, by status; the raw status is kept beside it. */
export type Reaction =
  | "ok"
  /** Try the same message again later on this operator. */ | "retry"
  /** As retry, and slow this link down. */ | "slow_down"
  /** This message will never be taken: final. */ | "refuse"
  /** As refuse, and tell an operator person: our configuration is wrong. */ | "refuse_alarm"
  /** Close the link and bind again with back-off; the message is tried again. */ | "rebind";

export interface SubmitAnswer {
  readonly reaction: Reaction;
  /** The operator's raw status number. */
  readonly status: number;
  readonly statusName: string;
  /** "" when it gave none. */
  readonly operatorMessageId: string;
}

export interface OperatorLink {
  readonly name: string;
  readonly bound: boolean;
  /** Free places in the submit window now; 0 when not bound. */
  readonly windowFree: number;
  readonly outstanding: number;
  readonly oldestOutstandingMs: number;
  owner: unknown;
  /** Writes one submit; false when not bound or window full (nothing was written). `ticket` comes back in events. */
  submit(message: Message, ticket: object): boolean;
  /** Answers an operator's deliver: "ok" once it is on disk, "retry" when we cannot store it now, "refused" for ever. */
  answerDeliver(handle: number, answer: "ok" | "retry" | "refused"): void;
  /** Parts cleanly: no new submits, waits for answers and the peer's consent up to `withinMs`. Does not reconnect. */
  unbind(withinMs: number): Promise<void>;
  /** Starts (or starts again) dialling. */
  start(): void;
  /** Closes the connection now and dials again with back-off. */
  reconnect(reason: string): void;
  /** Closes now; does not reconnect. */
  destroy(reason: string): void;
}

export interface OperatorEvents {
  bound(link: OperatorLink): void;
  /** The connection ended or could not be made; `unanswered` are tickets written and not answered. */
  down(link: OperatorLink, reason: string, unanswered: object[]): void;
  submitAnswered(link: OperatorLink, ticket: object, answer: SubmitAnswer): void;
  /** No answer within the response time. A late answer still comes as submitAnswered while the link lives. */
  submitTimedOut(link: OperatorLink, ticket: object): void;
  receipt(link: OperatorLink, handle: number, receipt: Receipt): void;
  inbound(link: OperatorLink, handle: number, message: Message): void;
  /** Places became free in the submit window (once a read). */
  windowOpen(link: OperatorLink): void;
}

export interface LinkOptions {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly systemId: string;
  readonly password: string;
  readonly window: number;
  readonly timers: SessionTimers;
  readonly reconnectMinMs: number;
  readonly reconnectMaxMs: number;
  readonly maxSendBufferOctets: number;
  /** The protocol's own link settings, as its settings table describes (bind mode, TON/NPI, quirks). */
  readonly settings: ProtocolSettings;
  readonly clock: Clock;
  readonly log: WireLog;
}

/** A protocol's own settings of one listener or link, by name. */
export type ProtocolSettings = Readonly<Record<string, string | number | boolean>>;

/** How the parts of one text are to go out over a link. */
export type Plan =
  /** By part: null = as it is, else the messages it goes out as (its own fields, cut and coded anew, no ids). */
  | { readonly possible: true; readonly parts: readonly (readonly Message[] | null)[] }
  | { readonly possible: false; readonly outcome: Outcome };

export interface PlanOptions {
  /** Concatenation reference for texts that had none, 0..65535. */
  readonly reference: number;
  /** Put in front of the text (a fixed signature), "" = nothing. */
  readonly prefix: string;
}

export interface WireProtocol {
  readonly name: string;
  /** The TCP port it is usually spoken on, and the submits a link of it usually has unanswered: defaults of the configuration. */
  readonly usualPort: number;
  readonly usualWindow: number;
  /** How its customers prove to be an account: by the account's name and password, or by its SP_Id and a digest of the shared secret. */
  readonly proof: Exclude<BindProof["kind"], "called">;
  /** The form of the name that we bind with, and of the secret: what the wire can carry. Where customers prove a digest, of their names too. */
  readonly bindName?: NameForm;
  readonly bindSecret?: NameForm;
  /** Most octets that the password of a customer's bind can have on the wire, where the protocol has passwords. */
  readonly maxPasswordOctets?: number;
  /** The versions that a customer's bind may come to speak, as `BindRequest.version` names them. */
  readonly versions: readonly string[];
  /** An operator's message ids have one form in answers and receipts, so that no other base is tried. Absent: operators spell them as they like. */
  readonly exactIds?: boolean;
  listen(options: ListenOptions, events: CustomerEvents): Promise<Listener>;
  /** For protocols in which the message centre connects to a customer, to deliver or to call for a bind; nothing is done before `start`. */
  dial?(options: DialOptions, events: CustomerEvents): CustomerCall;
  connect(options: LinkOptions, events: OperatorEvents): OperatorLink;
  /** Settings an operator may give per listener, likewise. */
  readonly listenSettings: readonly SettingDescription[];
  /**
   * How the parts of one text (one message, or all segments of a long one in order) go out over a link with these settings.
   * Pure; called once a message that is long, in parts, or of another encoding than the link speaks.
   */
  plan(parts: readonly Message[], settings: ProtocolSettings, options: PlanOptions): Plan;
  /** Whether a lone message goes out over such a link just as it is, so that no plan is needed. Cheap: asked for every message. */
  fits(message: Message, settings: ProtocolSettings): boolean;
  /** One whole frame for human eyes. */
  describe(frame: Buffer): PrintablePdu;
  /** Settings an operator may give per link, for config/schema.ts: name, type, default, meaning. */
  readonly linkSettings: readonly SettingDescription[];
  /** What makes no sense in a link's settings although each of them keeps to its description. */
  linkFaults?(settings: ProtocolSettings): readonly SettingFault[];
  /** The status that an outcome is answered with, for `tollgate explain`. */
  explainOutcome(outcome: Outcome): { readonly status: number; readonly name: string };
  /** Whether people write its statuses in hexadecimal; absent: in decimal. */
  readonly statusesInHex?: boolean;
  /** A submit as a customer's interface sheet shows it; absent: the sheet has none of this protocol. */
  sample?(request: SampleRequest): Sample;
  /** Name and meaning of a raw status of this protocol. */
  explainStatus(status: number): { readonly name: string; readonly meaning: string; readonly reaction: Reaction };
  /** Numbers in other answers than a submit's, where they mean something of their own. */
  readonly otherStatuses?: readonly StatusTable[];
  /** Every status this protocol knows, by number: the closed list that metrics may show by name. */
  readonly statusNames: ReadonlyMap<number, string>;
  /** The form of our message id that customers of this protocol see; `settings` are a listener's. */
  formatMessageId(id: number, settings: ProtocolSettings): string;
  /** Our id from that form, 0 when it is none; `nowMs` (wall) says which year an id without one is of. */
  parseMessageId(text: string, settings: ProtocolSettings, nowMs: number): number;
}

export interface NameForm {
  readonly shape: RegExp;
  /** What it is called there, and what it has: "SP_Id", "1 to 6 printable characters". */
  readonly called: string;
  readonly words: string;
}

/** The numbers of one field, and what they say. */
export interface StatusTable {
  /** The field they stand in: "Status of CONNECT_RESP". */
  readonly of: string;
  readonly names: ReadonlyMap<number, string>;
  /** What a number says, and what follows from it, in a sentence. */
  explain(status: number): { readonly name: string; readonly meaning: string; readonly action: string };
}

export interface SettingFault {
  /** The setting's. */
  readonly name: string;
  /** In words that follow it: "X is no WORD=state". */
  readonly fault: string;
}

export interface SettingDescription {
  readonly name: string;
  readonly type: "string" | "number" | "boolean";
  readonly default: string | number | boolean;
  readonly choices?: readonly (string | number)[];
  /** Of a number, which is a whole one then; `max` of a string: its most characters. */
  readonly min?: number;
  readonly max?: number;
  readonly help: string;
}
