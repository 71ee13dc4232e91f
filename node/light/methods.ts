/** What `qanat light` serves: verified where a header covers it, passed on where nothing is claimed, refused otherwise. */
import {blockIdToJson, blockToJson, commitToJson, headerHash, headerToJson, timestampToRfc3339, toBase64, toHexUpper, validatorToJson, type Json} from '#proto';
import type {DispatchContext} from '../rpc/comet/dispatcher.ts';
import {internalError} from '../rpc/comet/errors.ts';
import type {ArgumentsOf, Method} from '../rpc/comet/method.ts';
import {pageRange} from '../rpc/comet/pages.ts';
import {boolean, bytes, hexBytes, int64, optionalInt64, string, type Parameter} from '../rpc/comet/parameters.ts';
import type {VerifiedRpc} from './verified.ts';

export interface LightContext extends DispatchContext {
  readonly rpc: VerifiedRpc;
}

type Parameters = Readonly<Record<string, Parameter<unknown>>>;

/** Every call may cost requests to other nodes, so few run at the same time. */
function method<P extends Parameters>(name: string, purpose: string, parameters: P, call: (context: LightContext, args: ArgumentsOf<P>) => Promise<Json>): Method<LightContext> {
  return {name, purpose, parameters, heavy: true, call: (context, args) => call(context, args as ArgumentsOf<P>)};
}

/** `arguments` by name, as JSON-RPC writes them; what was not given is left out. */
function passed<P extends Parameters>(name: string, parameters: P, write: (args: ArgumentsOf<P>) => Record<string, Json> = () => ({})): Method<LightContext> {
  return method(name, 'Passed on unverified.', parameters, ({rpc}, args) => rpc.pass(name, write(args)));
}

function heights(values: Readonly<Record<string, bigint | undefined>>): Record<string, Json> {
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value.toString()]])));
}

const withTx = {tx: bytes};
const tx64 = ({tx}: {readonly tx: Uint8Array}): Record<string, Json> => ({tx: toBase64(tx)});

const METHODS: readonly Method<LightContext>[] = [
  method('status', 'The primary\'s status, with the latest verified block.', {}, async ({rpc}) => {
    const [latest, status] = [await rpc.trusted(undefined), (await rpc.pass('status', {})) as Record<string, Record<string, Json>>];
    const {header} = latest.signedHeader;
    if (status['node_info']?.['network'] !== header.chainId) throw internalError('the node answers for another chain');
    return {
      ...status,
      sync_info: {
        ...status['sync_info'],
        latest_block_hash: toHexUpper(headerHash(header)),
        latest_app_hash: toHexUpper(header.appHash),
        latest_block_height: header.height.toString(),
        latest_block_time: timestampToRfc3339(header.time),
      },
    };
  }),
  method('commit', 'A verified header with its commit.', {height: optionalInt64}, async ({rpc}, {height}) => {
    const {header, commit} = (await rpc.trusted(height)).signedHeader;
    return {signed_header: {header: headerToJson(header), commit: commitToJson(commit)}, canonical: true};
  }),
  method('header', 'A verified header.', {height: optionalInt64}, async ({rpc}, {height}) => ({header: headerToJson((await rpc.trusted(height)).signedHeader.header)})),
  method(
    'validators',
    'The validators of a verified header, by pages.',
    {height: optionalInt64, page: optionalInt64, per_page: optionalInt64},
    async ({rpc, limits}, {height, page, per_page: perPage}) => {
      const {signedHeader, validatorSet} = await rpc.trusted(height);
      const {start, end} = pageRange(validatorSet.validators.length, page, perPage, limits);
      const shown = validatorSet.validators.slice(start, end);
      return {
        block_height: signedHeader.header.height.toString(),
        validators: shown.map(validatorToJson),
        count: String(shown.length),
        total: String(validatorSet.validators.length),
      };
    },
  ),
  method('block', 'A block with the hash of a verified header.', {height: optionalInt64}, async ({rpc}, {height}) => {
    const wanted = (await rpc.trusted(height)).signedHeader.header.height;
    const {block, trusted} = await rpc.block('block', heights({height: wanted}));
    if (block.header.height !== wanted) throw internalError(`the node answered with height ${block.header.height} instead of ${wanted}`);
    return {block_id: blockIdToJson(trusted.signedHeader.commit.blockId), block: blockToJson(block)};
  }),
  method('block_by_hash', 'A block with the hash of a verified header.', {hash: bytes}, async ({rpc}, {hash}) => {
    const {block, trusted} = await rpc.block('block_by_hash', {hash: toBase64(hash)});
    if (toHexUpper(headerHash(block.header)) !== toHexUpper(hash)) throw internalError('the node answered with another block');
    return {block_id: blockIdToJson(trusted.signedHeader.commit.blockId), block: blockToJson(block)};
  }),
  method('blockchain', 'Verified headers, the highest first.', {minHeight: int64, maxHeight: int64}, ({rpc}, args) => rpc.blockchain(heights(args))),
  method('block_results', 'Results of the transactions with the hash in the next header; by default of the block before the latest.', {height: optionalInt64}, async ({rpc}, {height}) => {
    const wanted = height ?? (await rpc.trusted(undefined)).signedHeader.header.height - 1n;
    if (wanted <= 0n) throw internalError('there are no results that a header covers yet');
    return rpc.blockResults(wanted);
  }),
  method('consensus_params', 'Consensus parameters with the hash in a verified header.', {height: optionalInt64}, ({rpc}, {height}) => rpc.consensusParams(height)),
  method('tx', 'A transaction, proven to be in its block.', {hash: bytes, prove: boolean}, ({rpc}, {hash, prove}) => rpc.tx(hash, prove)),
  method(
    'tx_search',
    'Transactions, each proven to be in its block; that none is missing is not proven.',
    {query: string, prove: boolean, page: optionalInt64, per_page: optionalInt64, order_by: string},
    ({rpc}, {query, prove, page, per_page: perPage, order_by: order}) =>
      rpc.txSearch({query, ...heights({page, per_page: perPage}), ...(order !== '' && {order_by: order})}, prove),
  ),
  method('abci_query', 'Refused: answers of the application are served with a proof only, and nodes of this chain give none.', {path: string, data: hexBytes, height: int64, prove: boolean}, async () => {
    throw internalError('a light client serves abci_query with a proof only, and nodes of this chain give none; ask a full node that you trust');
  }),
  passed('abci_info', {}),
  passed('broadcast_tx_async', withTx, tx64),
  passed('broadcast_tx_sync', withTx, tx64),
  passed('broadcast_tx_commit', withTx, tx64),
  passed('check_tx', withTx, tx64),
  passed('genesis', {}),
  passed('genesis_chunked', {chunk: int64}, heights),
  passed('net_info', {}),
  passed('num_unconfirmed_txs', {}),
  {...method('health', 'Empty while no attack was found.', {}, async ({rpc}) => {
    if (rpc.client.attack !== undefined) throw internalError(rpc.client.attack.message);
    return {};
  }), heavy: false},
];

export const LIGHT_METHODS: ReadonlyMap<string, Method<LightContext>> = new Map(METHODS.map((entry) => [entry.name, entry]));
