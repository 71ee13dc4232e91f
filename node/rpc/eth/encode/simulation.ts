/** Simulated blocks as JSON objects (execution-apis, EthSimulateBlockResult). */
import type {EthHeader} from '#node/execution';
import type {SimulatedBlock, SimulatedCall} from '../backend.ts';
import {ErrorCode, rpcErrors} from '../errors.ts';
import {data, quantity} from '../hex.ts';
import {blockJson} from './block.ts';
import {logJson} from './receipt.ts';
import type {Json} from './transaction.ts';

export function simulatedBlockJson({block, calls}: SimulatedBlock, full: boolean): {readonly [key: string]: Json} {
  const {header, transactions} = block;
  const results = calls.map((call, index) => callJson(call, {header, transactionHash: transactions[index]!.hash, transactionIndex: index}));
  return {...blockJson(block, full), calls: results};
}

interface Place {
  readonly header: EthHeader;
  readonly transactionHash: `0x${string}`;
  readonly transactionIndex: number;
}

function callJson(call: SimulatedCall, {header, ...place}: Place): Json {
  const receipt = {blockHash: header.hash, blockNumber: header.number, blockTimestamp: header.timestamp, ...place, firstLogIndex: 0};
  return {
    returnData: call.status === 'success' ? data(call.returnData) : '0x',
    logs: call.logs.map(({log, index}) => logJson(log, index, receipt)),
    gasUsed: quantity(call.gasUsed),
    maxUsedGas: quantity(call.maxUsedGas),
    status: quantity(call.status === 'success' ? 1 : 0),
    ...(call.status !== 'success' && {error: errorJson(call)}),
  };
}

function errorJson({status, returnData, error}: SimulatedCall): Json {
  if (status !== 'revert') return {message: error ?? 'execution failed', code: ErrorCode.VmError};
  const {message, code, data: revertData} = rpcErrors.reverted(returnData);
  return {message, code, ...(revertData !== undefined && {data: revertData})};
}
