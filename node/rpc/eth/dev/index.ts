/** The methods of development chains, one per file, each under all names that tools know it by. */
import type {EthRpcLimits} from '../limits.ts';
import type {Method} from '../method.ts';
import {autoImpersonateAccount} from './methods/autoImpersonateAccount.ts';
import {dropTransaction} from './methods/dropTransaction.ts';
import {eth_sendUnsignedTransaction} from './methods/eth_sendUnsignedTransaction.ts';
import {eth_signTypedData_v4} from './methods/eth_signTypedData_v4.ts';
import {evm_increaseTime} from './methods/evm_increaseTime.ts';
import {evm_mine} from './methods/evm_mine.ts';
import {evm_revert} from './methods/evm_revert.ts';
import {evm_setAutomine} from './methods/evm_setAutomine.ts';
import {evm_setBlockGasLimit} from './methods/evm_setBlockGasLimit.ts';
import {evm_setIntervalMining} from './methods/evm_setIntervalMining.ts';
import {evm_setNextBlockTimestamp} from './methods/evm_setNextBlockTimestamp.ts';
import {evm_snapshot} from './methods/evm_snapshot.ts';
import {getAutomine} from './methods/getAutomine.ts';
import {impersonateAccount} from './methods/impersonateAccount.ts';
import {metadata} from './methods/metadata.ts';
import {mine} from './methods/mine.ts';
import {nodeInfo} from './methods/nodeInfo.ts';
import {personal_sign} from './methods/personal_sign.ts';
import {removeBlockTimestampInterval} from './methods/removeBlockTimestampInterval.ts';
import {reset} from './methods/reset.ts';
import {setBalance} from './methods/setBalance.ts';
import {setBlockTimestampInterval} from './methods/setBlockTimestampInterval.ts';
import {setCode} from './methods/setCode.ts';
import {setCoinbase} from './methods/setCoinbase.ts';
import {setNextBlockBaseFeePerGas} from './methods/setNextBlockBaseFeePerGas.ts';
import {setNonce} from './methods/setNonce.ts';
import {setStorageAt} from './methods/setStorageAt.ts';
import {stopImpersonatingAccount} from './methods/stopImpersonatingAccount.ts';

const METHODS = {
  autoImpersonateAccount,
  dropTransaction,
  eth_sendUnsignedTransaction,
  eth_signTypedData_v4,
  evm_increaseTime,
  evm_mine,
  evm_revert,
  evm_setAutomine,
  evm_setBlockGasLimit,
  evm_setIntervalMining,
  evm_setNextBlockTimestamp,
  evm_snapshot,
  getAutomine,
  impersonateAccount,
  metadata,
  mine,
  nodeInfo,
  personal_sign,
  removeBlockTimestampInterval,
  reset,
  setBalance,
  setBlockTimestampInterval,
  setCode,
  setCoinbase,
  setNextBlockBaseFeePerGas,
  setNonce,
  setStorageAt,
  stopImpersonatingAccount,
} as const;

/** Methods with the name of their file, in the order of names. */
export function devMethods(limits: EthRpcLimits): readonly {readonly file: string; readonly methods: readonly Method[]}[] {
  return Object.entries(METHODS).map(([file, factories]) => ({file, methods: factories.map((make) => make(limits))}));
}

export function devMethodTable(limits: EthRpcLimits): ReadonlyMap<string, Method> {
  return new Map(devMethods(limits).flatMap(({methods}) => methods.map((method) => [method.name, method] as const)));
}
