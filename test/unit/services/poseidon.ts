/** The chain's own Poseidon (SAP 0x0a05) on integers, so that circuits are held to what contracts compute. */
import {initPrecompiles} from '#precompiles';
import {poseidon as permutation} from '../../../precompiles/poseidon/permutation.ts';

export async function loadPoseidon(): Promise<void> {
  await initPrecompiles();
}

export function poseidon(elements: readonly bigint[]): bigint {
  const words = Buffer.from(elements.map((element) => element.toString(16).padStart(64, '0')).join(''), 'hex');
  const output = permutation(new Uint8Array(words));
  if (!output) throw new Error('not a list of field elements');
  return BigInt(`0x${Buffer.from(output).toString('hex')}`);
}
