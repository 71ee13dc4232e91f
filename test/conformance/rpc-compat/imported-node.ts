/** A node without consensus over an imported chain: the production execution layer, pool and RPC server, in memory. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {createExecution, parseImportedGenesis} from '#node/execution';
import {Mempool} from '#node/mempool';
import {EthRpcServer} from '#node/rpc/eth';
import {memoryStore} from '#node/storage';

const LOGGER = {debug: () => {}, info: () => {}, warn: () => {}, error: (fields: object, message: string) => process.stderr.write(`${message}: ${describe(fields)}\n`), child: () => LOGGER};
const NAMESPACES = ['eth', 'net', 'web3', 'txpool', 'debug'];

export interface ImportedNode {
  /** Blocks of the chain, without genesis. */
  readonly blocks: number;
  /** Text of a JSON-RPC request to the text of its response, over HTTP. */
  send(request: string): Promise<string>;
  close(): Promise<void>;
}

/** `folder` holds genesis.json and chain.rlp, as hive's rpc-compat has them. */
export async function startImportedNode(folder: string): Promise<ImportedNode> {
  const genesis = parseImportedGenesis(JSON.parse(readFileSync(join(folder, 'genesis.json'), 'utf8')));
  const {schedule, depositContract} = genesis;
  const execution = await createExecution({
    db: memoryStore(),
    logger: LOGGER,
    archive: true,
    chainOptions: {schedule, depositContract, baseFeeFloor: 0n, precompiles: false},
  });
  await execution.importer.initialise(genesis);
  const blocks = await execution.importer.importFile(readFileSync(join(folder, 'chain.rlp')));
  const {backend} = execution;
  const clock = {nowMs: () => 0, setTimer: () => () => {}};
  const mempool = new Mempool(
    {chainId: genesis.chainId},
    {
      decode: (raw) => execution.decode(raw),
      state: () => execution.latest,
      baseFee: () => backend.baseFeeOfNextBlock(),
      blockGasLimit: () => backend.head().header.gasLimit,
      intrinsicGas: ({to, data, accessList, authorizationList}) => backend.intrinsicGas({data, accessList, authorizationList, ...(to === undefined ? {} : {to})}),
      publish: () => {},
      clock,
      logger: LOGGER,
    },
  );
  const network = () => ({peerCount: 0, listening: false, syncing: undefined});
  const server = new EthRpcServer({port: 0, clientVersion: 'Qanat/conformance', namespaces: NAMESPACES}, {chain: backend, pool: mempool, network, logger: LOGGER});
  const {host, port} = await server.listen();
  return {
    blocks,
    send: async (body) => (await fetch(`http://${host}:${port}`, {method: 'POST', headers: {'content-type': 'application/json'}, body})).text(),
    close: async () => {
      await server.close();
      mempool.close();
      await execution.close();
    },
  };
}

function describe(fields: object): string {
  const error = (fields as {err?: unknown}).err;
  return error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(fields);
}
