/**
 * Http: /metrics, /healthz and /readyz for monitoring, on plain node:http; it reads, and changes nothing.
 *
 * Hostile or forgetful clients cost little: every wait has an end, connections and headers are capped, no body
 * is read, and a page in a browser cannot reach a loopback port under a name of its own (DNS rebinding).
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isIP, type AddressInfo } from "node:net";
import type { Clock } from "../../protocols/wire/clock.js";

export interface HttpHost {
  /** The metrics page. A failure is answered with 503. */
  metricsText(): Promise<{ readonly type: string; readonly body: string }>;
  /** Whether work is taken now, and if not, why: "store: disk full", "operator: none bound". */
  ready(): { readonly ready: boolean; readonly reasons: readonly string[] };
}

export interface HttpOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly clock: Clock;
}

export interface HttpServer {
  readonly address: { readonly host: string; readonly port: number };
  /** Stops listening, lets running answers finish, and closes what is left after `withinMs`. */
  close(withinMs: number): Promise<void>;
}

const MAX_CONNECTIONS = 64;
const MAX_HEADER_OCTETS = 8 * 1024;
const HEADERS_WITHIN_MS = 5000;
const REQUEST_WITHIN_MS = 10_000;
const KEEP_ALIVE_MS = 15_000;
/** No octet either way for this long ends a connection, one whose peer does not read included. */
const SILENT_MS = 30_000;
const METRICS_WITHIN_MS = 10_000;
const CHECK_EVERY_MS = 1000;
const PATHS = ["/metrics", "/healthz", "/readyz"];
const TEXT = "text/plain; charset=utf-8";

interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/**
 * Opens the monitoring port.
 * @throws the listen error (EADDRINUSE, EACCES, EADDRNOTAVAIL)
 */
export async function startHttp(options: HttpOptions, host: HttpHost): Promise<HttpServer> {
  const onLoopback = isLoopback(options.host);
  let closing = false;
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_OCTETS,
      headersTimeout: HEADERS_WITHIN_MS,
      requestTimeout: REQUEST_WITHIN_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: CHECK_EVERY_MS,
    },
    (request, response) => {
      if (closing || hasBody(request)) response.setHeader("connection", "close");
      void pageFor(request, host, onLoopback, options.clock)
        .catch(() => text(500, "no answer"))
        .then((page) => send(request, response, page));
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.setTimeout(SILENT_MS);
  await listen(server, options.host, options.port);
  const { address, port } = server.address() as AddressInfo;

  return {
    address: { host: address, port },
    close: (withinMs) => new Promise((resolve) => {
      closing = true;
      const cancel = options.clock.after(withinMs, () => {
        server.closeAllConnections();
      });
      server.close(() => {
        cancel();
        resolve();
      });
      server.closeIdleConnections();
    }),
  };
}

async function pageFor(request: IncomingMessage, host: HttpHost, onLoopback: boolean, clock: Clock): Promise<Page> {
  if (onLoopback && !namesLoopback(request.headers.host)) return text(403, "this port answers only to its own address");
  if (request.method !== "GET" && request.method !== "HEAD") return text(405, "GET and HEAD only");
  switch ((request.url ?? "").split("?", 1)[0]) {
    case "/healthz":
      return text(200, "ok");
    case "/readyz": {
      const { ready, reasons } = host.ready();
      return { status: ready ? 200 : 503, type: "application/json", body: `${JSON.stringify({ ready, reasons })}\n` };
    }
    case "/metrics":
      return metricsPage(host, clock);
    default:
      return text(404, `here are ${PATHS.join(", ")}`);
  }
}

/** A store that hangs must not hang the monitoring with it. */
function metricsPage(host: HttpHost, clock: Clock): Promise<Page> {
  return new Promise((resolve) => {
    const cancel = clock.after(METRICS_WITHIN_MS, () => resolve(text(503, "the metrics could not be read in time")));
    host.metricsText().then(
      ({ type, body }) => {
        cancel();
        resolve({ status: 200, type, body });
      },
      () => {
        cancel();
        resolve(text(503, "the metrics could not be read"));
      },
    );
  });
}

function send(request: IncomingMessage, response: ServerResponse, page: Page): void {
  const body = Buffer.from(page.body);
  response.writeHead(page.status, {
    "content-type": page.type,
    "content-length": body.length,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(page.status === 405 ? { allow: "GET, HEAD" } : {}),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

function text(status: number, body: string): Page {
  return { status, type: TEXT, body: `${body}\n` };
}

function hasBody(request: IncomingMessage): boolean {
  return request.headers["transfer-encoding"] !== undefined || (request.headers["content-length"] ?? "0") !== "0";
}

/** True for localhost, 127.0.0.0/8 and ::1, as an address or a name. */
function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  return name === "localhost" || name === "::1" || (isIP(name) === 4 && name.startsWith("127."));
}

/** Whether a Host header names this machine's loopback. A browser always sends the name in its address bar. */
function namesLoopback(header: string | undefined): boolean {
  const parts = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/i.exec(header ?? "");
  return parts !== null && isLoopback(parts[1] ?? parts[2] ?? "");
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
}
