/** The views of the CometBFT RPC that the checks of a manifest read. */
import type {NodeProcess} from '../../support/processes.ts';

export interface StatusView {
  readonly node_info: {readonly moniker: string};
  readonly sync_info: {readonly latest_block_height: string; readonly earliest_block_height: string; readonly catching_up: boolean};
  readonly validator_info: {readonly address: string};
}

export interface BlockView {
  readonly block_id: {readonly hash: string};
  readonly block: {
    readonly header: {readonly height: string; readonly app_hash: string; readonly last_results_hash: string};
    readonly data: {readonly txs: readonly string[]};
    readonly evidence: {readonly evidence: readonly EvidenceView[]};
  };
}

export interface VoteView {
  readonly height: string;
  readonly round: number;
  readonly type: number;
  readonly block_id: {readonly hash: string};
  readonly validator_address: string;
}

export interface EvidenceView {
  readonly type: string;
  readonly value: {readonly vote_a: VoteView; readonly vote_b: VoteView};
}

/** @throws when the node does not answer or answers an error. */
export async function comet<T>(node: NodeProcess, path: string): Promise<T> {
  const response = await fetch(`${node.cometUrl}/${path}`, {signal: AbortSignal.timeout(10_000)});
  const {result, error} = (await response.json()) as {result?: T; error?: {message: string; data?: string}};
  if (result === undefined) throw new Error(`${node.name} ${path}: ${error?.message ?? ''} ${error?.data ?? ''}`);
  return result;
}

export async function heightOf(node: NodeProcess): Promise<bigint> {
  return BigInt((await comet<StatusView>(node, 'status')).sync_info.latest_block_height);
}

/** Polls: over RPC there is no other way to wait for a node that may be starting, paused or cut off. */
export async function untilHeightOf(node: NodeProcess, height: bigint, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let last = 'no answer';
  for (;;) {
    try {
      const at = await heightOf(node);
      if (at >= height) return;
      last = `height ${at}`;
    } catch (error) {
      last = String(error);
    }
    if (Date.now() > deadline) throw new Error(`${node.name} did not reach height ${height} within ${timeoutMs} ms (${last})\n${node.output.slice(-3000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
