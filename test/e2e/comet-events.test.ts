/** What only real validators show of the CometBFT RPC: consensus events, round states, evidence, and an index that survives kill -9. */
import {afterAll, beforeAll, describe, expect, it} from '@jest/globals';
import {parseEther} from 'viem';
import {mnemonicToAccount} from 'viem/accounts';
import {rpc, startDevnet, type TestDevnet} from '../support/devnet.ts';
import {openSocket} from '../unit/rpc-comet/socket.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

const MNEMONIC = 'test test test test test test test test test test test junk';

describe('the CometBFT RPC of a devnet', () => {
  let net: TestDevnet;
  beforeAll(async () => {
    net = await startDevnet({validators: 2, args: ['--block-interval', '300']});
  }, 120_000);
  afterAll(async () => {
    await net.dispose();
  }, 60_000);

  const get = async (path: string): Promise<Json> => (await fetch(`${net.cometUrl()}${path}`)).json();

  const until = async (path: string, isReached: (answer: Json) => boolean): Promise<Json> => {
    for (;;) {
      const answer = await get(path);
      if (isReached(answer)) return answer;
      await new Promise((resume) => setTimeout(resume, 50));
    }
  };

  it('tells the steps of consensus to those who subscribe', async () => {
    const socket = await openSocket(`${net.cometUrl().replace('http', 'ws')}/websocket`);
    const names = ['NewRound', 'NewRoundStep', 'CompleteProposal', 'Vote', 'Polka'];
    for (const name of names) expect((await socket.call({jsonrpc: '2.0', id: name, method: 'subscribe', params: {query: `tm.event='${name}'`}})).error).toBeUndefined();
    const heard = Object.fromEntries(await Promise.all(names.map(async (name) => [name, (await socket.next(name)).result.data] as const)));
    socket.close();
    expect(heard['NewRound']).toEqual({
      type: 'tendermint/event/NewRound',
      value: {height: expect.stringMatching(/^\d+$/), round: 0, step: 'RoundStepNewRound', proposer: {address: expect.stringMatching(/^[0-9A-F]{40}$/), index: expect.any(Number)}},
    });
    expect(heard['NewRoundStep'].value.step).toMatch(/^RoundStep/);
    expect(heard['CompleteProposal'].value.block_id.hash).toMatch(/^[0-9A-F]{64}$/);
    expect(heard['Vote'].value.Vote).toMatchObject({round: 0, block_id: {parts: {total: expect.any(Number)}}, signature: expect.any(String)});
    expect(heard['Polka'].type).toBe('tendermint/event/RoundState');
  }, 60_000);

  it('shows the round state, and where the peer is', async () => {
    const {round_state: short} = (await get('/consensus_state')).result;
    expect(short['height/round/step']).toMatch(/^\d+\/\d+\/[13468]$/);
    expect(short.height_vote_set[0].prevotes).toHaveLength(2);
    expect(short.height_vote_set[0].prevotes_bit_array).toMatch(/^BA\{2:[x_]{2}\} \d+\/\d+ = \d\.\d\d$/);
    const {round_state: whole, peers} = (await get('/dump_consensus_state')).result;
    expect(whole.validators.validators).toHaveLength(2);
    expect(whole.last_commit.votes.find((vote: string) => vote.startsWith('Vote{'))).toMatch(
      /^Vote\{\d:[0-9A-F]{12} \d+\/\d\d\/SIGNED_MSG_TYPE_PRECOMMIT\(Precommit\) [0-9A-F]{12} [0-9A-F]{12} 000000000000 @ \d{4}-.*Z\}$/,
    );
    expect(peers).toHaveLength(1);
    expect(peers[0].node_address).toMatch(/^[0-9a-f]{40}@127\.0\.0\.1$/);
    expect(Number(peers[0].peer_state.round_state.height)).toBeGreaterThan(0);
  }, 60_000);

  it('refuses evidence that proves nothing', async () => {
    const {result} = await get('/commit?height=1');
    const {header, commit} = result.signed_header;
    const vote = {type: 2, height: '1', round: 0, block_id: commit.block_id, timestamp: header.time, validator_address: commit.signatures[0].validator_address, validator_index: 0, signature: commit.signatures[0].signature};
    const other = {...vote, block_id: {...vote.block_id, hash: vote.block_id.hash.replace(/^../, '00')}};
    const value = {vote_a: other, vote_b: vote, TotalVotingPower: '2', ValidatorPower: '1', Timestamp: header.time};
    const body = JSON.stringify({jsonrpc: '2.0', id: 1, method: 'broadcast_evidence', params: {evidence: {type: 'tendermint/DuplicateVoteEvidence', value}}});
    const answer = (await (await fetch(net.cometUrl(), {method: 'POST', body})).json()) as Json;
    expect(answer.error.data).toMatch(/^failed to add evidence: /);
  }, 60_000);

  it('finds a transaction after the node was killed', async () => {
    const account = mnemonicToAccount(MNEMONIC, {addressIndex: 6});
    const nonce = Number(await rpc<string>(net.rpcUrl(), 'eth_getTransactionCount', [account.address, 'latest']));
    const raw = await account.signTransaction({
      type: 'eip1559',
      chainId: 72590,
      nonce,
      to: account.address,
      value: parseEther('1'),
      gas: 21_000n,
      maxFeePerGas: 10n ** 10n,
      maxPriorityFeePerGas: 10n ** 9n,
    });
    const {result: sent} = await get(`/broadcast_tx_commit?tx=${raw}`);
    expect(sent.tx_result.code).toBe(0);
    const {home, basePort} = net;
    for (const pid of net.pids()) process.kill(pid, 'SIGKILL');
    await net.interrupt();
    net = await startDevnet({validators: 2, home, basePort, args: ['--block-interval', '300']});
    // What was not indexed before the kill is indexed while the node already serves.
    const found = await until(`/tx?hash=0x${sent.hash}&prove=true`, ({result}) => result !== undefined);
    expect([found.result.height, found.result.proof.proof.total]).toEqual([sent.height, '1']);
    const next = BigInt(sent.height) + 1n;
    const searched = await until(`/block_search?query="block.height=${next}"`, ({result}) => result?.total_count === '1');
    expect(searched.result.blocks[0].block.header.height).toBe(next.toString());
  }, 120_000);
});
