import {keccak256} from 'viem';
import type {Hex, TransactionReceipt} from 'viem';
import {groth16Abi} from '#protocols/abi';
import {NATIVE_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface RegisterVerificationKeyParameters {
  /** Canonical bytes, as IGroth16 describes them. */
  readonly verificationKey: Hex;
}

export interface RegisterVerificationKeyReturnType {
  /** What the key is called by from now on. */
  readonly keyHash: Hex;
  readonly receipt: TransactionReceipt;
}

/**
 * Registers a Groth16 verification key with the native contract; again changes nothing.
 * Throws ContractRefusedError (InvalidKey).
 * @example
 * import {readFileSync} from 'node:fs';
 * import {createWalletClient, http, toHex} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, registerVerificationKey} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {keyHash} = await registerVerificationKey(client, {verificationKey: toHex(readFileSync('verification-key.bin'))});
 */
export async function registerVerificationKey(
  client: WritingClient,
  {verificationKey}: RegisterVerificationKeyParameters,
): Promise<RegisterVerificationKeyReturnType> {
  const receipt = await execute(client, {
    address: NATIVE_ADDRESSES.groth16,
    abi: groth16Abi,
    functionName: 'registerKey',
    args: [verificationKey],
  });
  return {keyHash: keccak256(verificationKey), receipt};
}
