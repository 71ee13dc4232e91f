/** The checksum by which nodes tell whether they are on the same chain with the same forks (EIP-2124, 6122). */
import {crc32} from 'node:zlib';
import type {EthHeader} from '#node/execution';
import type {ChainFork} from './backend.ts';
import {hexBytes} from './hex.ts';

/** Over the hash of genesis and where each of `forks` began, in order, once; what began with genesis is in its hash. */
export function forkHash(genesis: EthHeader, forks: readonly ChainFork[]): `0x${string}` {
  let checksum = crc32(hexBytes(genesis.hash));
  let last: bigint | undefined;
  for (const {activation} of forks) {
    const at = 'block' in activation ? activation.block : activation.timestamp;
    const isGenesis = 'block' in activation ? at === 0n : at <= genesis.timestamp;
    if (isGenesis || at === last) continue;
    last = at;
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(at);
    checksum = crc32(bytes, checksum);
  }
  return `0x${checksum.toString(16).padStart(8, '0')}`;
}
