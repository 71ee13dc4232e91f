/** What a proposer makes of what the application chose. */
import {describe, expect, it} from '@jest/globals';
import {DEFAULT_CONSENSUS_PARAMS, ED25519_KEY_TYPE, EMPTY_BYTES, encodeBlock} from '#proto';
import type {Application, PrepareProposalRequest} from '#consensus/engine';
import {BlockExecutor, type BlockExecutorModules} from '../../../../consensus/engine/execution/blockExecutor.ts';
import {genesisState} from '../../../../consensus/engine/store/state.ts';
import {GENESIS_TIME} from '../../../simulation/support/scheduler.ts';
import {address} from '../support.ts';

const MAX_BYTES = 20_000n;

const state = genesisState({
  genesisTime: GENESIS_TIME,
  chainId: 'full',
  initialHeight: 1n,
  consensusParams: {...DEFAULT_CONSENSUS_PARAMS, block: {...DEFAULT_CONSENSUS_PARAMS.block, maxBytes: MAX_BYTES}},
  validators: [{address: address(0), publicKey: {type: ED25519_KEY_TYPE, bytes: new Uint8Array(32)}, power: 10n, name: ''}],
  appHash: EMPTY_BYTES,
  appState: {},
});

/** Transactions of `length` bytes, as many as the limit takes as protobuf `Data`, and `extra` more. */
function executor(length: number, extra = 0): BlockExecutor {
  const framed = BigInt(length + 1 + (length < 0x80 ? 1 : length < 0x4000 ? 2 : 3));
  const app = {
    prepareProposal: async ({maxTxBytes}: PrepareProposalRequest) =>
      Array.from({length: Number(maxTxBytes / framed) + extra}, () => new Uint8Array(length)),
  } as unknown as Application;
  return new BlockExecutor({app, txs: {reap: () => []}} as unknown as BlockExecutorModules);
}

describe('a full block', () => {
  it.each([1, 110, 127, 128, 5000, 16_384])('of transactions of %i bytes is within the limit, and is proposed', async (length) => {
    const {block, size} = await executor(length).createProposal(state, undefined, address(0));
    expect(block.txs.length).toBeGreaterThan(0);
    expect(size).toBe(encodeBlock(block).length);
    expect(BigInt(size)).toBeLessThanOrEqual(MAX_BYTES);
  });

  it('with one more transaction than fits is the application\'s fault', async () => {
    await expect(executor(110, 1).createProposal(state, undefined, address(0))).rejects.toThrow('PrepareProposal returned');
  });
});
