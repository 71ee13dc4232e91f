/**
 * Asks a CometBFT RPC everything that CosmJS can ask, and prints what it understood.
 * A process of its own: CosmJS is CommonJS that requires ES modules, which Node does and jest does not.
 * Usage: node --import tsx cosmjs_reader.ts URL
 */
import {Comet38Client, HttpBatchClient, HttpClient} from '@cosmjs/tendermint-rpc';

const url = process.argv[2] as string;
const client = Comet38Client.create(new HttpClient(url));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const status = await client.status();
const block = await client.block(10);
const answer = await client.abciQuery({path: '/key', data: Buffer.from('tx0')});
const seen = {
  version: status.nodeInfo.version,
  latestHeight: status.syncInfo.latestBlockHeight,
  blockHash: hex(block.blockId.hash),
  firstLastCommit: (await client.block(1)).block.lastCommit,
  signatures: (await client.commit(10)).commit.signatures.length,
  validators: (await client.validatorsAll(10)).total,
  headers: (await client.blockchain(1, 3)).blockMetas.map((meta) => meta.header.height),
  genesis: (await client.genesis()).chainId,
  health: await client.health(),
  waiting: (await client.numUnconfirmedTxs()).total,
  appHeight: (await client.abciInfo()).lastBlockHeight,
  results: (await client.blockResults(10)).results,
  query: [Buffer.from(answer.value).toString(), answer.height],
  sent: hex((await client.broadcastTxSync({tx: Buffer.from('a transaction')})).hash),
};

const batch = Comet38Client.create(new HttpBatchClient(url, {batchSizeLimit: 20, dispatchInterval: 1}));
const blocks = await Promise.all(Array.from({length: 20}, (_, i) => batch.block(i % 2 === 0 ? 1 : 10)));

process.stdout.write(JSON.stringify({...seen, batch: blocks.map((item) => item.block.header.height)}));
batch.disconnect();
client.disconnect();
