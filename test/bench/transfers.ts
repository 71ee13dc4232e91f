/** Signed transfers between the funded accounts of a devnet, and the few JSON-RPC calls that benches make. */
import {once} from 'node:events';
import {Agent, request} from 'node:http';
import type {NetworkDescription} from '../../devnet/network.ts';
import {signTransaction} from '../../node/execution/transaction-encode.ts';

const TRANSFER_GAS = 21_000n;
const MAX_FEE_PER_GAS = 100_000_000_000n;
const MAX_PRIORITY_FEE_PER_GAS = 1_000_000_000n;

export interface SignedTransfer {
  /** Number of the sender among the network's accounts. */
  readonly sender: number;
  readonly raw: `0x${string}`;
}

/** `count` transfers of one unit; the accounts take turns, each with the nonces that come next. */
export async function signTransfers({accounts, evmChainId}: NetworkDescription, url: string, count: number): Promise<SignedTransfer[]> {
  const senders = await Promise.all(
    accounts.map(async ({address, privateKey}, i) => ({
      key: Uint8Array.from(Buffer.from(privateKey.slice(2), 'hex')),
      to: accounts[(i + 1) % accounts.length]!.address.toLowerCase() as `0x${string}`,
      nonce: BigInt(await ask<string>(url, 'eth_getTransactionCount', [address, 'pending'])),
    })),
  );
  return Array.from({length: count}, (_, i) => {
    const index = i % senders.length;
    const sender = senders[index]!;
    const raw = signTransaction(
      {
        type: 2,
        chainId: BigInt(evmChainId),
        nonce: sender.nonce++,
        gasLimit: TRANSFER_GAS,
        to: sender.to,
        value: 1n,
        maxFeePerGas: MAX_FEE_PER_GAS,
        maxPriorityFeePerGas: MAX_PRIORITY_FEE_PER_GAS,
      },
      sender.key,
    );
    return {sender: index, raw: `0x${Buffer.from(raw).toString('hex')}`};
  });
}

/**
 * One call on a connection of its own: while this process signs, it does not notice that a server has closed an idle
 * connection, and the next request on that would fail.
 */
export async function ask<T>(url: string, method: string, params: readonly unknown[] = []): Promise<T> {
  const agent = new Agent({keepAlive: false});
  const answer = await post(url, agent, JSON.stringify({jsonrpc: '2.0', id: 1, method, params}));
  const {result, error} = answer as {result?: T; error?: {message: string}};
  if (error !== undefined) throw new Error(`${method}: ${error.message}`);
  return result as T;
}

export async function post(url: string, agent: Agent, body: string): Promise<unknown> {
  const headers = {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)};
  const sent = request(url, {method: 'POST', agent, headers});
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [AsyncIterable<Buffer>];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
