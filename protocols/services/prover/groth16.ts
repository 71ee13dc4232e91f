/** Proofs by snarkjs, run as a separate program. */
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {decodePublicInputs, encodeProof} from '#precompiles/codec';
import type {SnarkjsProof, SnarkjsVerificationKey} from '#precompiles/codec';
import {PROVE_TIMEOUT_MS} from '../limits.ts';
import {runTool, ToolError} from './tools.ts';
import {encodeWitness} from './witness.ts';

export type Proof = {
  /** snarkjs's proof.json. */
  readonly json: SnarkjsProof;
  /** The 256 bytes that go on chain. */
  readonly bytes: Uint8Array;
  readonly publicInputs: readonly bigint[];
};

async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  // Witnesses hold the model's weights: mkdtemp makes the folder readable by its owner only.
  const folder = await mkdtemp(join(tmpdir(), 'qanat-prove-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}

/**
 * Proves a witness.
 * @param zkeyPath absolute path of the proving key
 * @throws {ToolError} if snarkjs fails or takes longer than PROVE_TIMEOUT_MS. snarkjs does not check the witness: one
 * that does not satisfy the circuit gives a proof that does not verify.
 */
export async function prove(zkeyPath: string, witness: readonly bigint[], signal?: AbortSignal): Promise<Proof> {
  return inTemporaryFolder(async (folder) => {
    await writeFile(join(folder, 'witness.wtns'), encodeWitness(witness));
    await runTool('snarkjs', ['groth16', 'prove', zkeyPath, 'witness.wtns', 'proof.json', 'public.json'], {
      cwd: folder, timeoutMs: PROVE_TIMEOUT_MS, signal,
    });
    const json = JSON.parse(await readFile(join(folder, 'proof.json'), 'utf8')) as SnarkjsProof;
    const publicInputs = decodePublicInputs(JSON.parse(await readFile(join(folder, 'public.json'), 'utf8')));
    return {json, bytes: encodeProof(json), publicInputs};
  });
}

/** Whether snarkjs accepts a proof. */
export async function verify(
  key: SnarkjsVerificationKey, publicInputs: readonly bigint[], proof: SnarkjsProof, signal?: AbortSignal,
): Promise<boolean> {
  return inTemporaryFolder(async (folder) => {
    await writeFile(join(folder, 'key.json'), JSON.stringify(key));
    await writeFile(join(folder, 'public.json'), JSON.stringify(publicInputs.map(String)));
    await writeFile(join(folder, 'proof.json'), JSON.stringify(proof));
    try {
      const text = await runTool('snarkjs', ['groth16', 'verify', 'key.json', 'public.json', 'proof.json'], {
        cwd: folder, timeoutMs: PROVE_TIMEOUT_MS, signal,
      });
      return /OK!/.test(text);
    } catch (error) {
      if (error instanceof ToolError && /Invalid proof/i.test(error.message)) return false;
      throw error;
    }
  });
}
