/**
 * Alarm: the closed list of what is told to people once when it begins and once when it is over.
 */
export const ALARMS = {
  low_balance: "The available balance is below the account's first threshold",
  lowest_balance: "The available balance is below the account's second threshold",
  suspended: "The account is suspended",
  failure_rate: "Far more of the account's messages fail than of late",
  speed: "The account sends far faster or slower than of late",
  maintenance: "A planned interruption is announced",
  operator_down: "No link of the operator is bound",
  login_failures: "Binds of this name or address fail again and again",
  blasting: "The account writes to consecutive or dense numbers of one block",
  signature_growth: "The account uses many new signatures",
  opt_out_breach: "The account writes to numbers that opted out",
  cure_deadline: "A warned account has not mended its breach in time",
  term_ending: "The contract ends soon",
  overdue: "An invoice is not paid in time",
  credential_age: "A password or secret is older than the contract lets it be",
  complaint_due: "A complaint is to be answered soon, or should have been",
} as const;
export type AlarmKind = keyof typeof ALARMS;

/** Where states are told to; the same again changes nothing. */
export interface AlarmSink {
  /**
   * @param subject an account's or operator's name; never a number or a text
   * @param detail a line for people
   */
  set(kind: AlarmKind, subject: string, on: boolean, detail: string): void;
}
