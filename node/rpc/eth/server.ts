import type {EthRpcModules, EthRpcOptions} from './options.ts';

export class EthRpcServer {
  constructor(_options: EthRpcOptions, _modules: EthRpcModules) {}

  /** Resolves when the port is open. Rejects with a message that names the port when it is in use. */
  async listen(): Promise<{readonly host: string; readonly port: number}> {
    throw new Error('in the making');
  }

  async close(): Promise<void> {}
}
