/** Signatures with the public keys of the development mnemonic. */
import {keccak256, type Address} from '#node/execution';
import {rpcErrors} from '../errors.ts';
import {data} from '../hex.ts';
import type {DevBackend} from './backend.ts';

export function signDigest(dev: DevBackend, address: Address, digest: Uint8Array): `0x${string}` {
  const signature = dev.signDigest(address, digest);
  if (signature === undefined) throw rpcErrors.server(`unknown account ${address}: this node signs with the keys of the development mnemonic alone`);
  return data(signature);
}

/** EIP-191, version 0x45. */
export function signMessage(dev: DevBackend, address: Address, message: Uint8Array): `0x${string}` {
  const prefix = Buffer.from(`\x19Ethereum Signed Message:\n${message.length}`);
  return signDigest(dev, address, keccak256(new Uint8Array(Buffer.concat([prefix, message]))));
}
