/** Each rule of validateBlock broken alone, in blocks whose proposer signed and hashed everything else correctly. */
import {beforeAll, describe, expect, it} from '@jest/globals';
import {
  BlockIDFlag,
  commitHash,
  dataHash,
  evidenceHash,
  sha256,
  utf8,
  VoteType,
  voteSignBytes,
  ZERO_TIME,
  type Block,
  type Commit,
  type CommitSig,
  type Header,
} from '#proto';
import {addMilliseconds, verifyCommit} from '#consensus/core';
import {validateBlock} from '../../../../consensus/engine/execution/validation.ts';
import type {ConsensusState} from '../../../../consensus/engine/store/state.ts';
import {Cluster, honestNodes} from '../../../simulation/support/cluster.ts';
import {NO_FAULTS} from '../../../simulation/support/network.ts';

let cluster: Cluster;
/** State after block 3, and block 4. */
let state: ConsensusState;
let block: Block;
let first: Block;

beforeAll(async () => {
  cluster = new Cluster({seed: 1, nodes: honestNodes(4), validators: 4, faults: NO_FAULTS});
  await cluster.start();
  cluster.submit(utf8('a transaction'));
  const node = cluster.nodes[0]!;
  await cluster.scheduler.run(20_000, () => node.height >= 3n);
  state = node.engine!.chainState;
  await cluster.scheduler.run(20_000, () => node.height >= 4n);
  block = node.committed.get(4n)!.block;
  first = node.committed.get(1n)!.block;
});

function withHeader(changes: Partial<Header>): Block {
  return {...block, header: {...block.header, ...changes}};
}

/** With hashes that fit. */
function withCommit(changes: (commit: Commit) => Commit): Block {
  const lastCommit = changes(block.lastCommit);
  return {...block, lastCommit, header: {...block.header, lastCommitHash: commitHash(lastCommit)}};
}

function withSignature(index: number, changes: (signature: CommitSig) => CommitSig): Block {
  return withCommit((commit) => ({...commit, signatures: commit.signatures.map((each, i) => (i === index ? changes(each) : each))}));
}

const ABSENT: CommitSig = {blockIdFlag: BlockIDFlag.Absent, validatorAddress: new Uint8Array(0), timestamp: ZERO_TIME, signature: new Uint8Array(0)};
const OTHER = sha256(utf8('other'));

function resign(commit: Commit, index: number, timestampShiftMs: number): CommitSig {
  const signature = commit.signatures[index]!;
  const key = cluster.keys.find(({address}) => Buffer.compare(address, signature.validatorAddress) === 0)!;
  const timestamp = addMilliseconds(signature.timestamp, timestampShiftMs);
  const {height, round, blockId} = commit;
  return {...signature, timestamp, signature: key.sign(voteSignBytes('simulation', {type: VoteType.Precommit, height, round, blockId, timestamp}))};
}

describe('validateBlock', () => {
  it('accepts what the network decided', () => {
    expect(validateBlock(state, block)).toBeUndefined();
  });

  const headers: readonly (readonly [what: string, changes: () => Partial<Header>, problem: RegExp])[] = [
    ['block protocol', () => ({version: {...block.header.version, block: 10n}}), /protocol/],
    ['app version', () => ({version: {...block.header.version, app: 9n}}), /app version 9/],
    ['chain id', () => ({chainId: 'other'}), /chain id/],
    ['height', () => ({height: 5n}), /height 5/],
    ['last block id', () => ({lastBlockId: {...block.header.lastBlockId, hash: OTHER}}), /last block id/],
    ['part set of the last block', () => ({lastBlockId: {hash: block.header.lastBlockId.hash, partSetHeader: {total: 2, hash: OTHER}}}), /last block id/],
    ['last commit hash', () => ({lastCommitHash: OTHER}), /last commit/],
    ['data hash', () => ({dataHash: OTHER}), /transactions/],
    ['evidence hash', () => ({evidenceHash: OTHER}), /evidence/],
    ['app hash', () => ({appHash: OTHER}), /app hash/],
    ['consensus hash', () => ({consensusHash: OTHER}), /consensus parameters/],
    ['results hash', () => ({lastResultsHash: OTHER}), /results hash/],
    ['validators hash', () => ({validatorsHash: OTHER}), /validators hash/],
    ['next validators hash', () => ({nextValidatorsHash: OTHER}), /next validators hash/],
    ['a proposer that is no validator', () => ({proposerAddress: OTHER.subarray(0, 20)}), /not a validator/],
    ['a time later than the median', () => ({time: addMilliseconds(block.header.time, 1)}), /median/],
    ['a time before the last block', () => ({time: addMilliseconds(state.lastBlockTime, 0)}), /not after/],
  ];
  it.each(headers)('refuses a wrong %s', (_, changes, problem) => {
    expect(validateBlock(state, withHeader(changes()))).toMatch(problem);
  });

  it('refuses other transactions', () => {
    expect(validateBlock(state, {...block, txs: [utf8('smuggled')]})).toMatch(/transactions/);
  });
  it('refuses evidence, which nobody can vouch for yet', () => {
    const precommit = {type: VoteType.Precommit, height: 2n, round: 0, timestamp: ZERO_TIME, validatorAddress: OTHER.subarray(0, 20), validatorIndex: 0, signature: new Uint8Array(64)};
    const id = (byte: number) => ({hash: new Uint8Array(32).fill(byte), partSetHeader: {total: 1, hash: OTHER}});
    const evidence = [
      {
        type: 'duplicateVote' as const,
        voteA: {...precommit, blockId: id(1)},
        voteB: {...precommit, blockId: id(2)},
        totalVotingPower: 40n,
        validatorPower: 10n,
        timestamp: ZERO_TIME,
      },
    ];
    const forged = {...block, evidence, header: {...block.header, evidenceHash: evidenceHash(evidence)}};
    expect(validateBlock(state, forged)).toMatch(/evidence/);
  });

  it('refuses a commit with two thirds and no more', () => {
    const problem = validateBlock(
      state,
      withCommit((commit) => ({...commit, signatures: commit.signatures.map((each, i) => (i < 2 ? ABSENT : each))})),
    );
    expect(problem).toMatch(/not \+2\/3/);
  });
  it('refuses a wrong signature, though +2/3 are right', () => {
    expect(validateBlock(state, withSignature(3, (each) => ({...each, signature: new Uint8Array(64).fill(1)})))).toMatch(/wrong signature 3/);
  });
  it('refuses a signature moved to nil', () => {
    expect(validateBlock(state, withSignature(0, (each) => ({...each, blockIdFlag: BlockIDFlag.Nil})))).toMatch(/wrong signature 0/);
  });
  it('refuses another time than was signed', () => {
    expect(validateBlock(state, withSignature(0, (each) => ({...each, timestamp: addMilliseconds(each.timestamp, 1)})))).toMatch(/wrong signature/);
  });
  it('refuses signatures in another order', () => {
    const problem = validateBlock(state, withCommit((commit) => ({...commit, signatures: [...commit.signatures].reverse()})));
    expect(problem).toMatch(/not of validator/);
  });
  it('refuses too few and too many signatures', () => {
    expect(validateBlock(state, withCommit((commit) => ({...commit, signatures: commit.signatures.slice(1)})))).toMatch(/3 signatures for 4/);
    expect(validateBlock(state, withCommit((commit) => ({...commit, signatures: [...commit.signatures, ABSENT]})))).toMatch(/5 signatures for 4/);
  });
  it('refuses a commit of another height or block', () => {
    expect(validateBlock(state, withCommit((commit) => ({...commit, height: 2n})))).toMatch(/of height 2/);
    expect(validateBlock(state, withCommit((commit) => ({...commit, blockId: {...commit.blockId, hash: OTHER}})))).toMatch(/another block/);
  });
  it('takes the median from the commit in the block, so a re-signed time must be followed', () => {
    const shifted = withCommit((commit) => ({...commit, signatures: commit.signatures.map((_, i) => resign(commit, i, 500))}));
    expect(validateBlock(state, shifted)).toMatch(/median/);
    expect(validateBlock(state, {...shifted, header: {...shifted.header, time: addMilliseconds(block.header.time, 500)}})).toBeUndefined();
  });

  it('the first block has the genesis time and no signatures', () => {
    expect(first.header.time).toEqual(cluster.genesis.genesisTime);
    expect(first.lastCommit.signatures).toEqual([]);
    expect(first.header.dataHash).toEqual(dataHash(first.txs));
  });
});

describe('verifyCommit', () => {
  it('counts power, not heads', () => {
    const set = state.validators;
    const {lastCommit} = block;
    const heavy = {
      ...set,
      validators: set.validators.map((validator, i) => ({...validator, votingPower: i === 0 ? 100n : 1n})),
      totalVotingPower: 103n,
    };
    const withoutFirst = {...lastCommit, signatures: lastCommit.signatures.map((each, i) => (i === 0 ? ABSENT : each))};
    expect(verifyCommit('simulation', heavy, lastCommit.blockId, 3n, withoutFirst)).toMatch(/3 of 103/);
    const onlyFirst = {...lastCommit, signatures: lastCommit.signatures.map((each, i) => (i === 0 ? each : ABSENT))};
    expect(verifyCommit('simulation', heavy, lastCommit.blockId, 3n, onlyFirst)).toBeUndefined();
  });
});
