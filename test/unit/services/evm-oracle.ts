/** The prover service's view of a chain on the real contracts and the real verifier, without a node in between. */
import {parseEventLogs} from 'viem';
import type {Hex, Log} from 'viem';
import {ContractRefusedError, RequestStatus, SYSTEM_ADDRESSES} from '#protocols/client';
import {inferenceOracleAbi} from '#protocols/abi';
import type {OracleChain} from '../../../protocols/services/prover/chain.ts';
import {CHAIN_ID, Reverted} from '../../support/evm-chain.ts';
import type {ChainLog, EvmChain, ChainReceipt, TransactionRequest} from '../../support/evm-chain.ts';

export const oracle = {address: SYSTEM_ADDRESSES.inferenceOracle as Hex, abi: inferenceOracleAbi};

/** An EvmChain that remembers its logs and takes one call at a time, as a node does on one state. */
export class LoggedChain {
  readonly evm: EvmChain;
  readonly logs: ChainLog[] = [];
  private last: Promise<unknown> = Promise.resolve();

  constructor(evm: EvmChain) {
    this.evm = evm;
    const send = evm.send.bind(evm);
    const call = evm.call.bind(evm);
    evm.send = (request: TransactionRequest): Promise<ChainReceipt> => this.inTurn(async () => {
      const receipt = await send(request);
      this.logs.push(...receipt.logs);
      return receipt;
    });
    evm.call = (request: TransactionRequest) => this.inTurn(() => call(request));
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work);
    this.last = result.catch(() => {});
    return result;
  }
}

/** Fails like a node that is away while `isAway` is true. */
export class EvmOracle implements OracleChain {
  readonly prover: Hex;
  readonly oracle = oracle.address;
  isAway = false;
  answerCalls = 0;
  genesisHash: Hex = `0x${'11'.repeat(32)}`;
  private readonly chain: LoggedChain;

  constructor(chain: LoggedChain, prover: Hex) {
    this.chain = chain;
    this.prover = prover;
  }

  private present(): EvmChain {
    if (this.isAway) throw new Error('connection refused');
    return this.chain.evm;
  }

  async identity() {
    this.present();
    return {chainId: CHAIN_ID, genesisHash: this.genesisHash};
  }

  async head() {
    const {blockNumber, timestamp} = this.present();
    return {number: blockNumber, timestamp, baseFee: 0n};
  }

  async requests(fromBlock: bigint, toBlock: bigint) {
    this.present();
    const logs = this.chain.logs.filter(({blockNumber}) => blockNumber >= fromBlock && blockNumber <= toBlock);
    return parseEventLogs({abi: inferenceOracleAbi, eventName: 'InferenceRequested', logs: logs as unknown as Log[]}).map(({args}) => args);
  }

  async listing(assetId: bigint) {
    try {
      const {keyHash, commitment} = await this.present().read(oracle, 'getModel', [assetId]);
      return {keyHash, commitment};
    } catch (error) {
      if (error instanceof Reverted && error.errorName === 'ModelNotListed') return undefined;
      throw error;
    }
  }

  async isPending(requestId: bigint) {
    return (await this.present().read(oracle, 'getRequest', [requestId])).status === RequestStatus.pending;
  }

  async answer(requestId: bigint, input: readonly bigint[], output: readonly bigint[], proof: Hex) {
    this.answerCalls++;
    try {
      const receipt = await this.present().write(this.prover, oracle, 'answer', [requestId, input, output, proof]);
      const callbacks = parseEventLogs({abi: inferenceOracleAbi, eventName: ['CallbackDelivered', 'CallbackFailed'], logs: receipt.logs as unknown as Log[]});
      return {
        transactionHash: `0x${'00'.repeat(32)}` as Hex, blockNumber: receipt.blockNumber, gasCost: 0n,
        callbackDelivered: callbacks[0] && callbacks[0].eventName === 'CallbackDelivered',
      };
    } catch (error) {
      if (error instanceof Reverted) throw new ContractRefusedError(error.errorName, error.args, 'answer', error);
      throw error;
    }
  }
}
