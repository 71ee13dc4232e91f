import {beforeAll, beforeEach, describe, expect, it} from '@jest/globals';
import {concat, encodeAbiParameters, keccak256, pad, toHex} from 'viem';
import {loraProofAbi, loraSaleAbi, loraSaleBytecode} from '#protocols/abi';
import {encodeLoraInputs, encodeLoraOutputs, encodeLoraShape, loraRegistrationLayout} from '#precompiles/codec';
import {AssetKind, NATIVE_ADDRESSES} from '#protocols/client';
import type {CommittedModule} from '../../protocols/services/lora/commit.ts';
import {proveLora} from '../../protocols/services/lora/prove.ts';
import {proveRegistration} from '../../protocols/services/lora/register.ts';
import {applyLora} from '../../protocols/services/lora/weights.ts';
import {CHAIN_ID} from '../support/evm-chain.ts';
import type {EvmChain} from '../support/evm-chain.ts';
import {integers, moduleOf, seeded, shapeOf} from '../unit/lora/support.ts';
import {alice, attribution, bob, mallory, newChain, QANAT, refusalOf, register, signers, termsOf} from './world.ts';
import type {Hex} from './world.ts';

const TOKENS = 6;
const hex = (bytes: Uint8Array): Hex => `0x${Buffer.from(bytes).toString('hex')}`;
const native = {address: NATIVE_ADDRESSES.loraProof, abi: loraProofAbi} as const;
const modules = [moduleOf(shapeOf(20, 2, 12), 'sale 0'), moduleOf(shapeOf(12, 1, 9), 'sale 1')] as const;

interface Token {
  readonly inputs: Uint8Array;
  readonly outputs: Uint8Array;
}

interface Tree {
  readonly root: Hex;
  path(leaf: number): Hex[];
}

/** A tree of sorted pairs, as OpenZeppelin's MerkleProof reads it; an odd node goes up as it is. */
function treeOf(leaves: readonly Hex[]): Tree {
  const levels: Hex[][] = [[...leaves]];
  while (levels.at(-1)!.length > 1) {
    const level = levels.at(-1)!;
    levels.push(Array.from({length: Math.ceil(level.length / 2)}, (_, i) => {
      const [left, right] = [level[2 * i]!, level[2 * i + 1]];
      return right === undefined ? left : keccak256(concat(left < right ? [left, right] : [right, left]));
    }));
  }
  return {
    root: levels.at(-1)![0]!,
    path: (leaf) => levels.slice(0, -1).flatMap((level, depth) => level[(leaf >> depth) ^ 1] ?? []),
  };
}

function leafOf(module: number, token: number, {inputs, outputs}: Token): Hex {
  const inner = encodeAbiParameters(
    [{type: 'uint256'}, {type: 'uint256'}, {type: 'bytes32'}, {type: 'bytes32'}], [BigInt(module), BigInt(token), keccak256(inputs), keccak256(outputs)],
  );
  return keccak256(keccak256(inner));
}

/** A session's tokens by module, answered with these modules. */
function answered(by: readonly CommittedModule[], seed: string): Token[][] {
  return by.map((module, i) => Array.from({length: TOKENS}, (_, t) => {
    const x = integers(`${seed} ${i} ${t}`, module.shape.inputs, 16);
    return {inputs: encodeLoraInputs(x), outputs: encodeLoraOutputs(module.shape, applyLora(module, x))};
  }));
}

let chain: EvmChain;
let base: bigint;
let assetId: bigint;
let sale: {readonly address: Hex; readonly abi: typeof loraSaleAbi};

async function registerModule(owner: Hex, module: CommittedModule, binding: bigint): Promise<void> {
  const context = {chainId: CHAIN_ID, caller: owner, binding: Uint8Array.from(Buffer.from(pad(toHex(binding)).slice(2), 'hex'))};
  const proof = proveRegistration([module], context, seeded(`sale ${owner}`));
  const {announcementsBytes} = loraRegistrationLayout([module.shape]);
  await chain.write(owner, native, 'register', [
    hex(encodeLoraShape(module.shape)), hex(module.rows), hex(context.binding), hex(proof.subarray(0, announcementsBytes)), 0n, hex(proof.subarray(announcementsBytes)),
  ]);
}

beforeAll(async () => {
  chain = await newChain();
  base = await register(chain, termsOf(alice, {kind: AssetKind.model}));
  assetId = await register(chain, termsOf(alice, {kind: AssetKind.adapter, parents: [base]}));
  for (const module of modules) await registerModule(alice, module, assetId);
  sale = await chain.deploy(alice, {abi: loraSaleAbi, bytecode: loraSaleBytecode});
});

const commitments = modules.map(({commitment}) => hex(commitment));

async function opened(): Promise<bigint> {
  await chain.write(bob, sale, 'open', [assetId, commitments], {value: QANAT});
  return chain.read(sale, 'sessionCount', []);
}

async function deliver(sessionId: bigint, tokens: readonly (readonly Token[])[]): Promise<Tree> {
  const tree = treeOf(tokens.flatMap((own, module) => own.map((token, t) => leafOf(module, t, token))));
  await chain.write(alice, sale, 'deliver', [sessionId, tree.root, TOKENS, await signature(1, sessionId, tree.root)]);
  // The draw is known once the block after the delivery is in the past.
  for (let block = 0; block < 2; block++) await chain.send({from: alice, to: alice});
  return tree;
}

const signature = (signer: number, sessionId: bigint, root: Hex): Promise<Hex> => signers[signer]!.signTypedData({
  domain: {name: 'LoraSale', version: '1', chainId: Number(CHAIN_ID), verifyingContract: sale.address},
  types: {Delivery: [{name: 'sessionId', type: 'uint256'}, {name: 'root', type: 'bytes32'}, {name: 'tokens', type: 'uint32'}]},
  primaryType: 'Delivery', message: {sessionId, root, tokens: TOKENS},
});

async function moduleProof(sessionId: bigint, index: number, tokens: readonly (readonly Token[])[], tree: Tree, prover: CommittedModule = modules[index]!) {
  const drawn = await chain.read(sale, 'drawOf', [sessionId, BigInt(index)]);
  const binding = await chain.read(sale, 'bindingOf', [sessionId, BigInt(index)]);
  const join = (side: keyof Token): Uint8Array => Uint8Array.from(Buffer.concat(drawn.map((token) => tokens[index]![token]![side])));
  const request = {
    context: {chainId: CHAIN_ID, caller: sale.address, binding: Uint8Array.from(Buffer.from(binding.slice(2), 'hex'))}, inputs: join('inputs'), outputs: join('outputs'),
  };
  return {
    shape: hex(encodeLoraShape(prover.shape)), rows: hex(prover.rows), inputs: hex(request.inputs), outputs: hex(request.outputs),
    proof: hex(proveLora(prover, request, seeded(`sale proof ${sessionId} ${index}`))),
    paths: drawn.map((token) => tree.path(index * TOKENS + token)),
  };
}

describe('a sale of a session with hidden modules', () => {
  let undo: () => Promise<void>;
  beforeEach(async () => {
    await undo?.();
    undo = await chain.snapshot();
  });

  it('settles when the drawn tokens of every module are proven', async () => {
    const sessionId = await opened();
    const tokens = answered(modules, 'honest');
    const tree = await deliver(sessionId, tokens);
    const earned = async (): Promise<bigint> => (await chain.read(attribution, 'claimable', [assetId, alice])) + (await chain.read(attribution, 'claimable', [base, alice]));
    const before = await earned();
    await chain.write(mallory, sale, 'prove', [sessionId, 0n, await moduleProof(sessionId, 0, tokens, tree)]);
    expect(await earned()).toBe(before);
    const again = await moduleProof(sessionId, 0, tokens, tree);
    expect(await refusalOf(chain.write(alice, sale, 'prove', [sessionId, 0n, again]))).toBe('AlreadyProven');
    await chain.write(alice, sale, 'prove', [sessionId, 1n, await moduleProof(sessionId, 1, tokens, tree)]);
    // The base model's share included.
    expect(await earned()).toBe(before + QANAT);
    expect(await chain.read(attribution, 'claimable', [base, alice])).toBeGreaterThan(0n);
    expect(await chain.balance(sale.address)).toBe(0n);
    chain.increaseTime(200_000n);
    expect(await refusalOf(chain.write(bob, sale, 'refund', [sessionId]))).toBe('WrongStatus');
  });

  it('takes no swapped weight, input, output, module, session or commitment', async () => {
    const sessionId = await opened();
    const a = modules[0].a.slice();
    a[0] = a[0] === 1 ? 2 : 1;
    const liar = {...modules[0], a};
    const tokens = answered([liar, modules[1]], 'cheat');
    const tree = await deliver(sessionId, tokens);
    const refusal = async (index: bigint, changed: unknown): Promise<string> => refusalOf(chain.write(alice, sale, 'prove', [sessionId, index, changed] as never));
    // Answered with another weight: neither the committed module nor the used one proves it.
    for (const prover of [liar, modules[0]]) expect(await refusal(0n, await moduleProof(sessionId, 0, tokens, tree, prover))).toBe('ProofRefused');
    // With the weights that would prove it, committed anew: another commitment.
    const fresh = {...moduleOf(liar.shape, 'sale 2'), a};
    expect(await refusal(0n, {...(await moduleProof(sessionId, 0, tokens, tree)), rows: hex(fresh.rows)})).toBe('ProofRefused');
    // Other inputs or outputs than the buyer signed.
    const honest = answered(modules, 'cheat');
    expect(await refusal(0n, await moduleProof(sessionId, 0, honest, tree))).toBe('NotOfSession');
    const own = await moduleProof(sessionId, 1, tokens, tree);
    expect(await refusal(1n, {...own, inputs: `0x0000${own.inputs.slice(6)}`})).toBe('NotOfSession');
    expect(await refusal(1n, {...own, paths: [...own.paths].reverse()})).toBe('NotOfSession');
    expect(await refusal(1n, {...own, paths: own.paths.slice(1)})).toBe('InvalidRows');
    // Another module's place, and a module that is none.
    expect(await refusal(0n, own)).toBe('NotOfSession');
    expect(await refusal(2n, own)).toBe('UnknownModule');
    // Another session of the same content.
    const other = await opened();
    const otherTree = await deliver(other, tokens);
    const elsewhere = await moduleProof(other, 1, tokens, otherTree);
    expect(['NotOfSession', 'ProofRefused']).toContain(await refusal(1n, elsewhere));
    await chain.write(alice, sale, 'prove', [sessionId, 1n, own]);
    expect(await chain.balance(sale.address)).toBe(2n * QANAT);
  });

  it('opens for registered modules of the asset only', async () => {
    const foreign = moduleOf(shapeOf(5, 1, 3), 'foreign');
    expect(await refusalOf(chain.write(bob, sale, 'open', [assetId, [hex(foreign.commitment)]]))).toBe('UnknownCommitment');
    await registerModule(mallory, foreign, assetId);
    expect(await refusalOf(chain.write(bob, sale, 'open', [assetId, [hex(foreign.commitment)]]))).toBe('ModuleNotOfAsset');
    const elsewhere = moduleOf(shapeOf(5, 1, 3), 'elsewhere');
    await registerModule(alice, elsewhere, assetId + 1n);
    expect(await refusalOf(chain.write(bob, sale, 'open', [assetId, [hex(elsewhere.commitment)]]))).toBe('ModuleNotOfAsset');
    expect(await refusalOf(chain.write(bob, sale, 'open', [assetId, []]))).toBe('InvalidModuleCount');
    expect(await refusalOf(chain.write(bob, sale, 'open', [99n, commitments]))).toBe('AssetNotActive');
  });

  it('needs the buyer\'s signature, draws later, and pays back what is not settled in time', async () => {
    const sessionId = await opened();
    const {root} = treeOf([leafOf(0, 0, answered(modules, 'x')[0]![0]!)]);
    expect(await refusalOf(chain.write(alice, sale, 'deliver', [sessionId, root, TOKENS, await signature(5, sessionId, root)]))).toBe('NotSignedByBuyer');
    expect(await refusalOf(chain.write(alice, sale, 'deliver', [sessionId, root, TOKENS + 1, await signature(1, sessionId, root)]))).toBe('NotSignedByBuyer');
    expect(await refusalOf(chain.read(sale, 'drawOf', [sessionId, 0n]))).toBe('DrawNotAvailable');
    await chain.write(alice, sale, 'deliver', [sessionId, root, TOKENS, await signature(1, sessionId, root)]);
    expect(await refusalOf(chain.read(sale, 'drawOf', [sessionId, 0n]))).toBe('DrawNotAvailable');
    expect(await refusalOf(chain.write(bob, sale, 'refund', [sessionId]))).toBe('SessionNotOver');
    chain.increaseTime(200_000n);
    const before = await chain.balance(bob);
    await chain.write(mallory, sale, 'refund', [sessionId]);
    expect(await chain.balance(bob)).toBe(before + QANAT);
    expect(await refusalOf(chain.write(mallory, sale, 'refund', [sessionId]))).toBe('WrongStatus');
  });
});
