import {afterAll, beforeAll, describe, expect, it} from '@jest/globals';
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parse} from 'smol-toml';
import {createPublicClient, createWalletClient, http, parseEther} from 'viem';
import {mnemonicToAccount} from 'viem/accounts';
import {readValidatorKey} from '#node/keys';
import {blockIdKey, evidenceToJson, sha256, timestampFromRfc3339, utf8, voteSignBytes, VoteType, type BlockID, type DuplicateVoteEvidence} from '#proto';
import {rpc, startDevnet, startNode, untilHeight, type TestDevnet} from '../support/devnet.ts';
import {freeBasePort} from '../support/ports.ts';

const MNEMONIC = 'test test test test test test test test test test test junk';
const INTERVAL = 'QANAT_STATE_SYNC_SNAPSHOT_INTERVAL';
const account = mnemonicToAccount(MNEMONIC, {addressIndex: 1});
const receiver = mnemonicToAccount(MNEMONIC, {addressIndex: 2}).address;

interface CometValidator {
  readonly address: string;
  readonly voting_power: string;
}

async function comet<T>(url: string, path: string): Promise<T> {
  const {result, error} = (await (await fetch(`${url}/${path}`)).json()) as {result?: T; error?: {data: string}};
  if (result === undefined) throw new Error(error?.data);
  return result;
}

async function broadcastEvidence(url: string, evidence: DuplicateVoteEvidence): Promise<string> {
  const body = JSON.stringify({jsonrpc: '2.0', id: 1, method: 'broadcast_evidence', params: {evidence: evidenceToJson(evidence)}});
  const {result, error} = (await (await fetch(url, {method: 'POST', headers: {'content-type': 'application/json'}, body})).json()) as {result?: {hash: string}; error?: {data: string}};
  if (result === undefined) throw new Error(error?.data);
  return result.hash;
}

/** What the validator in `home` would be guilty of, had it signed two blocks of that height. */
async function doubleVote(home: string, url: string, height: number): Promise<DuplicateVoteEvidence> {
  const stored = await readValidatorKey(join(home, 'config', 'priv_validator_key.json'), () => Promise.reject(new Error('the key is not encrypted')));
  const {key} = stored!;
  const {signed_header: signed} = await comet<{signed_header: {header: {chain_id: string; time: string}}}>(url, `commit?height=${height}`);
  const {validators} = await comet<{validators: CometValidator[]}>(url, `validators?height=${height}`);
  const validatorIndex = validators.findIndex(({address}) => address === Buffer.from(key.address).toString('hex').toUpperCase());
  const timestamp = timestampFromRfc3339(signed.header.time);
  const [voteA, voteB] = ['one', 'other']
    .map((name): BlockID => ({hash: sha256(utf8(name)), partSetHeader: {total: 1, hash: sha256(utf8(name))}}))
    .sort((a, b) => (blockIdKey(a) < blockIdKey(b) ? -1 : 1))
    .map((blockId) => {
      const vote = {type: VoteType.Precommit, height: BigInt(height), round: 0, blockId, timestamp, validatorAddress: key.address, validatorIndex};
      return {...vote, signature: key.sign(voteSignBytes(signed.header.chain_id, vote))};
    });
  const totalVotingPower = validators.reduce((sum, {voting_power}) => sum + BigInt(voting_power), 0n);
  return {type: 'duplicateVote', voteA: voteA!, voteB: voteB!, totalVotingPower, validatorPower: BigInt(validators[validatorIndex]!.voting_power), timestamp};
}

/** The first block from `height` on that holds evidence. */
async function evidenceBlock(url: string, height: number): Promise<number> {
  for (let at = height; at < height + 60; at++) {
    let block: {block: {evidence: {evidence: unknown[]}}} | undefined;
    while (block === undefined) {
      block = await comet<NonNullable<typeof block>>(url, `block?height=${at}`).catch(() => undefined);
      if (block === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
    }
    if (block.block.evidence.evidence.length > 0) return at;
  }
  throw new Error(`no evidence in the blocks from ${height} to ${height + 60}`);
}

describe('a network whose validators make snapshots', () => {
  let net: TestDevnet;
  let home: string;
  beforeAll(async () => {
    net = await startDevnet({validators: 4, args: ['--block-interval', '300'], env: {[INTERVAL]: '5'}});
    home = mkdtempSync(join(tmpdir(), 'qanat-state-sync-'));
  }, 120_000);
  afterAll(async () => {
    await net.dispose();
    rmSync(home, {recursive: true, force: true});
  }, 60_000);

  const transfer = async (url: string): Promise<bigint> => {
    const client = createPublicClient({transport: http(url), pollingInterval: 50});
    const wallet = createWalletClient({account, transport: http(url)});
    const hash = await wallet.sendTransaction({chain: null, to: receiver, value: parseEther('1')});
    return (await client.waitForTransactionReceipt({hash, timeout: 30_000})).blockNumber;
  };

  it('is joined by a node that was killed in the middle of its state sync', async () => {
    const sent = await transfer(net.rpcUrl(0));
    await untilHeight(net.rpcUrl(0), sent + 12n);
    const source = net.network.validators[0]!.home;
    mkdirSync(join(home, 'config'));
    mkdirSync(join(home, 'data'));
    cpSync(join(source, 'config', 'genesis.json'), join(home, 'config', 'genesis.json'));
    const config = parse(readFileSync(join(source, 'config', 'config.toml'), 'utf8')) as {p2p: {persistent_peers: string[]}};
    const commit = (await (await fetch(`${net.cometUrl(0)}/commit?height=1`)).json()) as {result: {signed_header: {commit: {block_id: {hash: string}}}}};
    const port = await freeBasePort(4);
    const args = Object.entries({
      'eth.port': port,
      'comet.port': port + 1,
      'p2p.port': port + 2,
      'metrics.port': port + 3,
      'p2p.persistent_peers': config.p2p.persistent_peers.join(','),
      'state_sync.enable': 'true',
      'state_sync.rpc_servers': [net.cometUrl(0), net.cometUrl(1)].join(','),
      'state_sync.trust_height': 1,
      'state_sync.trust_hash': commit.result.signed_header.commit.block_id.hash,
    }).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const url = `http://127.0.0.1:${port}`;

    const first = startNode(home, args);
    await first.printed(/offered to the application/);
    first.process.kill('SIGKILL');
    await first.exited;

    const node = startNode(home, args);
    try {
      const head = await untilHeight(net.rpcUrl(0), 0n);
      await untilHeight(url, head).catch((error: Error) => {
        throw new Error(`${error.message}\n${node.output()}`);
      });
      expect(node.output()).toContain('state is synced');
      const mined = await transfer(url);
      await untilHeight(net.rpcUrl(0), mined);
      for (const method of ['eth_getBalance', 'eth_getTransactionCount']) {
        expect(await rpc(url, method, [receiver, `0x${mined.toString(16)}`])).toBe(await rpc(net.rpcUrl(0), method, [receiver, `0x${mined.toString(16)}`]));
      }
      const at = `0x${mined.toString(16)}`;
      expect(await rpc(url, 'eth_getProof', [receiver, [], at])).toEqual(await rpc(net.rpcUrl(0), 'eth_getProof', [receiver, [], at]));
      await expect(rpc(url, 'eth_getBlockByNumber', ['0x1', false])).rejects.toThrow('pruned history unavailable');

      // The headers before the snapshot are fetched beside consensus, with commits and validators, down to the first.
      await node.printed(/headers before the snapshot are here/);
      const own = `http://127.0.0.1:${port + 1}`;
      const status = await comet<{sync_info: {earliest_block_height: string}}>(own, 'status');
      const first = Number(status.sync_info.earliest_block_height);
      expect(first).toBeGreaterThan(5);
      for (const height of [1, 2, first - 2, first - 1, first]) {
        expect(await comet(own, `commit?height=${height}`)).toEqual(await comet(net.cometUrl(0), `commit?height=${height}`));
        const keys = async (at: string): Promise<unknown> =>
          (await comet<{validators: object[]}>(at, `validators?height=${height}`)).validators.map((each) => ({...each, proposer_priority: ''}));
        expect(await keys(own)).toEqual(await keys(net.cometUrl(0)));
      }
      await expect(comet(own, 'consensus_params?height=1')).rejects.toThrow('not available');
      // Evidence of a height from before the snapshot is judged: the true is taken, gossiped and committed, the false refused.
      const old = await doubleVote(net.network.validators[3]!.home, net.cometUrl(0), 2);
      await expect(broadcastEvidence(own, {...old, validatorPower: old.validatorPower + 1n})).rejects.toThrow(/power/);
      await broadcastEvidence(own, old);
      const committedAt = await evidenceBlock(own, Number(mined));
      const shown = async (at: string): Promise<unknown> => (await comet<{block: {evidence: unknown}}>(at, `block?height=${committedAt}`)).block.evidence;
      expect(await shown(own)).toEqual(await shown(net.cometUrl(0)));

      node.process.kill('SIGINT');
      await node.exited;
      const again = startNode(home, args);
      try {
        await untilHeight(url, mined + 3n);
        expect(again.output()).toContain('no state sync');
      } finally {
        again.process.kill('SIGINT');
        await again.exited;
      }
    } finally {
      node.process.kill('SIGKILL');
      await node.exited;
    }
  }, 180_000);
});
