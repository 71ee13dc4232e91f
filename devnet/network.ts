import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {NodePorts} from '#node/config';

/** `devnet.json`, which `qanat testnet` writes beside the validators' homes: all that a script needs to use the network. */
export interface NetworkDescription {
  readonly chainId: string;
  readonly evmChainId: number;
  readonly mnemonic: string;
  readonly accounts: readonly {readonly address: string; readonly privateKey: string; readonly balance: string}[];
  readonly precompiles: readonly {readonly name: string; readonly address: string}[];
  readonly systemContracts: readonly {readonly name: string; readonly address: string}[];
  readonly validators: readonly {readonly index: number; readonly home: string; readonly ports: NodePorts}[];
}

export const NETWORK_FILE = 'devnet.json';

export function readNetwork(home: string): NetworkDescription | undefined {
  try {
    return JSON.parse(readFileSync(join(home, NETWORK_FILE), 'utf8')) as NetworkDescription;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`cannot read ${join(home, NETWORK_FILE)}: ${(error as Error).message}`);
  }
}
