/**
 * Calls every method of CosmJS's Comet38Client against a running node, over HTTP and over WebSocket, and prints what it understood.
 * A process of its own: CosmJS is CommonJS that requires ES modules, which Node does and jest does not.
 * Usage: node --import tsx cosmjs_client.ts COMET_PORT SIGNED_TX_HEX SIGNED_TX_HEX
 */
import {Comet38Client, connectComet, HttpBatchClient, type CometClient} from '@cosmjs/tendermint-rpc';

const [port, first, second] = process.argv.slice(2) as [string, string, string];
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const connected = await connectComet(`http://127.0.0.1:${port}`);
const socket = await connectComet(`ws://127.0.0.1:${port}`);
const client = connected as Comet38Client;
const live = socket as Comet38Client;

/** The first event of a stream, once `trigger` has had time to be heard: subscriptions are answered in order on one connection. */
function firstOf<T>(stream: {addListener(listener: object): void; removeListener(listener: object): void}, accepts: (event: T) => boolean): Promise<T> {
  return new Promise((resolve, reject) => {
    const listener = {
      next: (event: T) => {
        if (!accepts(event)) return;
        stream.removeListener(listener);
        resolve(event);
      },
      error: reject,
      complete: () => reject(new Error('the stream ended')),
    };
    stream.addListener(listener);
  });
}

async function until<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await attempt().catch(() => undefined);
    if (found !== undefined) return found;
    await new Promise((resume) => setTimeout(resume, 50));
  }
}

const nothing = {next() {}, error() {}, complete() {}};
const blocks = live.subscribeNewBlock();
const headers = live.subscribeNewBlockHeader();
const txs = live.subscribeTx("message.sender EXISTS");
for (const stream of [blocks, headers, txs]) stream.addListener(nothing);
await live.health();

const heardTx = firstOf<{height: number; hash: Uint8Array; result: {code: number}}>(txs, () => true);
const heardBlock = firstOf<{header: {height: number}; txs: readonly Uint8Array[]}>(blocks, ({txs: list}) => list.length > 0);
const heardHeader = firstOf<{height: number}>(headers, () => true);

const committed = await client.broadcastTxCommit({tx: Buffer.from(first, 'hex')});
const txEvent = await heardTx;
const blockEvent = await heardBlock;
const headerEvent = await heardHeader;
const {height} = committed;

const found = await until(async () => client.tx({hash: committed.hash, prove: true}));
const sender = found.result.events.find(({type}) => type === 'message')?.attributes.find(({key}) => key === 'sender')?.value ?? '';
const transfer = found.result.events.find(({type}) => type === 'transfer')?.attributes ?? [];
const query = `message.sender='${sender}' AND tx.height=${height}`;
const search = await client.txSearch({query, prove: true, page: 1, per_page: 10});
const searchAll = await client.txSearchAll({query: `transfer.sender='${transfer.find(({key}) => key === 'sender')?.value}'`});
const byHash = await client.txSearch({query: `tx.hash='${hex(committed.hash).toUpperCase()}'`});

const sent = await live.broadcastTxSync({tx: Buffer.from(second, 'hex')});
const later = await until(async () => client.tx({hash: sent.hash}));
const repeated = await client.broadcastTxCommit({tx: Buffer.from(first, 'hex')});
const repeatedAsync = await client.broadcastTxAsync({tx: Buffer.from(first, 'hex')});

const status = await client.status();
const results = await client.blockResults(height);
const ethereumHash = results.finalizeBlockEvents[0]?.attributes.find(({key}) => key === 'hash')?.value;
const info = await client.abciInfo();
const batch = Comet38Client.create(new HttpBatchClient(`http://127.0.0.1:${port}`, {batchSizeLimit: 20, dispatchInterval: 1}));
const batched = await Promise.all(Array.from({length: 20}, (_, i) => batch.commit((i % height) + 1)));

const seen = {
  clients: [client, live].map((each: CometClient) => each.constructor.name),
  version: status.nodeInfo.version,
  txIndex: status.nodeInfo.other.get('tx_index'),
  committed: {code: committed.txResult?.code, check: committed.checkTx.code, gasUsed: String(committed.txResult?.gasUsed)},
  txEvent: [hex(txEvent.hash) === hex(committed.hash), txEvent.height === height, txEvent.result.code],
  blockEvent: [blockEvent.header.height === height, blockEvent.txs.length],
  headerEvent: headerEvent.height > 0,
  proof: [found.proof?.proof.total, hex(found.proof?.rootHash ?? new Uint8Array(0)) === hex((await client.block(height)).block.header.dataHash)],
  events: found.result.events.map(({type}) => type),
  sender,
  transfer: transfer.map(({key, value}) => [key, value]),
  search: [search.totalCount, search.txs[0]?.proof !== undefined],
  searchAll: searchAll.totalCount,
  byHash: byHash.totalCount,
  later: [later.result.code, later.height > height],
  repeated: [repeated.checkTx.code, repeated.height],
  repeatedAsync: hex(repeatedAsync.hash) === hex(committed.hash),
  blockResults: [results.results.length, results.results[0]?.events.length],
  blockSearch: (await client.blockSearch({query: `ethereum_block.hash='${ethereumHash}'`})).blocks.map((each) => each.block.header.height - height),
  blockSearchAll: (await client.blockSearchAll({query: `block.height >= ${height} AND block.height <= ${height}`})).totalCount,
  validators: (await client.validators({height, per_page: 2})).total,
  validatorsAll: (await client.validatorsAll(height)).validators.length,
  blockchain: (await client.blockchain(1, 2)).blockMetas.map(({header}) => header.height),
  commit: (await client.commit(height)).commit.signatures.length > 0,
  block: (await client.block(height)).block.txs.length,
  genesis: (await client.genesis()).chainId,
  health: await client.health(),
  unconfirmed: (await client.numUnconfirmedTxs()).total,
  appHeight: Number(info.lastBlockHeight) >= height,
  query: (await client.abciQuery({path: '/nothing', data: new Uint8Array(0)})).code,
  overSocket: [(await live.block(height)).block.header.height === height, (await live.txSearchAll({query})).totalCount],
  batched: batched.every(({header}) => header.height > 0),
};
process.stdout.write(JSON.stringify(seen));
for (const stream of [blocks, headers, txs]) stream.removeListener(nothing);
for (const each of [client, live, batch]) each.disconnect();
process.exit(0);
