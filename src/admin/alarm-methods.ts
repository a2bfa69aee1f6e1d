/**
 * Alarm methods: what stands, a test of the webhooks.
 */
import { z } from "zod";
import { ALARMS, type AlarmKind } from "../contract/alarm.js";
import type { WebhookTest } from "../observe/webhook.js";
import type { AdminHost } from "./host.js";

export const ALARM_METHODS = {
  "alarms.list": z.strictObject({}),
  "alarms.test": z.strictObject({}),
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

export interface AlarmResults {
  "alarms.list": readonly AlarmReport[];
  "alarms.test": readonly WebhookTest[];
}

export const ALARM_ANSWERS: { readonly [M in keyof AlarmResults]: (host: AdminHost, params: z.output<(typeof ALARM_METHODS)[M]>) => Promise<AlarmResults[M]> } = {
  "alarms.list": (host) => Promise.resolve(host.alarms.raised().map(({ kind, subject, detail, sinceMs }) => (
    { kind, meaning: ALARMS[kind], subject, detail, since: new Date(sinceMs).toISOString() }))),
  "alarms.test": (host) => host.alarms.test(),
};
