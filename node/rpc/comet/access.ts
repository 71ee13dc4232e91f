/** Who may call from where: the Host header against DNS rebinding, the Origin header for what browsers let a page read. */
import {isIP} from 'node:net';

export interface AccessOptions {
  /** Names under which the server may be addressed; `*` allows all. Addresses in digits are always allowed. */
  readonly allowedHosts: readonly string[];
  /** Web origins that may read answers; `*` allows all. */
  readonly corsOrigins: readonly string[];
}

export class AccessPolicy {
  readonly #hosts: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;

  constructor(options: AccessOptions) {
    this.#hosts = new Set(options.allowedHosts.map((host) => host.toLowerCase()));
    this.#origins = new Set(options.corsOrigins.map((origin) => origin.toLowerCase()));
  }

  /** HTTP/1.0 clients send no Host header, browsers always do. */
  allowsHost(host: string | undefined): boolean {
    if (host === undefined || this.#hosts.has('*')) return true;
    let name: string;
    try {
      name = new URL(`http://${host}`).hostname.toLowerCase();
    } catch {
      return false;
    }
    return isIP(name.replace(/^\[|\]$/g, '')) !== 0 || this.#hosts.has(name);
  }

  corsHeaders(origin: string | undefined): Readonly<Record<string, string>> {
    if (origin === undefined || !(this.#origins.has('*') || this.#origins.has(origin.toLowerCase()))) return {};
    return {
      'Access-Control-Allow-Origin': origin,
      Vary: 'Origin',
      'Access-Control-Allow-Methods': 'GET, POST',
      'Access-Control-Allow-Headers': 'Content-Type',
      'Access-Control-Max-Age': '600',
    };
  }
}
