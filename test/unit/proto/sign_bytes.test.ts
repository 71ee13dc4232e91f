import {describe, expect, it} from '@jest/globals';
import {concatBytes, NIL_BLOCK_ID, proposalSignBytes, toHex, voteSignBytes, ZERO_TIME, type VoteType} from '#proto';
import {exampleBlockId, exampleProposal, exampleVote} from './examples.ts';

/** CometBFT types/vote_test.go, TestVoteSignBytesTestVectors. */
const ZERO_TIMESTAMP = '2a0b088092b8c398feffffff01';
const HEIGHT_ROUND = '110100000000000000190100000000000000';
const CHAIN_ID = '320d746573745f636861696e5f6964';

describe('vote sign bytes', () => {
  const vote = (type: number, height = 1n, round = 1) => ({type: type as VoteType, height, round, blockId: NIL_BLOCK_ID, timestamp: ZERO_TIME});

  it.each([
    ['empty', '', vote(0, 0n, 0), `0d${ZERO_TIMESTAMP}`],
    ['precommit', '', vote(2), `210802${HEIGHT_ROUND}${ZERO_TIMESTAMP}`],
    ['prevote', '', vote(1), `210801${HEIGHT_ROUND}${ZERO_TIMESTAMP}`],
    ['no type', '', vote(0), `1f${HEIGHT_ROUND}${ZERO_TIMESTAMP}`],
    ['chain id', 'test_chain_id', vote(0), `2e${HEIGHT_ROUND}${ZERO_TIMESTAMP}${CHAIN_ID}`],
  ])('%s', (_name, chainId, value, expected) => {
    expect(toHex(voteSignBytes(chainId, value))).toBe(expected);
  });

  it('do not cover validator and signature, and cover everything else', () => {
    const bytes = toHex(voteSignBytes('test_chain_id', exampleVote()));
    const same = exampleVote({validatorIndex: 1, validatorAddress: new Uint8Array(20), signature: new Uint8Array(0)});
    expect(toHex(voteSignBytes('test_chain_id', same))).toBe(bytes);
    for (const change of [{type: 1}, {height: 1n}, {round: 3}, {blockId: exampleBlockId('other')}, {timestamp: ZERO_TIME}] as const) {
      expect(toHex(voteSignBytes('test_chain_id', exampleVote(change)))).not.toBe(bytes);
    }
    expect(toHex(voteSignBytes('other_chain_id', exampleVote()))).not.toBe(bytes);
  });

  it('a round beyond one byte stays in eight', () => {
    expect(toHex(voteSignBytes('', vote(1, 2n ** 62n, 2_147_483_647)))).toContain('11000000000000004019ffffff7f00000000');
  });
});

describe('proposal sign bytes', () => {
  it('have the proposal type, and -1 as ten bytes', () => {
    const proposal = exampleProposal({height: 1n, round: 1, polRound: -1, timestamp: ZERO_TIME});
    const {blockId} = proposal;
    const inner = concatBytes(
      Uint8Array.of(0x0a, 0x20),
      blockId.hash,
      Uint8Array.of(0x12, 0x24, 0x08, blockId.partSetHeader.total, 0x12, 0x20),
      blockId.partSetHeader.hash,
    );
    const expected = `0820${HEIGHT_ROUND}20ffffffffffffffffff012a48${toHex(inner)}32${ZERO_TIMESTAMP.slice(2)}3a0d746573745f636861696e5f6964`;
    expect(toHex(proposalSignBytes('test_chain_id', proposal))).toBe(`8501${expected}`);
  });

  it('differ from the sign bytes of a vote (TestVoteProposalNotEq)', () => {
    const common = {height: 1n, round: 1, blockId: NIL_BLOCK_ID, timestamp: ZERO_TIME};
    expect(proposalSignBytes('', {...common, polRound: 0})).not.toEqual(voteSignBytes('', {...common, type: 1}));
  });
});
