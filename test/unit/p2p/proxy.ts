import {once} from 'node:events';
import {connect, createServer} from 'node:net';
import type {AddressInfo, Server, Socket} from 'node:net';

/** A TCP relay in front of a node, at which connections can be cut or made to fall silent. */
export class Proxy {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #frozen = false;
  accepted = 0;

  constructor(targetPort: number) {
    this.#server = createServer(client => {
      this.accepted++;
      const upstream = connect(targetPort, '127.0.0.1');
      const pair = [client, upstream] as const;
      this.#pairs.add(pair);
      for (const [from, to] of [pair, [upstream, client] as const]) {
        from.on('error', () => undefined);
        from.on('data', chunk => {
          if (!this.#frozen) to.write(chunk);
        });
        from.on('close', () => {
          to.destroy();
          this.#pairs.delete(pair);
        });
      }
    });
  }

  /** Returns its address, given that of the node behind. */
  async listen(nodeAddress: string): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return nodeAddress.replace(/\/tcp\/\d+/, `/tcp/${(this.#server.address() as AddressInfo).port}`);
  }

  /** Both sides see the connection end without a farewell. */
  cut(): void {
    for (const [client, upstream] of this.#pairs) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
  }

  /** Connections stay open, but nothing passes any more: what a dead cable or a suspended machine looks like. */
  freeze(frozen: boolean): void {
    this.#frozen = frozen;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }
}
