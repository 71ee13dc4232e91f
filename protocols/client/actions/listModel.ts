import type {Hex, TransactionReceipt} from 'viem';
import {inferenceOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface ListModelParameters {
  /** A model or adapter that the sender created. */
  readonly assetId: bigint;
  /** A registered key, of a circuit with outputs + 2 + inputs public signals. */
  readonly keyHash: Hex;
  /** To the quantised weights: a field element. */
  readonly commitment: bigint;
  readonly inputCount: number;
  readonly outputCount: number;
  /** Of an inference, in wei. */
  readonly price: bigint;
  /** The prover's part of the price, at most half, in wei. */
  readonly proverFee: bigint;
}

export interface ListModelReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Lists a model with the inference oracle, in zk mode; a listing is frozen. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http, parseEther} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {listModel, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * async function list(assetId: bigint, keyHash: `0x${string}`, commitment: bigint) {
 *   await listModel(client, {
 *     assetId, keyHash, commitment, inputCount: 4, outputCount: 3, price: parseEther('1'), proverFee: parseEther('0.1'),
 *   });
 * }
 */
export async function listModel(client: WritingClient, parameters: ListModelParameters): Promise<ListModelReturnType> {
  const {assetId, keyHash, commitment, inputCount, outputCount, price, proverFee} = parameters;
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.inferenceOracle,
    abi: inferenceOracleAbi,
    functionName: 'listModel',
    args: [assetId, keyHash, commitment, inputCount, outputCount, price, proverFee],
  });
  return {receipt};
}
