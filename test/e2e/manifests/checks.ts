/** What must hold after a manifest, read over RPC only. */
import type {NodeProcess} from '../../support/processes.ts';
import {rpc} from '../../support/devnet.ts';
import {comet, heightOf, type BlockView, type EvidenceView} from './rpc.ts';

export interface Findings {
  /** Last height that every node has. */
  readonly height: bigint;
  /** Broken promises, in words. */
  readonly violations: readonly string[];
  readonly evidence: readonly EvidenceView[];
}

/** Compares the chains of all nodes block by block, and looks up every transaction that had a receipt during the run. */
export async function checkNetwork(nodes: readonly NodeProcess[], receipts: ReadonlyMap<string, string>): Promise<Findings> {
  const heights = await Promise.all(nodes.map(heightOf));
  const height = heights.reduce((lowest, at) => (at < lowest ? at : lowest));
  const violations: string[] = [];
  const evidence: EvidenceView[] = [];
  const transactions = new Set<string>();
  for (let at = 1n; at <= height; at++) {
    const [first, ...others] = await Promise.all(nodes.map((node) => comet<BlockView>(node, `block?height=${at}`)));
    for (const [i, other] of others.entries()) violations.push(...differences(at, first!, other, nodes[i + 1]!.name));
    for (const tx of first!.block.data.txs) {
      if (transactions.has(tx)) violations.push(`block ${at} holds a transaction again`);
      transactions.add(tx);
    }
    evidence.push(...first!.block.evidence.evidence);
  }
  const pieces = new Set(evidence.map((piece) => JSON.stringify(piece)));
  if (pieces.size < evidence.length) violations.push('a piece of evidence was committed twice');
  for (const node of nodes) violations.push(...(await lostReceipts(node, receipts)));
  return {height, violations, evidence};
}

function differences(height: bigint, first: BlockView, other: BlockView, name: string): string[] {
  const out: string[] = [];
  if (first.block_id.hash !== other.block_id.hash) out.push(`fork at height ${height}: ${first.block_id.hash}, at ${name} ${other.block_id.hash}`);
  if (first.block.header.app_hash !== other.block.header.app_hash) out.push(`app hashes differ at height ${height}, at ${name}`);
  return out;
}

async function lostReceipts(node: NodeProcess, receipts: ReadonlyMap<string, string>): Promise<string[]> {
  const out: string[] = [];
  for (const [hash, blockHash] of receipts) {
    const receipt = await rpc<{blockHash: string} | null>(node.ethUrl, 'eth_getTransactionReceipt', [hash]);
    if (receipt === null) out.push(`${node.name} has lost transaction ${hash}`);
    else if (receipt.blockHash !== blockHash) out.push(`${node.name} has transaction ${hash} in another block`);
  }
  return out;
}
