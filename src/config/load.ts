/**
 * Reads a configuration file into Settings, or throws a ConfigError that lists everything wrong with it.
 */
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";
import type { SettingDescription } from "../../protocols/wire/protocol.js";
import { contractSettings } from "./contract.js";
import { crossCheck } from "./cross-checks.js";
import { effectiveValues } from "./effective.js";
import type { Effective } from "./effective.js";
import { ConfigError, byPlace, readTomlFile } from "./problem.js";
import type { Problem } from "./problem.js";
import { normalisePrefix } from "../../protocols/model/address.js";
import { SCHEMA } from "./schema.js";
import type { Parsed } from "./schema.js";
import { readSecret } from "./secrets.js";
import type { BootstrapAccount, CostSettings, ListenSettings, OperatorSettings, RouteSettings, SecretSettings, Settings } from "./settings.js";
import type { Place, TomlDocument, TomlTable } from "./toml.js";
import { protocolFields, settingHint, shown, validate } from "./validate.js";
import type { ProtocolFields, ProtocolTable } from "./validate.js";

export interface LoadOptions {
  /** Shown in messages as given; relative paths in the file start from its folder. */
  readonly path: string;
  readonly protocols: readonly ProtocolTable[];
  /** $CREDENTIALS_DIRECTORY. */
  readonly credentialsDirectory?: string | undefined;
  /** Outside the service, where nobody can read its credentials: a password that is one is then "", not a fault. */
  readonly withoutCredentials?: boolean;
}

export interface Loaded {
  readonly path: string;
  readonly settings: Settings;
  /** Every setting with its value and where it came from, in the order of the schema. */
  readonly effective: readonly Effective[];
}

const DAY_MS = 86_400_000;

/** Throws ConfigError with all problems, in the order of the file. */
export function loadConfig(options: LoadOptions): Loaded {
  let text: string;
  try {
    text = readFileSync(options.path, "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "error";
    throw new ConfigError([{
      file: options.path, place: null, key: "", message: `cannot be read: ${reason}`, value: "",
      hint: "name the file with --config FILE or TOLLGATE_CONFIG",
    }]);
  }
  return loadText(text, options);
}

/** As loadConfig, for a text already in hand. */
export function loadText(text: string, options: LoadOptions): Loaded {
  const file = options.path;
  const document = readTomlFile(text, file);
  const fields = protocolFields(options.protocols);
  supplyOperator(document.value);
  const { parsed, problems } = validate(document, file, fields);
  if (parsed === null) throw new ConfigError([...problems].sort(byPlace));
  return new Builder(document, options, fields).build(parsed);
}

/** What the simulator speaks at its first port, whatever else there is. */
export const SIMULATOR_PROTOCOL = "smpp";

/** With the simulator enabled and no operator at all, one that binds to the simulator is put into the document. */
function supplyOperator(value: TomlTable): void {
  const simulator = value["simulator"] as Partial<Record<string, unknown>> | undefined;
  if (value["operator"] !== undefined || typeof simulator !== "object" || simulator["enabled"] !== true) return;
  const { host, port } = SCHEMA.simulator.fields;
  value["operator"] = [{
    name: "simulator",
    protocol: SIMULATOR_PROTOCOL,
    host: simulator["host"] ?? host.default,
    port: simulator["port"] ?? port.default,
    system_id: "tollgate",
    password: "tollgate",
    links: 2,
    window: 1_000,
  }];
}

/** The values of the file made into Settings; what goes wrong on the way is gathered. */
class Builder {
  readonly #document: TomlDocument;
  readonly #file: string;
  readonly #options: LoadOptions;
  readonly #fields: ProtocolFields;
  readonly #folder: string;
  readonly #problems: Problem[] = [];

  constructor(document: TomlDocument, options: LoadOptions, fields: ProtocolFields) {
    this.#document = document;
    this.#file = options.path;
    this.#options = options;
    this.#fields = fields;
    this.#folder = dirname(resolve(options.path));
  }

  build(parsed: Parsed): Loaded {
    const { data, filter, limits, retry, outbox, simulator } = parsed;
    if (data.retention % DAY_MS !== 0) this.#add("data.retention", "must be whole days", "", 'for example "150d"');
    const settings: Settings = {
      data: {
        dir: resolve(data.dir),
        zoneMinutes: data.utc_offset_minutes,
        retentionDays: Math.floor(data.retention / DAY_MS),
        receiptHorizonMs: data.receipt_horizon,
        maxQueued: data.max_queued,
        minFreeDiskMb: data.min_free_disk_mb,
        node: data.node,
      },
      secrets: this.#secrets(parsed.secrets),
      listen: parsed.listen.map((one, index) => this.#listen(one, index)),
      operator: this.#operators(parsed),
      route: parsed.route.map((one, index) => this.#route(one, index)),
      cost: parsed.cost.map((one, index) => this.#cost(one, index, data.utc_offset_minutes)),
      http: parsed.http,
      filter: {
        keywords: filter.keywords.map((path, index) => this.#keywordFile(path, index)),
        maxInserted: filter.max_inserted,
        gatherMs: filter.gather_time,
        maxGathering: filter.max_gathering,
        gatheringShare: filter.gathering_share / 100,
        incomplete: filter.incomplete,
        fragmentMs: filter.fragment_memory,
      },
      limits: {
        bindMs: limits.bind_deadline,
        enquireMs: limits.enquire_interval,
        idleMs: limits.idle_timeout,
        responseMs: limits.response_timeout,
        frameMs: limits.frame_timeout,
        writeStallMs: limits.write_stall,
        maxSendBufferKb: limits.max_send_buffer_kb,
        failedBindsPerMinute: limits.failed_binds_per_minute,
        maxStorePending: limits.max_store_pending,
        drainMs: limits.drain_time,
      },
      retry: { delaysMs: retry.delays, maxAttempts: retry.max_attempts },
      outbox: { retryMinMs: outbox.retry_min, retryMaxMs: outbox.retry_max, retentionMs: outbox.retention },
      simulator: {
        enabled: simulator.enabled,
        host: simulator.host,
        port: simulator.port,
        cmppPort: simulator.cmpp_port,
        latencyMs: simulator.latency,
        receiptDelayMs: simulator.receipt_delay,
      },
      privacy: {
        textsDays: parsed.privacy.texts_days, numbersDays: parsed.privacy.numbers_days, inboundDays: parsed.privacy.inbound_days, refusalsDays: parsed.privacy.refusals_days,
        encryptBodies: parsed.privacy.encrypt_bodies,
      },
      contract: contractSettings(parsed.contract, (path) => this.#beside(path), (key, message, hint) => this.#add(key, message, "", hint)),
      traffic: { maxNumbers: parsed.traffic.max_numbers, maxTexts: parsed.traffic.max_texts, maxBlocks: parsed.traffic.max_blocks },
      alarms: {
        webhooks: parsed.alarms.webhooks,
        secret: this.#webhookSecret(parsed.alarms),
        timeoutMs: parsed.alarms.timeout,
        giveUpMs: parsed.alarms.give_up,
        maxWaiting: parsed.alarms.max_waiting,
        windowMs: parsed.alarms.window,
        least: parsed.alarms.least_messages,
        operatorGraceMs: parsed.alarms.operator_grace,
        loginFailures: parsed.alarms.login_failures,
      },
      log: parsed.log,
      bootstrap: parsed.bootstrap.map((one, index): BootstrapAccount => ({
        name: one.name,
        password: this.#secret(one, `bootstrap[${index}]`),
        price: one.price,
        topUp: one.top_up,
        reference: one.reference,
        rate: one.rate,
        serviceCodes: one.service_codes,
        spId: one.sp_id ?? "",
        cmppSecret: one.cmpp_secret ?? "",
      })),
    };
    for (const finding of crossCheck(settings, this.#options.protocols)) this.#add(finding.key, finding.message, finding.value, finding.hint);
    if (this.#problems.length > 0) throw new ConfigError(this.#problems.sort(byPlace));
    return {
      path: this.#options.path,
      settings,
      effective: effectiveValues({ document: this.#document, file: this.#file, protocols: this.#fields, settings }),
    };
  }

  #secrets({ key_file: file, key_credential: credential }: Parsed["secrets"]): SecretSettings {
    if (file !== undefined && credential !== undefined) {
      this.#add("secrets.key_credential", "stands beside key_file", "", "give one of the two, or neither");
    }
    if (file !== undefined) return { from: "file", path: this.#beside(file) };
    if (credential === undefined) return { from: "data", path: "" };
    const folder = this.#options.credentialsDirectory ?? "";
    return { from: "credential", path: folder === "" ? "" : resolve(folder, credential) };
  }

  #route(one: Parsed["route"][number], index: number): RouteSettings {
    const key = `route[${index}]`;
    const prefix = normalisePrefix(one.prefix);
    if (prefix === null) {
      this.#add(`${key}.prefix`, "is how no destination begins", JSON.stringify(one.prefix), "such as 138 or 106 for Chinese numbers, +852 for a calling code, + for all of them");
    }
    return { account: one.account, prefix: prefix ?? "", operator: one.operator, note: one.note, line: this.#placeOf(key)?.line ?? 0 };
  }

  #cost(one: Parsed["cost"][number], index: number, zoneMinutes: number): CostSettings {
    const prefix = normalisePrefix(one.prefix);
    if (prefix === null) this.#add(`cost[${index}].prefix`, "is how no destination begins", JSON.stringify(one.prefix), "such as 138 or 106 for Chinese numbers, +852 for a calling code");
    const fromMs = Date.parse(`${one.from}T00:00:00Z`);
    if (Number.isNaN(fromMs) || new Date(fromMs).toISOString().slice(0, 10) !== one.from) this.#add(`cost[${index}].from`, "is no day", one.from, "write it as 2026-01-01");
    return { operator: one.operator, prefix: prefix ?? "", price: one.price, fromMs: fromMs - zoneMinutes * 60_000, charged: one.charged };
  }

  #listen(one: Parsed["listen"][number], index: number): ListenSettings {
    const key = `listen[${index}]`;
    const protocol = this.#protocol(one, key, "listener");
    const port = one.port ?? protocol?.usualPort ?? 0;
    return {
      name: one.name ?? `${one.protocol}-${port}`,
      protocol: one.protocol,
      host: one.host,
      port,
      maxConnections: one.max_connections,
      maxConnectionsPerAddress: one.max_connections_per_address,
      systemId: one.system_id,
      settings: ownSettings(one, protocol?.name, protocol?.listenSettings),
    };
  }

  #operators(parsed: Parsed): OperatorSettings[] {
    return parsed.operator.map((one, index) => {
      const key = `operator[${index}]`;
      const protocol = this.#protocol(one, key, "operator");
      const form = protocol?.bindName;
      if (form?.shape.test(one.system_id) === false) {
        this.#add(`${key}.system_id`, `is no ${form.called} of ${one.protocol}`, JSON.stringify(one.system_id), `it has ${form.words}`);
      }
      const settings = ownSettings(one, protocol?.name, protocol?.linkSettings);
      this.#linkFaults(settings, protocol, key);
      return {
        name: one.name,
        protocol: one.protocol,
        host: one.host,
        port: one.port ?? protocol?.usualPort ?? 0,
        systemId: one.system_id,
        password: this.#secret(one, key, protocol),
        links: one.links,
        window: one.window ?? protocol?.usualWindow ?? 1,
        rate: one.rate ?? 0,
        uncertain: one.uncertain,
        uncertainWaitMs: one.uncertain_wait,
        uncertainDeadlineMs: one.uncertain_deadline,
        idStyle: one.id_style,
        reconnectMinMs: one.reconnect_min,
        reconnectMaxMs: one.reconnect_max,
        settings,
      };
    });
  }

  /** What the protocol itself finds odd in a link's settings: the first of each says enough. */
  #linkFaults(settings: OperatorSettings["settings"], protocol: ProtocolTable | undefined, key: string): void {
    const told = new Set<string>();
    for (const { name, fault } of protocol?.linkFaults?.(settings) ?? []) {
      if (told.has(name)) continue;
      told.add(name);
      const setting = this.#fields.get(protocol?.name ?? "")?.operator[name];
      this.#add(`${key}.${protocol?.name ?? ""}.${name}`, fault, shown(settings[name]), setting === undefined ? "" : settingHint([name], setting));
    }
  }

  /** The protocol that a table names; another one's settings may not stand in it. */
  #protocol(one: { readonly protocol: string }, key: string, whose: "listener" | "operator"): ProtocolTable | undefined {
    const found = this.#options.protocols.find((protocol) => protocol.name === one.protocol);
    if (found === undefined) {
      this.#add(`${key}.protocol`, "is no protocol we speak", JSON.stringify(one.protocol), `one of: ${[...this.#fields.keys()].join(", ")}`);
      return undefined;
    }
    for (const other of this.#fields.keys()) {
      if (other === one.protocol || !Object.hasOwn(one, other)) continue;
      this.#add(`${key}.${other}`, `this ${whose} speaks ${one.protocol}`, "", `these are settings of ${other}: write its own under ${one.protocol}`);
    }
    return found;
  }

  /** @param protocol that it goes out over; undefined: none does */
  #secret(one: Parameters<typeof readSecret>[0], key: string, protocol?: ProtocolTable): string {
    const secret = readSecret(one, this.#folder, this.#options.credentialsDirectory);
    if (secret.ok) {
      const form = protocol?.bindSecret;
      if (form?.shape.test(secret.value) === false) {
        const verb = secret.name === "password" ? "is" : "holds";
        this.#add(`${key}.${secret.name}`, `${verb} no ${form.called} of ${protocol?.name ?? ""}`, "",
          `it has ${form.words}: ask the operator for another, or look for a stray character`);
      }
      return secret.value;
    }
    if (secret.name === "password_credential" && this.#options.withoutCredentials === true) return "";
    this.#add(secret.name === "" ? key : `${key}.${secret.name}`, secret.message, "", secret.hint);
    return "";
  }

  /** Of the signatures of webhooks; "" where there are none. */
  #webhookSecret({ webhooks, secret_file: file, secret_credential: credential }: Parsed["alarms"]): string {
    if (webhooks.length === 0 && file === undefined && credential === undefined) return "";
    const secret = readSecret({ password: undefined, password_file: file, password_credential: credential }, this.#folder, this.#options.credentialsDirectory);
    if (secret.ok) return secret.value;
    if (secret.name === "password_credential" && this.#options.withoutCredentials === true) return "";
    if (secret.name === "") this.#add("alarms.webhooks", "has no secret to sign with", "", "give secret_file or secret_credential");
    else this.#add(`alarms.${secret.name.replace("password", "secret")}`, secret.message.replace("password", "secret"), "", secret.hint.replaceAll("password", "secret"));
    return "";
  }

  #keywordFile(path: string, index: number): string {
    const full = this.#beside(path);
    try {
      accessSync(full, constants.R_OK);
      if (!statSync(full).isFile()) this.#add(`filter.keywords[${index}]`, `${full} is no file`, JSON.stringify(path), "name the list itself, not its folder");
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? "error";
      this.#add(`filter.keywords[${index}]`, `cannot read ${full}: ${reason}`, JSON.stringify(path), "paths are relative to the configuration file");
    }
    return full;
  }

  /** A path as the file means it. */
  #beside(path: string): string {
    return isAbsolute(path) ? path : resolve(this.#folder, path);
  }

  #add(key: string, message: string, value: string, hint: string): void {
    this.#problems.push({ file: this.#file, place: this.#placeOf(key), key, message, value, hint });
  }

  /** The place of the key, or of the nearest table around it that stands in the file. */
  #placeOf(key: string): Place | null {
    for (let path = key; path !== ""; path = path.replace(/(\.[^.[\]]+|\[\d+\]|^[^.[\]]+)$/, "")) {
      const places = this.#document.places.get(path);
      if (places !== undefined) return path === key ? places.value : places.key;
    }
    return null;
  }
}

/** The protocol's own settings: those given (already validated), the rest by default. */
function ownSettings(table: object, protocol = "", described: readonly SettingDescription[] = []): OperatorSettings["settings"] {
  const given = (table as Record<string, OperatorSettings["settings"] | undefined>)[protocol];
  return given === undefined ? Object.fromEntries(described.map((told) => [told.name, told.default])) : { ...given };
}
