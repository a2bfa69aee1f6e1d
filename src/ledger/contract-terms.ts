/**
 * Contract terms: what an account's contract lets it send, to whom, when and how often; the defaults are all "off".
 *
 * Part of Account; one row of contract-settings.ts each. Times of day and dates are those of the business time zone.
 */

export interface ContractTerms {
  /** The customer as it stands in the contract. */
  readonly party: string;
  /** Whom to call there, and how. */
  readonly partyContact: string;
  /** Reference of the contract. */
  readonly contractNo: string;
  /** First day of the contract, such as 2025-12-01; before it submits are refused; none: at once. */
  readonly validFrom: string;
  /** Last day of the contract; after it, unless renewed, submits are refused; none: without end. */
  readonly validTo: string;
  /** The contract goes on by itself for so long each time it ends, unless it was given notice; 0: it ends. */
  readonly renewMonths: number;
  /** How long before its end the contract may still be given notice, and an alarm tells that it ends. */
  readonly noticeDays: number;
  /** Day on which the contract was given notice: it is not renewed any more. */
  readonly noticeGiven: string;
  /** When submits are first taken: at once, or with the first top-up. */
  readonly opensWith: "at-once" | "topup";
  /** What the price is for: each segment, or each message however long. */
  readonly chargeUnit: "segment" | "message";
  /** Most segments a business day; 0: no quota. */
  readonly quotaDay: number;
  /** Most segments a calendar month; 0: no quota. */
  readonly quotaMonth: number;
  /** The only [[operator]]s its messages may go out by; none: any. */
  readonly permittedOperators: readonly string[];
  /** The only networks its messages may go to (mobile, unicom, telecom, broadcast); none: any. */
  readonly networks: readonly string[];
  /** With networks given: numbers of which nobody knows the network. */
  readonly unknownNetwork: "allow" | "refuse";
  /** Destinations abroad, Hong Kong, Macau and Taiwan among them. */
  readonly abroad: "allow" | "refuse";
  /** Who may be written to: anybody who is not blocked, the numbers of its allowlist, or those whose consent is on record. */
  readonly recipients: "any" | "listed" | "consented";
  /** How long a consent holds; 0: until it is taken back. */
  readonly consentDays: number;
  /** Whether a reply such as TD from a phone to one of its numbers blocks that phone for the account. */
  readonly optOuts: boolean;
  /** What a phone that opted out is answered; none: nothing is sent. */
  readonly optOutReply: string;
  /** Alarm when the account tries to write to numbers that opted out so often in a day; 0: none. */
  readonly optOutAlarm: number;
  /** Whether a text must bear a 【signature】, any or a registered one. */
  readonly signatureRule: "off" | "required" | "registered";
  /** Where it must stand. */
  readonly signaturePlace: "any" | "start" | "end";
  /** Alarm when more new signatures than this are seen in a day; 0: none. */
  readonly newSignatures: number;
  /** Whether a text must be one of the account's templates. */
  readonly templateRule: "off" | "only";
  /** Links in texts; listed: only those to link-domains. */
  readonly links: "allow" | "refuse" | "flag" | "hold" | "listed";
  /** Domains that links may lead to, those below them too. */
  readonly linkDomains: readonly string[];
  /** Texts that read like advertisements. */
  readonly adverts: "allow" | "refuse" | "flag" | "hold";
  /** Times of the business day at which messages may go, such as 08:00-22:00; none: always. */
  readonly hours: readonly string[];
  /** Which messages the hours hold for. */
  readonly hoursFor: "all" | "adverts";
  /** Most messages to one number: 1/m a minute, 5/h an hour (both by the clock), 10/d in 24 hours; with @sig for each signature apart, such as 1/m@sig. */
  readonly frequency: readonly string[];
  /** The same text to the same number within this time is refused; 0s: not. */
  readonly duplicateWindowMs: number;
  /** Segment blasting: so many consecutive numbers within the window; 0: not looked for. */
  readonly blastRun: number;
  /** Segment blasting: so many numbers of one block of 10,000 within the window; 0: not looked for. */
  readonly blastDense: number;
  /** The time in which numbers of a block are counted. */
  readonly blastWindowMs: number;
  /** What the account is slowed to once it was found blasting. */
  readonly blastRate: number;
  /** How long it stays slowed, and the block refused, after the last find. */
  readonly blastLimitMs: number;
  /** What a category of the word lists does for this account, such as loan=hold or gambling=reject; pass takes it out. */
  readonly categories: readonly string[];
  /** Phrases inside which listed words do not count for this account. */
  readonly allowPhrases: readonly string[];
  /** How long a held message waits for a person. */
  readonly reviewMs: number;
  /** What becomes of a held message that nobody looked at in time. */
  readonly reviewEnd: "reject" | "release";
  /** A test account: its messages go to the simulator and cost nothing. */
  readonly test: boolean;
  /** Notice and alarm when the available balance falls below this; 0: none. */
  readonly lowBalanceMicros: number;
  /** A second, urgent one. */
  readonly lowestBalanceMicros: number;
  /** Whether a file with the day's figures is written for it each night. */
  readonly dailyReport: boolean;
  /** What an invoice that is not paid in time does to the account. */
  readonly overdue: "ignore" | "warn" | "suspend";
  /** How long a warned account has to mend a breach. */
  readonly cureDays: number;
  /** Alarm when a password or secret is older than this; 0: never. */
  readonly credentialDays: number;
}

/** The terms out of a whole set of settings, in one order: one hidden class for all accounts. */
export function contractTerms(settings: ContractTerms): ContractTerms {
  return {
    party: settings.party,
    partyContact: settings.partyContact,
    contractNo: settings.contractNo,
    validFrom: settings.validFrom,
    validTo: settings.validTo,
    renewMonths: settings.renewMonths,
    noticeDays: settings.noticeDays,
    noticeGiven: settings.noticeGiven,
    opensWith: settings.opensWith,
    chargeUnit: settings.chargeUnit,
    quotaDay: settings.quotaDay,
    quotaMonth: settings.quotaMonth,
    permittedOperators: settings.permittedOperators,
    networks: settings.networks,
    unknownNetwork: settings.unknownNetwork,
    abroad: settings.abroad,
    recipients: settings.recipients,
    consentDays: settings.consentDays,
    optOuts: settings.optOuts,
    optOutReply: settings.optOutReply,
    optOutAlarm: settings.optOutAlarm,
    signatureRule: settings.signatureRule,
    signaturePlace: settings.signaturePlace,
    newSignatures: settings.newSignatures,
    templateRule: settings.templateRule,
    links: settings.links,
    linkDomains: settings.linkDomains,
    adverts: settings.adverts,
    hours: settings.hours,
    hoursFor: settings.hoursFor,
    frequency: settings.frequency,
    duplicateWindowMs: settings.duplicateWindowMs,
    blastRun: settings.blastRun,
    blastDense: settings.blastDense,
    blastWindowMs: settings.blastWindowMs,
    blastRate: settings.blastRate,
    blastLimitMs: settings.blastLimitMs,
    categories: settings.categories,
    allowPhrases: settings.allowPhrases,
    reviewMs: settings.reviewMs,
    reviewEnd: settings.reviewEnd,
    test: settings.test,
    lowBalanceMicros: settings.lowBalanceMicros,
    lowestBalanceMicros: settings.lowestBalanceMicros,
    dailyReport: settings.dailyReport,
    overdue: settings.overdue,
    cureDays: settings.cureDays,
    credentialDays: settings.credentialDays,
  };
}
