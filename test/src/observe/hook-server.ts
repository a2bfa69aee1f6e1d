/** A receiver of webhooks: keeps what came, and answers as it is told. */
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Got {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export class HookServer {
  readonly got: Got[] = [];
  /** Statuses of the next answers; 200 when there are no more; 0: none at all. */
  readonly answers: number[] = [];
  location = "";
  readonly #server: Server;
  #waiting: (() => void)[] = [];

  constructor() {
    this.#server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => (body += text));
      request.on("end", () => {
        this.got.push({ headers: request.headers, body });
        for (const look of this.#waiting) look();
        const status = this.answers.shift() ?? 200;
        if (status === 0) return;
        response.writeHead(status, this.location === "" ? {} : { location: this.location });
        response.end("a long answer that nobody reads");
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}/hook?token=hidden`;
  }

  start(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  /** Resolves once so many requests have come. */
  count(most: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.got.length >= most) resolve();
      };
      this.#waiting.push(look);
      look();
    });
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => void this.#server.close(() => resolve()));
  }
}
