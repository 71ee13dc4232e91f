/** What single rules of the checkers refuse: the blocks of a real run, one thing in them changed. */
import {beforeAll, describe, expect, it} from '@jest/globals';
import {BlockIDFlag, EMPTY_BYTES, utf8, type Block, type DuplicateVoteEvidence, type Vote} from '#proto';
import {AgreementChecker} from './support/checkers/agreement.ts';
import type {Commitment, Watched} from './support/checkers/checker.ts';
import {EvidenceChecker} from './support/checkers/evidence.ts';
import {ValidityChecker} from './support/checkers/validity.ts';
import {Cluster, honestNodes} from './support/cluster.ts';
import {NO_FAULTS} from './support/network.ts';

const BEFORE = 4;
const OTHER = new Uint8Array(32).fill(7);
const NODE: Watched = {name: 'n0', isHonest: true, publicKey: undefined, signerFile: () => undefined};

let cluster: Cluster;
let chain: readonly Commitment[];
let guilty: DuplicateVoteEvidence;

beforeAll(async () => {
  const liar = {name: 'n3', validator: 3, byzantine: ['doubleVotes']} as const;
  cluster = new Cluster({seed: 7, nodes: [...honestNodes(3), liar], validators: 4, faults: NO_FAULTS});
  await cluster.start();
  for (let at = 0; at < 3000; at += 100) cluster.scheduler.after(at, () => cluster.submit(utf8(`transaction ${at}`)));
  await cluster.reach(8n, 20_000);
  expect(cluster.violations).toEqual([]);
  chain = [...cluster.node('n0').committed.values()];
  const found = chain.flatMap(({block}) => block.evidence).find(({type}) => type === 'duplicateVote');
  guilty = found as DuplicateVoteEvidence;
});

/** Good blocks, then one that is changed. */
function judge(checker: {committed: (node: Watched, commitment: Commitment) => void}, change: (commitment: Commitment) => Commitment): void {
  for (const commitment of chain.slice(0, BEFORE)) checker.committed(NODE, commitment);
  checker.committed(NODE, change(chain[BEFORE]!));
}

function withHeader(header: Partial<Block['header']>): (commitment: Commitment) => Commitment {
  return (commitment) => ({...commitment, block: {...commitment.block, header: {...commitment.block.header, ...header}}});
}

describe('validity', () => {
  function problems(change: (commitment: Commitment) => Commitment): string {
    const {genesis} = cluster;
    const found: string[] = [];
    const checker = new ValidityChecker((_, __, text) => found.push(text), {
      ...genesis,
      members: genesis.validators.map(({publicKey, power}) => ({publicKey: publicKey.bytes, power})),
      ...genesis.consensusParams.block,
    });
    for (const {block} of chain) for (const tx of block.txs) checker.submitted(tx);
    judge(checker, change);
    return found.join('\n');
  }

  it('has nothing against the blocks as they are', () => {
    expect(problems((commitment) => commitment)).toBe('');
  });

  it.each([
    ['last commit hash', {lastCommitHash: OTHER}],
    ['data hash', {dataHash: OTHER}],
    ['validators hash', {validatorsHash: OTHER}],
    ['next validators hash', {nextValidatorsHash: OTHER}],
    ['consensus hash', {consensusHash: OTHER}],
    ['app hash', {appHash: OTHER}],
    ['last results hash', {lastResultsHash: OTHER}],
    ['chain id', {chainId: 'another'}],
    ['its proposer is no validator', {proposerAddress: OTHER.slice(0, 20)}],
    ['its time is not after', {time: {seconds: 1n, nanos: 0}}],
    ['the median of the last commit', {time: {seconds: 2_000_000_000n, nanos: 0}}],
    ['it does not follow the block before', {lastBlockId: {hash: OTHER, partSetHeader: {total: 1, hash: OTHER}}}],
  ] satisfies [string, Partial<Block['header']>][])('refuses a wrong header: %s', (text, header) => {
    expect(problems(withHeader(header))).toContain(text);
    // Whatever was changed, it is not the block that was signed.
    expect(problems(withHeader(header))).toContain('block hash is');
  });

  it('refuses a commit of no more than two thirds, for another block, or with a signature that is none', () => {
    const absent = {blockIdFlag: BlockIDFlag.Absent, validatorAddress: EMPTY_BYTES, timestamp: {seconds: 0n, nanos: 0}, signature: EMPTY_BYTES};
    const seen = ({seenCommit}: Commitment): Commitment['seenCommit'] => seenCommit;
    const fewer = (commitment: Commitment): Commitment => ({
      ...commitment,
      seenCommit: {...seen(commitment), signatures: seen(commitment).signatures.map((signature, i) => (i < 2 ? absent : signature))},
    });
    const other = (commitment: Commitment): Commitment => ({...commitment, seenCommit: chain[0]!.seenCommit});
    const forged = (commitment: Commitment): Commitment => ({
      ...commitment,
      seenCommit: {...seen(commitment), signatures: seen(commitment).signatures.map((signature) => ({...signature, signature: new Uint8Array(64)}))},
    });
    expect(problems(fewer)).toMatch(/its own commit has power \d+ of 40/);
    expect(problems(other)).toBe('its own commit is for another block');
    expect(problems(forged)).toMatch(/its own commit: signature \d is not good/);
  });

  it('refuses a transaction of nobody', () => {
    const change = (commitment: Commitment): Commitment => ({...commitment, block: {...commitment.block, txs: [utf8('from nowhere')]}});
    expect(problems(change)).toMatch(/transaction \w+ was submitted by nobody/);
  });
});

describe('heights', () => {
  it('refuses a node that leaves one out', () => {
    const found: string[] = [];
    const checker = new AgreementChecker((property, height, text) => found.push(`${property} ${height}: ${text}`));
    judge(checker, () => chain[BEFORE + 1]!);
    expect(found).toEqual([`heights ${BEFORE + 2}: n0 comes from ${BEFORE}`]);
  });
});

describe('evidence', () => {
  function problems(...evidence: readonly DuplicateVoteEvidence[]): readonly string[] {
    const found: string[] = [];
    const keys = cluster.keys.map(({publicKey}, i) => ({publicKey, isHonest: i !== 3}));
    const checker = new EvidenceChecker((_, __, text) => found.push(text), cluster.genesis.chainId, keys, () => 0n);
    const bare = (commitment: Commitment): Commitment => ({...commitment, block: {...commitment.block, evidence: []}});
    for (const commitment of chain.slice(0, BEFORE)) checker.committed(NODE, bare(commitment));
    checker.committed(NODE, {...chain[BEFORE]!, block: {...chain[BEFORE]!.block, evidence}});
    return found;
  }

  it('has nothing against what is true and new', () => {
    expect(problems(guilty)).toEqual([]);
  });

  it('refuses the same a second time', () => {
    expect(problems(guilty, guilty)).toEqual([expect.stringMatching(/^against \w+ stands in an earlier block$/)]);
  });

  it.each([
    ['one vote twice', ({voteA}) => voteA],
    ['another height', ({voteB}) => ({...voteB, height: voteB.height + 1n})],
    ['another round', ({voteB}) => ({...voteB, round: voteB.round + 1})],
    ['another signer', ({voteB}) => ({...voteB, validatorAddress: new Uint8Array(20)})],
    ['a signature that is none', ({voteB}) => ({...voteB, signature: new Uint8Array(64)})],
  ] satisfies [string, (evidence: DuplicateVoteEvidence) => Vote][])('refuses what proves nothing: %s', (_, voteB) => {
    expect(problems({...guilty, voteB: voteB(guilty)})).toEqual([expect.stringMatching(/^against \w+ proves nothing$/)]);
  });
});
