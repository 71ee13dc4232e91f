/** Replays what was sent to a CometBFT 0.38 node, and compares with what it answered, searches and subscriptions included. */
import {afterEach, beforeEach, describe, expect, it} from '@jest/globals';
import {readdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {createHeightVotes, createRoundState, newValidatorSet} from '#consensus/core';
import {CometRpcServer, Indexer} from '#node/rpc/comet';
import {memoryStore} from '#node/storage';
import {fromBase64, NIL_BLOCK_ID, timestampFromRfc3339, type Block, type ExecTxResult} from '#proto';
import {blockFromJson, blockIdFromJson, readVector, rpcResult} from '../proto/comet_json.ts';
import {RecordedChain} from './recorded_chain.ts';
import {openSocket, type TestSocket} from './socket.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

const OUTGOING = new URL('../../conformance/data/tendermint/rpc-v0_38/outgoing/', import.meta.url);
const logger = {debug() {}, info() {}, warn() {}, error() {}};

let chain: RecordedChain;
let server: CometRpcServer;
let socket: TestSocket;

beforeEach(async () => {
  chain = new RecordedChain();
  server = new CometRpcServer({port: 0}, {backend: chain, logger});
  const {port} = await server.listen();
  socket = await openSocket(`ws://127.0.0.1:${port}/websocket`);
});

afterEach(async () => {
  socket.close();
  await server.close();
});

const outgoing = (name: string): Json => readVector(`rpc-v0_38/outgoing/${name}.json`);
const incoming = (name: string): Json => readVector(`rpc-v0_38/incoming/${name}.json`);

/** What the recording answered, with the id of our request: some were recorded in other sessions. */
async function expectRecorded(name: string): Promise<void> {
  const request = outgoing(name);
  expect(await socket.call(request)).toEqual({...incoming(name), id: request.id});
}

function resultFromJson(json: Json): ExecTxResult {
  return {
    code: json.code ?? 0,
    data: fromBase64(json.data ?? ''),
    log: json.log ?? '',
    gasWanted: BigInt(json.gas_wanted ?? 0),
    gasUsed: BigInt(json.gas_used ?? 0),
    codespace: json.codespace ?? '',
    events: json.events,
  };
}

/** An index of the recorded transactions, in blocks that hold nothing else, and of the recorded blocks. */
async function index(upTo: bigint): Promise<void> {
  const template = blockFromJson(rpcResult('block_at_height_10').block);
  const txs = new Map<bigint, Json>(rpcResult('tx_search_no_prove').txs.map((tx: Json) => [BigInt(tx.height), tx]));
  for (const {block_id: id, block} of rpcResult('block_search').blocks) chain.add(blockIdFromJson(id), blockFromJson(block));
  for (const [height, tx] of txs) {
    chain.add(NIL_BLOCK_ID, {...template, header: {...template.header, height}, txs: [fromBase64(tx.tx)]});
  }
  const blockAt = (height: bigint): Block => chain.block(height) ?? {...template, header: {...template.header, height}};
  const indexer = new Indexer({
    db: memoryStore(),
    chain: {
      base: () => 1n,
      height: () => upTo,
      block: blockAt,
      blockResults: (height) => ({
        height,
        txResults: blockAt(height).txs.length === 0 ? [] : [resultFromJson(txs.get(height)?.tx_result)],
        validatorUpdates: [],
        appHash: new Uint8Array(0),
      }),
    },
    logger,
  });
  await indexer.follow();
  expect(indexer.height).toBe(upTo);
  chain.index = indexer;
}

describe('recordings', () => {
  it('every outgoing file names a method that is served', async () => {
    const names = readdirSync(fileURLToPath(OUTGOING)).map((name) => name.replace('.json', ''));
    expect(names.length).toBeGreaterThanOrEqual(30);
    chain.latest = 9n;
    for (const name of names) {
      const request = {...outgoing(name), id: name};
      // It would wait for its block.
      if (name === 'broadcast_tx_commit') continue;
      const answer = await socket.call(request);
      expect([name, answer.error?.code]).not.toEqual([name, -32601]);
    }
  });

  it.each(['tx_search_no_prove', 'tx_search_with_prove'])('%s', async (name) => {
    await index(254n);
    await expectRecorded(name);
  });

  it('block_search', async () => {
    await index(46n);
    await expectRecorded('block_search');
  });

  it('a block with evidence, but for the names that tendermint-rs gave its members', async () => {
    const [{block_id: id, block}] = rpcResult('block_search_evidence').blocks;
    chain.add(blockIdFromJson(id), blockFromJson(block));
    chain.latest = 549n;
    const {result} = await socket.call({jsonrpc: '2.0', id: 1, method: 'block', params: {height: '549'}});
    const [{value}] = block.evidence.evidence;
    const {total_voting_power: TotalVotingPower, validator_power: ValidatorPower, timestamp: Timestamp, ...votes} = value;
    block.evidence.evidence[0].value = {...votes, TotalVotingPower, ValidatorPower, Timestamp};
    expect(result).toEqual({block_id: id, block});
  });

  it('broadcast_tx_commit waits for the block', async () => {
    const recorded = incoming('broadcast_tx_commit').result;
    const request = outgoing('broadcast_tx_commit');
    chain.check = {code: 0, log: '', codespace: '', gasWanted: 1n};
    const answer = socket.call(request);
    await socket.call({jsonrpc: '2.0', id: 'barrier', method: 'health'});
    const template = blockFromJson(rpcResult('block_at_height_10').block);
    chain.commitBlock({
      block: {...template, header: {...template.header, height: BigInt(recorded.height)}, txs: [fromBase64(request.params.tx)]},
      blockId: NIL_BLOCK_ID,
      results: {height: 227n, txResults: [resultFromJson(recorded.tx_result)], validatorUpdates: [], appHash: new Uint8Array(0)},
      validatorUpdates: [],
    });
    expect(await answer).toEqual({...incoming('broadcast_tx_commit'), id: request.id});
  });

  it('subscribe_malformed', async () => {
    await expectRecorded('subscribe_malformed');
  });

  it('subscribe_newblock', async () => {
    const request = outgoing('subscribe_newblock');
    expect((await socket.call(request)).result).toEqual({});
    for (let i = 0; i < 5; i++) {
      const recorded = incoming(`subscribe_newblock_${i}`);
      const {block, block_id: id, result_finalize_block: result} = recorded.result.data.value;
      const heard = socket.next(request.id);
      chain.commitBlock({
        block: blockFromJson(block),
        blockId: blockIdFromJson(id),
        results: {height: BigInt(block.header.height), txResults: [], validatorUpdates: [], appHash: fromBase64(result.app_hash)},
        validatorUpdates: [],
      });
      expect(await heard).toEqual({...recorded, id: request.id});
    }
  });

  it('subscribe_txs', async () => {
    const request = outgoing('subscribe_txs');
    expect((await socket.call(request)).result).toEqual(incoming('subscribe_txs').result);
    const template = blockFromJson(rpcResult('block_at_height_10').block);
    for (let i = 0; i < 5; i++) {
      await expectRecorded(`subscribe_txs_broadcast_tx_${i}`);
      const recorded = incoming(`subscribe_txs_${i}`);
      const {height, tx, result} = recorded.result.data.value.TxResult;
      const heard = socket.next(request.id);
      chain.commitBlock({
        block: {...template, header: {...template.header, height: BigInt(height)}, txs: [fromBase64(tx)]},
        blockId: NIL_BLOCK_ID,
        results: {height: BigInt(height), txResults: [resultFromJson(result)], validatorUpdates: [], appHash: new Uint8Array(0)},
        validatorUpdates: [],
      });
      expect(await heard).toEqual({...recorded, id: request.id});
    }
  });

  it('consensus_state', async () => {
    const recorded = incoming('consensus_state');
    const set = newValidatorSet(chain.genesis.validators.map(({address, publicKey, power}) => ({address, publicKey, power})));
    const time = timestampFromRfc3339(recorded.result.round_state.start_time);
    const round = {...createRoundState(221n, set, undefined), round: 0, votes: createHeightVotes(221n, set)};
    chain.consensus = {round, validators: set, proposer: set.proposer, lastValidators: set, lastBlockTime: time, startTime: time, commitTime: time, peers: []};
    await expectRecorded('consensus_state');
  });
});
