import type {CallRequest} from '../../rpc/eth/backend.ts';
import {keccak256Hex} from '../keccak.ts';
import type {Message} from '../message.ts';
import {encodeUnsigned} from '../transaction-encode.ts';
import type {Transaction} from '../types.ts';

/** The transaction that a message would be, without a signature: of the newest type that its fields allow. */
export function simulatedTransaction(request: CallRequest, message: Message, chain: {readonly chainId: bigint; readonly isLondon: boolean}): Transaction {
  const type = typeOf(request, chain.isLondon);
  const fields = {
    type,
    chainId: type === 0 ? undefined : chain.chainId,
    nonce: message.nonce,
    gasLimit: message.gasLimit,
    to: message.to,
    value: message.value,
    data: message.data,
    maxFeePerGas: message.maxFeePerGas,
    maxPriorityFeePerGas: message.maxPriorityFeePerGas,
    accessList: type === 0 ? [] : message.accessList,
    authorizationList: type === 4 ? (message.authorizationList ?? []) : [],
    maxFeePerBlobGas: type === 3 ? message.maxFeePerBlobGas : 0n,
    blobVersionedHashes: type === 3 ? (message.blobVersionedHashes ?? []) : [],
  };
  const raw = encodeUnsigned(fields);
  return {...fields, hash: `0x${keccak256Hex(raw)}`, sender: message.sender, yParity: 0, v: 0n, r: 0n, s: 0n, raw};
}

/** geth's TransactionArgs.ToTransaction with EIP-1559 as what it prefers. */
function typeOf({gasPrice, authorizationList, blobVersionedHashes}: CallRequest, isLondon: boolean): Transaction['type'] {
  if (gasPrice !== undefined || !isLondon) return 0;
  if (authorizationList !== undefined) return 4;
  return blobVersionedHashes !== undefined ? 3 : 2;
}
