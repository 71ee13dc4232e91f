/**
 * The RPC tests of ethereum/execution-apis, replayed as hive's rpc-compat does: `genesis.json` and `chain.rlp` of the folder are
 * imported, a real server answers over HTTP, and each `.io` file is one case. All files run against the same node, in their order.
 */
import type {Case, Outcome, Suite} from '../runner.ts';
import {differenceOf} from './compare.ts';
import {startImportedNode} from './imported-node.ts';
import type {ImportedNode} from './imported-node.ts';
import {parseIoFile} from './io-file.ts';
import type {IoFile} from './io-file.ts';

export async function rpcCompatSuite(folder: string): Promise<Suite> {
  const node = await startImportedNode(folder);
  return {
    extension: '.io',
    isSequential: true,
    casesOf: (content) => [replay(parseIoFile(content), node)],
    close: () => node.close(),
  };
}

function replay({exchanges, isSpecOnly}: IoFile, node: ImportedNode): Case {
  return {
    name: '',
    async run(): Promise<Outcome> {
      for (const {request} of exchanges) {
        const reason = whyNotApplicable(request);
        if (reason !== undefined) return {kind: 'skipped', reason};
      }
      for (const {request, response} of exchanges) {
        const difference = differenceOf(response, await node.send(request), isSpecOnly);
        if (difference !== undefined) return {kind: 'failed', reason: difference};
      }
      return {kind: 'passed'};
    },
  };
}

/** What this node does not do by design, told by the request alone. */
function whyNotApplicable(request: string): string | undefined {
  const {method, params} = JSON.parse(request) as {method?: unknown; params?: unknown};
  if (typeof method === 'string' && method.startsWith('testing_')) return `${method} builds blocks by order of a consensus layer's tests; here blocks come from consensus`;
  if (method === 'eth_sendRawTransaction' && Array.isArray(params) && /^0x03/.test(String(params[0]))) return 'the pool takes no blob transactions: this chain has no blobs';
  return undefined;
}
