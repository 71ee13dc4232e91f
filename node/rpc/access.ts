/**
 * Who may call from where. The Host header is checked against DNS rebinding (a web page whose name is made to point at this
 * machine); the Origin header decides what browsers let a page read, and which pages may open a WebSocket.
 */
import type {IncomingHttpHeaders} from 'node:http';
import {isIP} from 'node:net';

const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

export interface AccessOptions {
  /** Names under which the server may be addressed; `*` allows all. Addresses in digits are always allowed. */
  readonly allowedHosts: readonly string[];
  /** Web origins that may read answers; `*` allows all. undefined: loopback origins. */
  readonly corsOrigins: readonly string[] | undefined;
  /** HTTP methods that a page may use, for example `GET, POST`. */
  readonly methods: string;
}

export class AccessPolicy {
  private readonly hosts: ReadonlySet<string>;
  private readonly origins: ReadonlySet<string> | undefined;
  private readonly methods: string;

  constructor(options: AccessOptions) {
    this.methods = options.methods;
    this.hosts = new Set(options.allowedHosts.map((host) => host.toLowerCase()));
    this.origins = options.corsOrigins === undefined ? undefined : new Set(options.corsOrigins.map((origin) => origin.toLowerCase()));
  }

  allowsHost(headers: IncomingHttpHeaders): boolean {
    const {host} = headers;
    // HTTP/1.0 clients send none, and browsers always do.
    if (host === undefined || this.hosts.has('*')) return true;
    const name = hostName(host);
    return name !== undefined && (isIP(name.replace(/^\[|\]$/g, '')) !== 0 || this.hosts.has(name));
  }

  allowsOrigin(origin: string): boolean {
    if (this.origins !== undefined) return this.origins.has('*') || this.origins.has(origin.toLowerCase());
    try {
      const {protocol, hostname} = new URL(origin);
      return (protocol === 'http:' || protocol === 'https:') && LOOPBACK_NAMES.has(hostname);
    } catch {
      return false;
    }
  }

  /** Headers that let the page read the answer; none when it may not. */
  corsHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
    const {origin} = headers;
    if (origin === undefined || !this.allowsOrigin(origin)) return {};
    return {
      'Access-Control-Allow-Origin': origin,
      Vary: 'Origin',
      'Access-Control-Allow-Methods': this.methods,
      'Access-Control-Allow-Headers': 'Content-Type',
      'Access-Control-Max-Age': '600',
      ...(headers['access-control-request-private-network'] === 'true' && {'Access-Control-Allow-Private-Network': 'true'}),
    };
  }
}

function hostName(host: string): string | undefined {
  try {
    return new URL(`http://${host}`).hostname.toLowerCase();
  } catch {
    return undefined;
  }
}
