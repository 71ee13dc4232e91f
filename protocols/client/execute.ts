/** How every action that changes something sends its transaction. */
import {encodeFunctionData} from 'viem';
import type {Abi, Account, Address, Chain, Client, Hex, TransactionReceipt, Transport} from 'viem';
import {estimateGas, sendTransaction, waitForTransactionReceipt} from 'viem/actions';
import {TransactionRevertedError, toContractError} from './errors.ts';

/** A client that can send: it has an account (local, or the node's or wallet's own). */
export type WritingClient = Client<Transport, Chain | undefined, Account>;
/** A client that only reads. */
export type ReadingClient = Client<Transport, Chain | undefined>;

/** Blocks come as soon as there is work, so a receipt is worth asking for often. */
const RECEIPT_POLLING_MS = 100;
/** The state may change between the estimate and the block: a tenth on top. */
const GAS_MARGIN_DIVISOR = 10n;

export interface ExecuteParameters {
  readonly address: Address;
  readonly abi: Abi;
  readonly functionName: string;
  readonly args: readonly unknown[];
  /** Wei. */
  readonly value?: bigint | undefined;
}

/**
 * Estimates, sends and waits for one transaction. A block is final, so its receipt is too.
 * Throws ContractRefusedError with the contract's error before anything is sent, TransactionRevertedError after.
 */
export async function execute(client: WritingClient, parameters: ExecuteParameters): Promise<TransactionReceipt> {
  const {address, abi, functionName, args, value = 0n} = parameters;
  const {account} = client;
  let hash: Hex;
  try {
    const data = encodeFunctionData({abi, functionName, args});
    const gas = await estimateGas(client, {account, to: address, data, value});
    hash = await sendTransaction(client, {
      account,
      chain: client.chain ?? null,
      to: address,
      data,
      value,
      gas: gas + gas / GAS_MARGIN_DIVISOR,
    });
  } catch (error) {
    throw toContractError(error, functionName);
  }
  const receipt = await waitForTransactionReceipt(client, {hash, pollingInterval: RECEIPT_POLLING_MS});
  if (receipt.status !== 'success') throw new TransactionRevertedError(hash, functionName);
  return receipt;
}
