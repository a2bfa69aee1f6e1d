/**
 * Every setting of the configuration file, once: its type, default, limits, unit and meaning.
 *
 * From this come the validation (load.ts), what `tollgate check-config` prints (check.ts) and
 * config/tollgate.example.toml (example.ts). Names in the file are snake_case.
 */
import { choice, duration, durations, int, list, section, text, texts, yesNo } from "./setting.js";
import type { Fields, List, Section, ValuesOf } from "./setting.js";

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;
const NAME_FORM = "letters, digits, - _ .";
const HOST = /^[^\s/]+$/;
const HOST_FORM = "a host name or address without spaces";
const AMOUNT = /^\d{1,12}(\.\d{1,6})?$/;
const AMOUNT_FORM = 'an amount such as "0.035", at most six decimals';

const DIGITS = /^\d{1,21}$/;

/** The three ways to give a secret; exactly one must be used (load.ts sees to it). */
const SECRET = {
  password: text({
    optional: true, max: 128, secret: true, example: "secret",
    help: "The password (CMPP: shared secret) itself. Exactly one of password, password_file and password_credential must be given.",
  }),
  password_file: text({
    optional: true, max: 4_096, example: "/etc/tollgate/operator.secret",
    help: "A file that holds the password in its first line; relative to this file.",
  }),
  password_credential: text({
    optional: true, max: 255, example: "operator-password", pattern: /^[^/\s]+$/, form: "a file name",
    help: "The name of a systemd credential (LoadCredential=) that holds the password: a file in $CREDENTIALS_DIRECTORY.",
  }),
};

export const SCHEMA = {
  data: section("What is kept on disk, and for how long.", {
    dir: text({
      default: "./var", max: 4_096,
      help: "Folder of the store and of the admin socket; relative to the working directory of the daemon. Made when it is not there.",
    }),
    utc_offset_minutes: int({
      default: 480, min: -720, max: 840, unit: "minutes ahead of UTC",
      help: "The business time zone: it cuts the days of files and statements. 480 is UTC+8. Do not change it on a folder in use.",
    }),
    retention: duration({
      default: "150d", min: "1d", max: "3650d",
      help: "Days older than this are deleted once they are sealed. Whole days.",
    }),
    receipt_horizon: duration({
      default: "72h", min: "1m", max: "30d",
      help: "A message sent this long ago without a final receipt becomes UNKNOWN and is settled by its account's terms.",
    }),
    max_queued: int({
      default: 20_000_000, min: 1, max: 1_000_000_000, unit: "messages",
      help: "Messages of all accounts that may wait on disk (in queue, for siblings, for their time, for another try); beyond it submits are answered queue_full.",
    }),
    min_free_disk_mb: int({
      default: 512, min: 0, max: 10_000_000, unit: "MiB",
      help: "With less free disk than this, new submits are answered store_unavailable; receipts are still taken.",
    }),
    node: int({
      default: 0, min: 0, max: 63,
      help: "This machine's number inside message ids. Two gateways that share customers must differ.",
    }),
  }),

  secrets: section("The key under which the shared secrets of accounts (CMPP) are kept, and the keys of encrypted texts ([privacy] encrypt_bodies). With neither setting: secret.key in [data] dir, made on first need.", {
    key_file: text({
      optional: true, max: 4_096, example: "/etc/tollgate/secret.key",
      help: "A file with the key: 32 octets, or 64 hexadecimal digits or base64 in its first line; relative to this file. No others may read it.",
    }),
    key_credential: text({
      optional: true, max: 255, example: "secret.key", pattern: /^[^/\s]+$/, form: "a file name",
      help: "The name of a systemd credential (LoadCredential=) that holds the key.",
    }),
  }),

  listen: list("A port that customers bind to. At least one.", {
    name: text({
      optional: true, max: 32, pattern: NAME, form: NAME_FORM, example: "public",
      help: "Shown in logs and metrics. When absent: protocol and port, such as smpp-2775.",
    }),
    protocol: text({ default: "smpp", max: 16, help: "The protocol customers speak here, one of those below." }),
    host: text({ default: "127.0.0.1", max: 255, pattern: HOST, form: HOST_FORM, help: 'The address to listen on; "0.0.0.0" is every IPv4 one.' }),
    port: int({
      optional: true, min: 0, max: 65_535, example: 2775,
      help: "The TCP port; 0 takes any free one. When absent: the protocol's usual one.",
    }),
    max_connections: int({
      default: 2_000, min: 1, max: 50_000, unit: "connections",
      help: "More are closed at once, bound or not. Keep the service's LimitNOFILE above it.",
    }),
    max_connections_per_address: int({
      default: 500, min: 1, max: 50_000, unit: "connections", help: "The same, counted for one remote address.",
    }),
    system_id: text({ default: "tollgate", max: 15, pattern: /^[\x20-\x7e]+$/, form: "printable ASCII", help: "The name we give in answers to binds." }),
  }),

  operator: list("An operator's message centre, to which we bind. Without any, an enabled simulator is used.", {
    name: text({ required: true, max: 32, pattern: NAME, form: NAME_FORM, example: "mobile", help: "Shown in logs, metrics and accounts. The store remembers it: do not rename one in use." }),
    protocol: text({ default: "smpp", max: 16, help: "The protocol this operator speaks, one of those below." }),
    host: text({ required: true, max: 255, pattern: HOST, form: HOST_FORM, example: "127.0.0.1", help: "The operator's host name or address." }),
    port: int({ optional: true, min: 1, max: 65_535, example: 2775, help: "The operator's TCP port. When absent: the protocol's usual one." }),
    system_id: text({ required: true, max: 32, example: "tollgate", help: "The name we bind with, in the form that the protocol has for it (cmpp: our SP_Id)." }),
    ...SECRET,
    links: int({ default: 1, min: 1, max: 64, unit: "connections", help: "Binds held in parallel." }),
    window: int({
      optional: true, min: 1, max: 10_000, unit: "messages", example: 100,
      help: "Submits a link may have unanswered. When absent: what is usual for the protocol.",
    }),
    rate: int({ optional: true, min: 1, max: 1_000_000, unit: "messages a second", example: 200, help: "Most submits a second over each link. When absent: unlimited." }),
    uncertain: choice({
      default: "resend", of: ["resend", "hold", "fail"],
      help: "What becomes of a message written but never answered, after uncertain_wait: resend it once, hold it for a person, or fail it.",
    }),
    uncertain_wait: duration({ default: "30s", min: "1s", max: "24h", help: "Grace for a late answer or receipt before `uncertain` applies." }),
    uncertain_deadline: duration({ default: "72h", min: "1m", max: "30d", help: "A message still uncertain after this is UNKNOWN and is settled by its account's terms." }),
    id_style: choice({
      default: "auto", of: ["auto", "text", "hex_in_receipt", "decimal_in_receipt"],
      help: "How this operator writes its message id in receipts, against its answers: learned (auto), the same text, or one in hexadecimal and the other in decimal.",
    }),
    reconnect_min: duration({ default: "1s", min: "100ms", max: "10m", help: "First pause before dialling again; it doubles, with jitter." }),
    reconnect_max: duration({ default: "1m", min: "100ms", max: "1h", help: "Longest pause before dialling again." }),
  }),

  route: list("Which operator a message goes to: of the rules that fit, one of the account itself comes before one for all, then the longest prefix wins. Where none fits: the account's own operator, else the first above. Read again on reload (SIGHUP).", {
    account: text({ default: "*", max: 15, pattern: /^(\*|[a-z0-9][a-z0-9_-]*)$/, form: 'an account\'s name, or "*" for all', help: "Whose messages." }),
    prefix: text({
      default: "", empty: true, max: 24, pattern: /^(\+|00)?[0-9 -]*$/, form: "digits, with + in front of a calling code",
      help: "Beginning of the destination, such as 138 or +852; + alone is everything abroad, an empty one everything.",
    }),
    operator: text({ required: true, max: 32, pattern: NAME, form: NAME_FORM, example: "mobile", help: "The [[operator]] that it goes to." }),
    note: text({ default: "", empty: true, max: 200, help: "For people: why this rule is here." }),
  }),

  cost: list("What operators charge us for a segment, for the owner's statement: the longest prefix, then the latest date not after it counts. A day's cost is fixed once the day is closed. Read again on reload (SIGHUP).", {
    operator: text({ required: true, max: 32, pattern: NAME, form: NAME_FORM, example: "mobile", help: "The [[operator]] that charges it." }),
    price: text({ required: true, max: 16, pattern: /^[0-9]{1,9}(\.[0-9]{1,6})?$/, form: "an amount with at most 6 decimals", example: "0.030", help: "For one segment." }),
    prefix: text({ default: "", empty: true, max: 24, pattern: /^(\+|00)?[0-9 -]*$/, form: "digits, with + in front of a calling code", help: "Beginning of the destinations it is for; an empty one is for all." }),
    from: text({ default: "2000-01-01", max: 10, pattern: /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, form: "a day, such as 2026-01-01", help: "The day from which on it is charged, in the business time zone." }),
    charged: choice({ default: "sent", of: ["sent", "delivered"], help: "For what the operator took, or only for what it delivered." }),
  }),

  http: section("Metrics, health and readiness.", {
    enabled: yesNo({ default: true, help: "Whether to serve them at all." }),
    host: text({ default: "127.0.0.1", max: 255, pattern: HOST, form: HOST_FORM, help: "The address to listen on. There is no login: keep it private." }),
    port: int({ default: 9464, min: 0, max: 65_535, help: "The TCP port; 0 takes any free one." }),
  }),

  filter: section("The keyword filter, and the gathering of long messages for it.", {
    keywords: texts({
      default: [], most: 1_000, example: ["keywords/fraud.txt"],
      help: "Word lists, one word a line; relative to this file. Read again on reload (SIGHUP).",
    }),
    max_inserted: int({ default: 4, min: 0, max: 20, unit: "characters", help: "Most symbols put between two characters of a word that are looked past." }),
    gather_time: duration({ default: "30s", min: "1s", max: "10m", help: "How long the segments of a long message may take to arrive." }),
    max_gathering: int({ default: 100_000, min: 1, max: 10_000_000, unit: "segments", help: "Segments of all accounts that may wait for their siblings; beyond it queue_full." }),
    gathering_share: int({ default: 50, min: 1, max: 100, unit: "%", help: "How much of max_gathering one account may take; beyond it queue_full." }),
    incomplete: choice({ default: "send", of: ["send", "refuse"], help: "Segments whose siblings never came: screen what is there and send each, or refuse it by receipt." }),
    fragment_memory: duration({
      default: "1h", min: "1m", max: "7d",
      help: "How long a segment that was sent without its siblings is remembered: one that comes later is screened together with it. As many as max_gathering; what finds no room is refused by receipt. A restart forgets them.",
    }),
  }),

  limits: section("Timers and bounds of every connection, and of the daemon.", {
    bind_deadline: duration({ default: "10s", min: "100ms", max: "5m", help: "From connect to bind." }),
    enquire_interval: duration({ default: "30s", min: "1s", max: "1h", help: "Quiet time before we probe the other side." }),
    idle_timeout: duration({ default: "0s", min: "0s", max: "7d", help: "A customer's bind that sends no message, no answer and no enquire_link for this long is ended; answering our probes keeps it. 0s is never." }),
    response_timeout: duration({ default: "30s", min: "1s", max: "10m", help: "From a request of ours to its answer." }),
    frame_timeout: duration({ default: "10s", min: "100ms", max: "5m", help: "How old a partly received packet may be." }),
    write_stall: duration({ default: "15s", min: "1s", max: "10m", help: "How long octets may wait for a peer that does not read, before it is cut off." }),
    max_send_buffer_kb: int({ default: 1_024, min: 16, max: 1_048_576, unit: "KiB a connection", help: "Octets that may wait for a peer that does not read, before it is cut off." }),
    failed_binds_per_minute: int({ default: 10, min: 1, max: 100_000, unit: "binds a minute", help: "Failed binds of one address and name, after which further ones are refused unread." }),
    max_store_pending: int({ default: 5_000, min: 100, max: 1_000_000, unit: "intents", help: "Work handed to the store and not yet on disk, above which customers are not read." }),
    drain_time: duration({ default: "10s", min: "0s", max: "10m", help: "Longest time a stop may take to finish windows and part cleanly. Keep it below TimeoutStopSec." }),
  }),

  retry: section("Messages that the operator refused for the moment.", {
    delays: durations({ default: ["5s", "30s", "2m", "10m", "30m"], min: "100ms", max: "24h", most: 16, help: "Pause before each further try; the last one repeats." }),
    max_attempts: int({ default: 6, min: 1, max: 100, unit: "attempts", help: "Tries in all, after which the message is undeliverable and its money released." }),
  }),

  outbox: section("Receipts and inbound messages that the customer did not take.", {
    retry_min: duration({ default: "1s", min: "100ms", max: "1h", help: "First pause before it is offered again; it doubles." }),
    retry_max: duration({ default: "5m", min: "100ms", max: "24h", help: "Longest pause before it is offered again." }),
    retention: duration({ default: "7d", min: "1h", max: "60d", help: "What the customer has not taken for so long is no longer delivered, only kept in its day's file; until then that day stays open." }),
  }),

  simulator: section("A simulated operator inside the daemon, for trying things out.", {
    enabled: yesNo({ default: false, help: "Whether to run it. With no [[operator]] at all, one that binds to it is supplied." }),
    host: text({ default: "127.0.0.1", max: 255, pattern: HOST, form: HOST_FORM, help: "The address it listens on." }),
    port: int({ default: 2776, min: 1, max: 65_535, help: "The TCP port it listens on." }),
    cmpp_port: int({ default: 0, min: 0, max: 65_535, help: "The TCP port it speaks CMPP on as well, for an [[operator]] of that protocol; 0 is none." }),
    latency: duration({ default: "0s", min: "0s", max: "1m", help: "Time it takes to answer a submit." }),
    receipt_delay: duration({ default: "100ms", min: "0s", max: "1h", help: "Time from its answer to its receipt." }),
  }),

  privacy: section("How what is personal is kept in the days' books, and how long, where that is shorter than the day itself ([data] retention). What was charged stays; the audit log is kept for ever.", {
    texts_days: int({ default: 0, min: 0, max: 3_650, unit: "days", help: "After so many days the texts of messages are overwritten, those that phones sent and those refused too. 0 is as long as the day is kept." }),
    numbers_days: int({ default: 0, min: 0, max: 3_650, unit: "days", help: "After so many days telephone numbers are masked. 0 is as long as the day is kept." }),
    inbound_days: int({ default: 0, min: 0, max: 3_650, unit: "days", help: "After so many days messages from phones lose text and number. 0 is as long as the day is kept." }),
    encrypt_bodies: yesNo({
      default: false,
      help: "What messages say is encrypted on disk (AES-256-GCM), under a key a day, which is kept in ledger.db under the key of [secrets]: that one is needed at every start from then on. Times, numbers and counts stay plain. What was written before stays as it is; with false again, what was encrypted is still read. Read at start.",
    }),
    refusals_days: int({ default: 0, min: 0, max: 3_650, unit: "days", help: "After so many days refused submits lose text, number and the word they were refused for. 0 is as long as the day is kept." }),
  }),

  contract: section("What accounts' contracts are judged by, the duties they tell of, and the working time these are counted in.", {
    segments: text({
      optional: true, max: 4_096, example: "segments.toml",
      help: "The table of number prefixes by network; relative to this file. When absent: the one that comes with the program, config/segments.toml. Read again on reload (SIGHUP).",
    }),
    opt_out: text({
      optional: true, max: 4_096, example: "opt-out.txt",
      help: "The words by which a phone asks to be written to no more, or again; relative to this file. When absent: those that come with the program, config/opt-out.txt. Read again on reload (SIGHUP).",
    }),
    templates: text({
      optional: true, max: 4_096, example: "templates",
      help: "The folder of account templates, for `account add --template NAME`; relative to this file. When absent: the one that comes with the program, config/templates.",
    }),
    adverts: text({
      optional: true, max: 4_096, example: "adverts.txt",
      help: "The words by which a text reads like an advertisement (account setting --adverts); relative to this file. When absent: those that come with the program, config/adverts.txt. Read again on reload (SIGHUP).",
    }),
    max_numbers: int({
      default: 20_000_000, min: 1_000, max: 500_000_000, unit: "numbers",
      help: "Numbers that all lists together may have (blocked, allowed, consented, opted out, ported); beyond it no more are taken. Each takes 2 to 8 octets of memory, and those with a date or network beside them up to 4 more.",
    }),
    working_hours: texts({
      default: ["09:00-12:00", "13:00-18:00"], most: 12, pattern: /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d$/, form: 'a stretch of the day such as "09:00-12:00"',
      help: "Hours of a working day that count, in their order, in the business time zone.",
    }),
    working_days: texts({
      default: ["mon", "tue", "wed", "thu", "fri"], most: 7, pattern: /^(mon|tue|wed|thu|fri|sat|sun)$/, form: "mon, tue, wed, thu, fri, sat or sun",
      help: "Days of the week that are worked.",
    }),
    holidays: text({
      optional: true, max: 4_096, example: "holidays.toml",
      help: "A file of holidays and of weekend days worked for them, as config/holidays.toml; relative to this file. Read when it is needed. When absent: the one that comes with the program, which knows 2025 to 2027 only.",
    }),
    service_number: text({
      optional: true, max: 20, pattern: DIGITS, form: "digits", example: "10690000",
      help: "The gateway's own number: a customer's message to it with one of balance_words is answered with the balance, at no charge; notices of a low balance come from it.",
    }),
    balance_words: texts({ default: ["YE", "余额", "BALANCE"], most: 20, pattern: /^.{1,40}$/u, form: "at most 40 characters", help: "What to write to service_number; width and case do not count." }),
    balance_every: duration({ default: "10s", min: "0s", max: "1d", help: "An account that asks again sooner is answered throttled." }),
    public_host: text({ optional: true, max: 255, pattern: HOST, form: HOST_FORM, example: "sms.example.cn", help: "Under which name or address customers reach this machine, for `tollgate account guide`." }),
    reports: text({ optional: true, max: 4_096, example: "/var/lib/tollgate/reports", help: "Folder of the daily reports of accounts with daily-report on; relative to this file. When absent: reports in [data] dir." }),
    reports_keep: duration({ default: "400d", min: "1d", max: "3650d", help: "Daily reports older than this are deleted." }),
    complaint_hours: int({ default: 6, min: 1, max: 1_000, unit: "working hours", help: "In which a complaint is to be answered." }),
    complaint_reminder: duration({ default: "2h", min: "0s", max: "7d", help: "So long before a complaint is due an alarm reminds of it; another is raised when it is overdue." }),
  }),

  traffic: section("What is remembered of what accounts sent of late, for the caps of their contracts; nothing is where no account has any.", {
    max_numbers: int({
      default: 1_000_000, min: 1_000, max: 50_000_000, unit: "numbers",
      help: "Numbers (or numbers with a signature) that messages are counted for, see frequency of account add; at most 68 octets of memory each. Beyond it the account with most of them forgets its earliest.",
    }),
    max_texts: int({
      default: 1_000_000, min: 1_000, max: 50_000_000, unit: "texts",
      help: "Texts remembered to know duplicates by, see duplicate-window; at most 40 octets of memory each. Beyond it the account with most of them forgets its earliest.",
    }),
    max_blocks: int({
      default: 262_144, min: 1_024, max: 16_777_216, unit: "blocks",
      help: "Blocks of 10,000 numbers watched for blasting, see blast-run; 262,144 take at most 33 MB of memory. Beyond it the sparsest that were left alone longest are forgotten, and no account has more than half.",
    }),
  }),
  alarms: section("Who is told of alarms: beside the log and the metric tollgate_alarm, webhooks.", {
    webhooks: texts({
      default: [], most: 8, pattern: /^https?:\/\/[^\s]+$/, form: "an address that begins with https:// or http://", example: ["https://ops.example.cn/tollgate"],
      help: "Addresses that each alarm is POSTed to as JSON, once when it begins and once when it is over, signed with the secret (docs/operations.md). Redirects are not followed.",
    }),
    secret_file: text({
      optional: true, max: 4_096, example: "/etc/tollgate/webhook.secret",
      help: "A file that holds the secret of the signatures in its first line; relative to this file. Needed with webhooks, or the next one.",
    }),
    secret_credential: text({
      optional: true, max: 255, example: "webhook-secret", pattern: /^[^/\s]+$/, form: "a file name",
      help: "The name of a systemd credential (LoadCredential=) that holds the secret of the signatures.",
    }),
    timeout: duration({ default: "10s", min: "100ms", max: "2m", help: "How long a webhook may take to answer." }),
    window: duration({ default: "5m", min: "5s", max: "1h", help: "Failures and speed of an account are judged over so long, against its windows of the past day." }),
    least_messages: int({ default: 100, min: 1, max: 1_000_000, unit: "messages", help: "An account's window with fewer says nothing." }),
    operator_grace: duration({ default: "30s", min: "0s", max: "1h", help: "How long no link of an operator may be bound before it is an alarm." }),
    login_failures: int({ default: 20, min: 2, max: 1_000_000, unit: "binds", help: "Binds of one account (or, where there is no such account, of one address) that fail within ten minutes: an alarm." }),
    give_up: duration({ default: "24h", min: "1s", max: "30d", help: "How long an alarm is tried again at a webhook that does not take it." }),
    max_waiting: int({ default: 1_000, min: 1, max: 100_000, unit: "alarms", help: "Alarms that may wait for one webhook; beyond it the oldest is dropped and counted." }),
  }),

  log: section("What is written to standard output.", {
    level: choice({ default: "info", of: ["error", "warn", "info", "debug"], help: "The least urgent lines to write. `tollgate log level` changes it live." }),
    format: choice({ default: "json", of: ["json", "text"], help: "One JSON object a line, or plain text for people." }),
  }),

  bootstrap: list("Accounts made at start when they do not exist yet. For a demo on this machine only: refused unless every listener is on a loopback address. Real accounts are made by `tollgate account add`.", {
    name: text({ required: true, max: 15, pattern: /^[a-z0-9][a-z0-9_-]*$/, form: "a-z, 0-9, _ and -", example: "demo", help: "The account's name, its system_id." }),
    ...SECRET,
    price: text({ default: "0.035", max: 20, pattern: AMOUNT, form: AMOUNT_FORM, help: "Price of one segment." }),
    top_up: text({ default: "0", max: 20, pattern: AMOUNT, form: AMOUNT_FORM, example: "1750.00", help: "The first top-up." }),
    reference: text({ default: "BOOTSTRAP", max: 64, example: "DEMO-1", help: "Reference of that top-up; the same one is never booked twice." }),
    rate: int({ default: 1_000, min: 1, max: 1_000_000, unit: "segments a second", help: "The account's rate." }),
    service_codes: texts({ default: [], most: 64, pattern: DIGITS, form: "digits", example: ["10690001"], help: "Numbers (prefixes) whose inbound messages are this account's." }),
    sp_id: text({ optional: true, max: 16, pattern: /^[\x21-\x7e]+$/, form: "printable characters without blanks", example: "901234", help: "The account's SP_Id, the name it binds with over CMPP." }),
    cmpp_secret: text({ optional: true, max: 64, octets: true, pattern: /^[^\p{Cc}\p{Zl}\p{Zp}]+$/u, form: "no control characters", secret: true, example: "secret", help: "Shared secret of its CMPP binds; kept encrypted in the store." }),
  }),
} as const;

export type Schema = typeof SCHEMA;
export type TableName = keyof Schema;
type ParsedTable<S> = S extends List<infer F> ? readonly ValuesOf<F>[] : S extends Section<infer F> ? ValuesOf<F> : never;

/** The file after validation, names still as in the file. */
export type Parsed = { readonly [K in TableName]: ParsedTable<Schema[K]> };

/** The tables in order, for walking. */
export const TABLES: readonly (readonly [TableName, Section<Fields> | List<Fields>])[] = Object.entries(SCHEMA) as [
  TableName,
  Section<Fields> | List<Fields>,
][];
