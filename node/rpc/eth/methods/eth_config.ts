/** The forks of the chain: which rules are in force, which come next, and which are the last that this node knows (EIP-7910). */
import type {ChainFork} from '../backend.ts';
import type {Json} from '../encode/transaction.ts';
import {rpcErrors} from '../errors.ts';
import {forkHash} from '../fork-id.ts';
import {quantity} from '../hex.ts';
import {defineMethod} from '../method.ts';

export const eth_config = defineMethod({
  name: 'eth_config',
  params: [],
  example: {params: [], result: 'activation, blobs, precompiles, system contracts and fork id of the current, the next and the last fork'},
  handler: async (context) => {
    const {chain} = context;
    const genesis = (await chain.blockByNumber(0n))?.header;
    if (genesis === undefined) throw rpcErrors.headerNotFound();
    const {number, timestamp} = chain.head().header;
    const forks = chain.forks();
    const hasBegun = ({activation}: ChainFork): boolean => ('block' in activation ? activation.block <= number : activation.timestamp <= timestamp);
    const current = forks.filter(hasBegun).length - 1;
    const last = forks.length - 1;
    const show = (index: number): Json => {
      const fork = forks[index];
      if (fork === undefined) return null;
      const {activation, blobs, precompiles, systemContracts} = fork;
      return {
        // Forks by block are those that the EIP leaves out; what is in force from genesis on has 0.
        activationTime: 'timestamp' in activation ? Number(activation.timestamp) : 0,
        blobSchedule: blobs === undefined ? null : {target: Number(blobs.target), max: Number(blobs.max), baseFeeUpdateFraction: Number(blobs.updateFraction)},
        chainId: quantity(chain.chainId),
        forkId: forkHash(genesis, forks.slice(0, index + 1)),
        precompiles: Object.fromEntries(precompiles),
        systemContracts: Object.fromEntries(systemContracts),
      };
    };
    return {current: show(current), next: show(current + 1), last: current === last ? null : show(last)};
  },
});
