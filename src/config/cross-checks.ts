/**
 * What no single setting can tell: names and ports used twice, nobody to serve, limits that contradict each other.
 */
import type { Settings } from "./settings.js";
import type { ProtocolTable } from "./validate.js";

/** `key` is the path at fault; load.ts adds file and line. */
export interface Finding {
  readonly key: string;
  readonly message: string;
  readonly value: string;
  readonly hint: string;
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

/** Every contradiction in settings that are each valid by themselves. */
export function crossCheck(settings: Settings, protocols: readonly Pick<ProtocolTable, "name" | "usualPort" | "proof" | "bindName">[]): Finding[] {
  const findings: Finding[] = [];
  const add = (key: string, message: string, value: unknown, hint: string): void => {
    findings.push({ key, message, value: value === "" ? "" : JSON.stringify(value), hint });
  };

  if (settings.listen.length === 0) {
    const spoken = protocols.find((one) => one.name === settings.operator[0]?.protocol) ?? protocols[0];
    add("listen", "no port for customers", "", spoken === undefined ? "add [[listen]]" : `add [[listen]] with protocol = "${spoken.name}" and port = ${spoken.usualPort}`);
  }
  if (settings.operator.length === 0) {
    add("operator", "nobody to send to", "", "add an [[operator]], or try things out with [simulator] enabled = true");
  }

  const twice = (table: string, names: readonly string[]): void => {
    names.forEach((name, index) => {
      const first = names.indexOf(name);
      if (first < index) add(`${table}[${index}].name`, `is already the name of ${table}[${first}]`, name, "names must differ");
    });
  };
  twice("listen", settings.listen.map((one) => one.name));
  twice("operator", settings.operator.map((one) => one.name));
  twice("bootstrap", settings.bootstrap.map((one) => one.name));

  const operators = settings.operator.map((one) => one.name);
  settings.route.forEach((one, index) => {
    if (!operators.includes(one.operator)) {
      add(`route[${index}].operator`, "there is no such [[operator]]", one.operator, operators.length === 0 ? "none is configured" : `one of: ${operators.join(", ")}`);
    }
    const first = settings.route.findIndex((other) => other.account === one.account && other.prefix === one.prefix);
    if (first < index) {
      add(`route[${index}]`, `is for the same account and prefix as route[${first}]`, `${one.account} ${one.prefix}`.trim(), "only one of them can decide: take one out");
    }
  });

  settings.cost.forEach((one, index) => {
    if (!operators.includes(one.operator)) {
      add(`cost[${index}].operator`, "there is no such [[operator]]", one.operator, operators.length === 0 ? "none is configured" : `one of: ${operators.join(", ")}`);
    }
    const first = settings.cost.findIndex((other) => other.operator === one.operator && other.prefix === one.prefix && other.fromMs === one.fromMs);
    if (first < index) add(`cost[${index}]`, `is for the same operator, prefix and day as cost[${first}]`, `${one.operator} ${one.prefix}`.trim(), "only one of them can count: take one out");
  });

  const ports = settings.listen.map((one, index) => ({ key: `listen[${index}].port`, host: one.host, port: one.port }));
  if (settings.http.enabled) ports.push({ key: "http.port", host: settings.http.host, port: settings.http.port });
  const { enabled, host, port, cmppPort } = settings.simulator;
  if (enabled) ports.push({ key: "simulator.port", host, port });
  if (enabled && cmppPort > 0) ports.push({ key: "simulator.cmpp_port", host, port: cmppPort });
  ports.forEach((one, index) => {
    const other = ports.slice(0, index).find((earlier) => one.port !== 0 && earlier.port === one.port
      && (earlier.host === one.host || isWildcard(earlier.host) || isWildcard(one.host)));
    if (other !== undefined) add(one.key, `is already taken by ${other.key}`, one.port, "every port can be listened on once");
  });

  settings.listen.forEach((one, index) => {
    if (one.maxConnectionsPerAddress > one.maxConnections) {
      add(`listen[${index}].max_connections_per_address`, `is above max_connections, ${one.maxConnections}`, one.maxConnectionsPerAddress, "lower it");
    }
  });
  settings.operator.forEach((one, index) => {
    if (one.reconnectMinMs > one.reconnectMaxMs) add(`operator[${index}].reconnect_min`, "is longer than reconnect_max", "", "swap them");
    if (one.uncertainWaitMs > one.uncertainDeadlineMs) {
      add(`operator[${index}].uncertain_wait`, "is longer than uncertain_deadline", "", "the wait is seconds, the deadline days");
    }
  });
  if (settings.outbox.retryMinMs > settings.outbox.retryMaxMs) add("outbox.retry_min", "is longer than retry_max", "", "swap them");

  const names = protocols.filter(({ proof }) => proof === "digest").map(({ bindName }) => bindName);
  settings.bootstrap.forEach((one, index) => {
    if ((one.spId === "") !== (one.cmppSecret === "")) {
      const [has, lacks] = one.spId === "" ? ["cmpp_secret", "sp_id"] : ["sp_id", "cmpp_secret"];
      add(`bootstrap[${index}].${has}`, `stands without ${lacks}`, "", "a bind that proves a shared secret needs both");
    }
    if (one.spId !== "" && !names.some((form) => form === undefined || form.shape.test(one.spId))) {
      add(`bootstrap[${index}].sp_id`, "is a name that no protocol takes", one.spId, names.map((form) => `${form?.called ?? ""} has ${form?.words ?? ""}`).join("; "));
    }
    const first = settings.bootstrap.findIndex((other) => other.spId === one.spId);
    if (one.spId !== "" && first < index) add(`bootstrap[${index}].sp_id`, `is already that of bootstrap[${first}]`, one.spId, "each account has its own");
  });

  const open = settings.listen.find((one) => !isLoopback(one.host));
  if (open !== undefined && settings.bootstrap.length > 0) {
    add("bootstrap", `accounts with a password in this file, while ${open.name} listens on ${open.host}`, "",
      'make the account with "tollgate account add" and take [[bootstrap]] out, or listen on 127.0.0.1');
  }
  return findings;
}
