import {createServer, type Server} from 'node:http';
import type {Registry} from 'prom-client';
import {listen, close} from './listen.ts';

export interface MetricsServerModules {
  readonly registry: Registry;
  /** Sets what nobody reports by itself. */
  readonly beforeScrape: () => void;
}

/** Serves `/metrics` (Prometheus text format) and `/health`. */
export class MetricsServer {
  readonly #server: Server;
  readonly #host: string;
  readonly #port: number;

  constructor(options: {host: string; port: number}, modules: MetricsServerModules) {
    this.#host = options.host;
    this.#port = options.port;
    this.#server = createServer((request, response) => {
      if (request.method !== 'GET') {
        response.writeHead(405, {allow: 'GET'}).end();
      } else if (request.url === '/metrics') {
        scrape(modules).then(
          (text) => response.writeHead(200, {'content-type': modules.registry.contentType}).end(text),
          () => response.writeHead(500).end(),
        );
      } else if (request.url === '/health') {
        response.writeHead(200, {'content-type': 'text/plain'}).end('ok\n');
      } else {
        response.writeHead(404).end();
      }
    });
  }

  listen(): Promise<void> {
    return listen(this.#server, this.#host, this.#port);
  }

  close(): Promise<void> {
    return close(this.#server);
  }
}

async function scrape({registry, beforeScrape}: MetricsServerModules): Promise<string> {
  beforeScrape();
  return registry.metrics();
}
