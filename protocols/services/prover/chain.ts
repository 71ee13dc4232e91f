/** What the prover service needs of a chain, and its form over JSON-RPC. */
import {createPublicClient, createWalletClient, http} from 'viem';
import type {Address, Hex} from 'viem';
import {privateKeyToAccount} from 'viem/accounts';
import {
  answerInference, ContractRefusedError, getInferenceRequest, getInferenceRequests, getModel, RequestStatus, SYSTEM_ADDRESSES,
} from '#protocols/client';
import type {InferenceRequested} from '#protocols/client';
import {RPC_TIMEOUT_MS} from '../limits.ts';

export type Listing = {readonly keyHash: Hex; readonly commitment: bigint};

export type Answer = {
  readonly transactionHash: Hex;
  readonly blockNumber: bigint;
  /** Wei that the transaction cost. */
  readonly gasCost: bigint;
  /** undefined: no callback was asked for. */
  readonly callbackDelivered: boolean | undefined;
};

export interface OracleChain {
  /** The account that answers. */
  readonly prover: Address;
  readonly oracle: Address;
  identity(): Promise<{chainId: bigint; genesisHash: Hex}>;
  head(): Promise<{number: bigint; timestamp: bigint; baseFee: bigint}>;
  /** Requests in a range of blocks, both ends included, answered or not. */
  requests(fromBlock: bigint, toBlock: bigint): Promise<readonly InferenceRequested[]>;
  /** undefined if the asset is not listed. */
  listing(assetId: bigint): Promise<Listing | undefined>;
  isPending(requestId: bigint): Promise<boolean>;
  /** Sends an answer and waits for its receipt. Throws ContractRefusedError if the chain refuses it. */
  answer(requestId: bigint, input: readonly bigint[], output: readonly bigint[], proof: Hex): Promise<Answer>;
}

/** @param rpcUrl http(s) address of a node */
export function connectOracle(rpcUrl: string, privateKey: Hex): OracleChain {
  const account = privateKeyToAccount(privateKey);
  // The service has its own patience; viem's retries would only hide that a node is away.
  const transport = http(rpcUrl, {timeout: RPC_TIMEOUT_MS, retryCount: 0});
  const reader = createPublicClient({transport});
  const writer = createWalletClient({account, transport});
  return {
    prover: account.address,
    oracle: SYSTEM_ADDRESSES.inferenceOracle,
    async identity() {
      const [chainId, genesis] = await Promise.all([reader.getChainId(), reader.getBlock({blockNumber: 0n})]);
      return {chainId: BigInt(chainId), genesisHash: genesis.hash};
    },
    async head() {
      const {number, timestamp, baseFeePerGas} = await reader.getBlock({blockTag: 'latest'});
      return {number, timestamp, baseFee: baseFeePerGas ?? 0n};
    },
    requests: (fromBlock, toBlock) => getInferenceRequests(reader, {fromBlock, toBlock}),
    async listing(assetId) {
      try {
        const {keyHash, commitment} = await getModel(reader, {assetId});
        return {keyHash, commitment};
      } catch (error) {
        if (error instanceof ContractRefusedError && error.errorName === 'ModelNotListed') return undefined;
        throw error;
      }
    },
    async isPending(requestId) {
      return (await getInferenceRequest(reader, {requestId})).status === RequestStatus.pending;
    },
    async answer(requestId, input, output, proof) {
      const {callbackDelivered, receipt} = await answerInference(writer, {requestId, input, output, proof});
      return {
        transactionHash: receipt.transactionHash, blockNumber: receipt.blockNumber,
        gasCost: receipt.gasUsed * receipt.effectiveGasPrice, callbackDelivered,
      };
    },
  };
}
