/** Proofs of a whole session, a file each: made by the contributor afterwards, verified by the user at any time. */
import {randomUUID} from 'node:crypto';
import {mkdir, readdir, readFile, rename, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {loraProofLayout} from '#precompiles/codec';
import {RowTables, verifyLora, verifyLoraBatch} from '#precompiles/lora';
import type {LoraClaim} from '#precompiles/lora';
import {LoraError} from './errors.ts';
import type {LoraPackage, PublicPackage} from './package.ts';
import {proveLora} from './prove.ts';
import {hedgedRandomness} from './randomness.ts';
import {sessionContext} from './session.ts';
import type {SessionRecord} from './session.ts';

/** Proofs that are verified together. */
const BATCH = 16;
const TABLE_ROW_COUNT_MAX = 4_096;

const fileOf = (module: number, chunk: number): string => `${module}-${chunk}.proof`;

/**
 * Proves every module and chunk of a session. A proof that is there already is kept, so an interrupted run goes on where it was.
 * @returns how many were made now
 */
export async function proveSession(
  owner: LoraPackage, record: SessionRecord, folder: string, onProgress?: (fraction: number, what: string) => void,
): Promise<number> {
  await mkdir(folder, {recursive: true});
  const present = new Set(await readdir(folder));
  const work = owner.modules.flatMap((module, index) => record.chunks(index).map((chunk) => ({module, index, chunk})));
  let made = 0;
  for (const [done, {module, index, chunk}] of work.entries()) {
    onProgress?.(done / work.length, 'proving');
    const name = fileOf(index, chunk.index);
    if (present.has(name)) continue;
    const request = {context: sessionContext(record.id, index, chunk.index), inputs: chunk.inputs, outputs: chunk.outputs};
    const proof = proveLora(module, request, hedgedRandomness(owner.secret, request.context.binding, chunk.inputs, chunk.outputs));
    // By rename: a proof is whole or not there.
    const temporary = join(folder, `.${randomUUID()}`);
    await writeFile(temporary, proof);
    await rename(temporary, join(folder, name));
    made++;
  }
  return made;
}

/** Verifies every proof of a session against the user's own record. Throws `LoraError` that names the module and chunk that is not proven. */
export async function verifySession(
  open: PublicPackage, record: SessionRecord, folder: string, onProgress?: (fraction: number, what: string) => void,
): Promise<{proofs: number; tokens: number}> {
  const claims: (LoraClaim & {readonly what: string; readonly tokens: number})[] = [];
  for (const [index, {name, shape}] of open.manifest.modules.entries()) {
    for (const chunk of record.chunks(index)) {
      const what = `module ${name}, part ${chunk.index}`;
      const proof = await readProof(join(folder, fileOf(index, chunk.index)), loraProofLayout(shape).length, what);
      claims.push({what, tokens: chunk.tokens, shape, rows: open.rows[index]!, context: sessionContext(record.id, index, chunk.index), inputs: chunk.inputs, outputs: chunk.outputs, proof});
    }
  }
  const tables = new RowTables(TABLE_ROW_COUNT_MAX);
  for (let start = 0; start < claims.length; start += BATCH) {
    onProgress?.(start / claims.length, 'verifying');
    const batch = claims.slice(start, start + BATCH);
    if (verifyLoraBatch(batch, tables)) continue;
    const wrong = batch.find((claim) => !verifyLora(claim, tables));
    throw new LoraError('proofRefused', `${wrong?.what ?? 'a proof'}: what the contributor answered is not what the registered module gives`);
  }
  return {proofs: claims.length, tokens: claims.reduce((sum, {tokens}) => sum + tokens, 0)};
}

async function readProof(path: string, length: number, what: string): Promise<Uint8Array> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new LoraError('proofRefused', `${what}: there is no proof ${path}`);
  if (found.size !== length) throw new LoraError('proofRefused', `${what}: a proof of ${found.size} bytes, expected ${length}`);
  return new Uint8Array(await readFile(path));
}
