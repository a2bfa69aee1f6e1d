/**
 * Alarm methods: what stands, a test of the webhooks.
 */
import { z } from "zod";
import { ALARMS, type AlarmKind } from "../contract/alarm.js";
import type { Incident, IncidentKind } from "../ledger/incident.js";
import type { WebhookTest } from "../observe/webhook.js";
import { AdminError } from "./errors.js";
import type { AdminHost } from "./host.js";
import { isoTime } from "./reports.js";

const wallMs = z.int().min(0).max(8_640_000_000_000_000);

export const ALARM_METHODS = {
  "alarms.list": z.strictObject({}),
  "alarms.test": z.strictObject({}),
  "incidents": z.strictObject({ fromMs: wallMs, toMs: wallMs, nowMs: wallMs }),
  "incidents.announce": z.strictObject({ actor: z.string().regex(/^[\x21-\x7e]{1,64}$/).default("socket"), fromMs: wallMs, toMs: wallMs, nowMs: wallMs, detail: z.string().min(1).max(300) }),
} as const;

export interface AlarmReport {
  readonly kind: AlarmKind;
  /** What the kind means. */
  readonly meaning: string;
  readonly subject: string;
  readonly detail: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

export interface IncidentReport {
  readonly kind: IncidentKind;
  readonly subject: string;
  /** ISO 8601, UTC; "" = it goes on, or was not announced. */
  readonly begun: string;
  readonly ended: string;
  readonly announced: string;
  /** Within the period, one decimal. */
  readonly minutes: string;
  readonly accounts: readonly string[];
  readonly detail: string;
}

export interface IncidentsReport {
  readonly incidents: readonly IncidentReport[];
  readonly totals: readonly { readonly kind: IncidentKind; readonly subject: string; readonly incidents: number; readonly minutes: string }[];
}

export interface AlarmResults {
  "alarms.list": readonly AlarmReport[];
  "alarms.test": readonly WebhookTest[];
  "incidents": IncidentsReport;
  "incidents.announce": IncidentReport;
}

export const ALARM_ANSWERS: { readonly [M in keyof AlarmResults]: (host: AdminHost, params: z.output<(typeof ALARM_METHODS)[M]>) => Promise<AlarmResults[M]> } = {
  "alarms.list": (host) => Promise.resolve(host.alarms.raised().map(({ kind, subject, detail, sinceMs }) => (
    { kind, meaning: ALARMS[kind], subject, detail, since: new Date(sinceMs).toISOString() }))),
  "alarms.test": (host) => host.alarms.test(),
  "incidents": async (host, { fromMs, toMs, nowMs }) => {
    if (fromMs >= toMs) throw new AdminError("invalid_params", "incidents: the period ends before it begins");
    return incidentsReport(await incidentsOf(host, fromMs, toMs), fromMs, toMs, nowMs);
  },
  "incidents.announce": async (host, { fromMs, toMs, nowMs, detail, actor }) => {
    if (toMs <= nowMs) throw new AdminError("invalid_value", "an interruption is announced before it is over");
    const incident: Incident = { kind: "planned", subject: "gateway", begunMs: fromMs, endedMs: toMs, announcedMs: nowMs, accounts: [], detail };
    const result = await host.store.change({ kind: "incident", actor, incident });
    if (!result.ok) throw new AdminError(result.code, result.message);
    host.alarms.announced(incident);
    return incidentReport(incident, [], fromMs, toMs, nowMs);
  },
};

async function incidentsOf(host: AdminHost, fromMs: number, toMs: number): Promise<readonly Incident[]> {
  const answer = await host.store.query({ kind: "incidents", fromMs, toMs, limit: 1_000 });
  return answer.kind === "incidents" ? answer.incidents : [];
}

function incidentsReport(incidents: readonly Incident[], fromMs: number, toMs: number, nowMs: number): IncidentsReport {
  const sums = new Map<string, { kind: IncidentKind; subject: string; incidents: number; ms: number }>();
  for (const incident of incidents) {
    const { kind, subject } = incident;
    const sum = sums.get(`${kind} ${subject}`) ?? { kind, subject, incidents: 0, ms: 0 };
    sum.incidents++;
    sum.ms += lastedMs(incident, fromMs, toMs, nowMs);
    sums.set(`${kind} ${subject}`, sum);
  }
  return {
    incidents: incidents.map((incident) => incidentReport(incident, incidents, fromMs, toMs, nowMs)),
    totals: [...sums.values()].map(({ ms, ...sum }) => ({ ...sum, minutes: (ms / 60_000).toFixed(1) })),
  };
}

/** @param all a restart within an announced interruption was announced with it */
function incidentReport(incident: Incident, all: readonly Incident[], fromMs: number, toMs: number, nowMs: number): IncidentReport {
  const { kind, subject, begunMs, endedMs, announcedMs, accounts, detail } = incident;
  const plan = kind === "restart" ? all.find((other) => other.kind === "planned" && other.announcedMs <= begunMs && begunMs < other.endedMs && (endedMs === 0 || endedMs > other.begunMs)) : undefined;
  return {
    kind, subject, begun: isoTime(begunMs), ended: isoTime(endedMs), announced: isoTime(plan?.announcedMs ?? announcedMs),
    minutes: (lastedMs(incident, fromMs, toMs, nowMs) / 60_000).toFixed(1), accounts, detail,
  };
}

/** What of it lies within the period; of one that goes on, until now. */
function lastedMs({ begunMs, endedMs }: Incident, fromMs: number, toMs: number, nowMs: number): number {
  return Math.max(0, Math.min(endedMs === 0 ? nowMs : endedMs, toMs) - Math.max(begunMs, fromMs));
}
