/**
 * Settings: the shape of a checked configuration. config/schema.ts fills it; everything else only reads it.
 */
export interface Settings {
  readonly data: {
    readonly dir: string;
    /** Business time zone, minutes ahead of UTC (480 = UTC+8): cuts days, files and statements. */
    readonly zoneMinutes: number;
    readonly retentionDays: number;
    /** No receipt for this long after SENT: UNKNOWN. */
    readonly receiptHorizonMs: number;
    /** Messages of all accounts that may wait on disk. */
    readonly maxQueued: number;
    /** Below this much free disk new submits are refused. */
    readonly minFreeDiskMb: number;
    readonly node: number;
  };
  readonly secrets: SecretSettings;
  readonly listen: readonly ListenSettings[];
  readonly operator: readonly OperatorSettings[];
  readonly route: readonly RouteSettings[];
  readonly cost: readonly CostSettings[];
  readonly http: { readonly enabled: boolean; readonly host: string; readonly port: number };
  readonly filter: {
    readonly keywords: readonly string[];
    /** Most inserted symbols between two characters of a word that are skipped in matching. */
    readonly maxInserted: number;
    readonly gatherMs: number;
    readonly maxGathering: number;
    /** How much of maxGathering one account may take: above 0, up to 1. */
    readonly gatheringShare: number;
    /** What becomes of segments whose siblings never came: screen and send, or refuse. */
    readonly incomplete: "send" | "refuse";
    /** How long segments sent without their siblings are remembered, to judge late ones together with them. */
    readonly fragmentMs: number;
  };
  readonly limits: {
    readonly bindMs: number;
    readonly enquireMs: number;
    readonly idleMs: number;
    readonly responseMs: number;
    readonly frameMs: number;
    readonly writeStallMs: number;
    readonly maxSendBufferKb: number;
    readonly failedBindsPerMinute: number;
    readonly maxStorePending: number;
    readonly drainMs: number;
  };
  readonly retry: { readonly delaysMs: readonly number[]; readonly maxAttempts: number };
  readonly outbox: { readonly retryMinMs: number; readonly retryMaxMs: number; readonly retentionMs: number };
  readonly simulator: {
    readonly enabled: boolean;
    readonly host: string;
    readonly port: number;
    /** 0 = none. */
    readonly cmppPort: number;
    readonly latencyMs: number;
    readonly receiptDelayMs: number;
  };
  readonly privacy: PrivacySettings;
  readonly contract: ContractSettings;
  /** What is remembered of accounts' traffic at once, for all of them. */
  readonly traffic: { readonly maxNumbers: number; readonly maxTexts: number; readonly maxBlocks: number };
  readonly alarms: {
    readonly webhooks: readonly string[];
    /** "" without webhooks, and where the service's credentials cannot be read. */
    readonly secret: string;
    readonly timeoutMs: number;
    readonly giveUpMs: number;
    readonly maxWaiting: number;
    readonly windowMs: number;
    readonly least: number;
    readonly operatorGraceMs: number;
    readonly loginFailures: number;
  };
  readonly log: { readonly level: "error" | "warn" | "info" | "debug"; readonly format: "json" | "text" };
  /** Accounts made at start when they do not exist yet (the loopback demo). */
  readonly bootstrap: readonly BootstrapAccount[];
}

/** For how many days after its own a day keeps what is in it; 0: as long as the day itself. */
export interface PrivacySettings {
  readonly textsDays: number;
  readonly numbersDays: number;
  readonly inboundDays: number;
  readonly refusalsDays: number;
  readonly encryptBodies: boolean;
}

/** What contracts are judged by, and how duties that they tell of are counted. */
export interface ContractSettings {
  /** The table of number prefixes by network. */
  readonly segments: string;
  /** The words of opting out and in. */
  readonly optOut: string;
  /** The folder of account templates. */
  readonly templates: string;
  /** How advertisements read. */
  readonly adverts: string;
  /** Numbers that all lists together may have. */
  readonly maxNumbers: number;
  /** Stretches of the day such as "09:00-12:00", in their order. */
  readonly workingHours: readonly string[];
  /** 1 (Monday) to 7. */
  readonly workingDays: readonly number[];
  /** The file of holidays. */
  readonly holidays: string;
  /** The gateway's own number; "" = none. */
  readonly serviceNumber: string;
  /** Texts to it that ask for the balance. */
  readonly balanceWords: readonly string[];
  readonly balanceEveryMs: number;
  /** Where customers reach this machine; "" = not told. */
  readonly publicHost: string;
  /** Folder of the daily reports; "" = reports in the data folder. */
  readonly reports: string;
  readonly reportsKeepMs: number;
  /** Working time in which a complaint is to be answered. */
  readonly complaintMs: number;
  /** So long before a complaint is due an alarm reminds of it. */
  readonly complaintReminderMs: number;
}

/** Where the key of the accounts' shared secrets is. */
export interface SecretSettings {
  /** `data`: secret.key in the data folder, made on first need. */
  readonly from: "data" | "file" | "credential";
  /** The file of `file` and `credential`; "" for a credential where there is no folder of credentials (outside the service). */
  readonly path: string;
}

/** One rule of the routes, as src/route/route.ts takes it. */
export interface RouteSettings {
  readonly account: string;
  /** In the normal form of destinations. */
  readonly prefix: string;
  readonly operator: string;
  readonly note: string;
  /** Where it stands in the file. */
  readonly line: number;
}

/** What an operator charges for a segment. */
export interface CostSettings {
  readonly operator: string;
  /** In the normal form of destinations. */
  readonly prefix: string;
  /** A decimal amount. */
  readonly price: string;
  readonly fromMs: number;
  readonly charged: "sent" | "delivered";
}

export interface ListenSettings {
  readonly name: string;
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly systemId: string;
  /** The protocol's own settings for its listeners (protocols/<name>/ listenSettings). */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
}

export interface OperatorSettings {
  readonly name: string;
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  readonly systemId: string;
  readonly password: string;
  readonly links: number;
  readonly window: number;
  /** Messages a second over each link; 0 = unlimited. */
  readonly rate: number;
  readonly uncertain: "resend" | "hold" | "fail";
  readonly uncertainWaitMs: number;
  readonly uncertainDeadlineMs: number;
  /** How operator message ids are written: learned, or as given. */
  readonly idStyle: "auto" | "text" | "hex_in_receipt" | "decimal_in_receipt";
  readonly reconnectMinMs: number;
  readonly reconnectMaxMs: number;
  /** The protocol's own settings for its links (protocols/<name>/ linkSettings). */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
}

export interface BootstrapAccount {
  readonly name: string;
  readonly password: string;
  readonly price: string;
  readonly topUp: string;
  readonly reference: string;
  readonly rate: number;
  readonly serviceCodes: readonly string[];
  /** "" = none. */
  readonly spId: string;
  readonly cmppSecret: string;
}
