import {keccak256} from 'viem';
import type {Hex} from 'viem';
import {getChainId, signTypedData} from 'viem/actions';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {WritingClient} from '../execute.ts';
import {attestationTypedData} from '../oracle.ts';
import {getInferenceRequest} from './getInferenceRequest.ts';

export interface SignAttestationParameters {
  readonly requestId: bigint;
  /** The result. */
  readonly output: Hex;
}

/**
 * An operator's signature of a result, which anyone may bring (attestInference). Throws ContractRefusedError (UnknownRequest).
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, signAttestation} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * console.log(await signAttestation(client, {requestId: 1n, output: '0x01'}));
 */
export async function signAttestation(client: WritingClient, {requestId, output}: SignAttestationParameters): Promise<Hex> {
  const {assetId, inputHash} = await getInferenceRequest(client, {requestId});
  const chainId = client.chain?.id ?? (await getChainId(client));
  const attestation = {requestId, assetId, inputHash, outputHash: keccak256(output)};
  return signTypedData(client, {
    account: client.account,
    ...attestationTypedData(attestation, chainId, SYSTEM_ADDRESSES.inferenceOracle),
  });
}
