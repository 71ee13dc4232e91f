import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from '@jest/globals';
import {fromHex, proposalSignBytes, sha256, toHex, utf8, verifySignature, VoteType, voteSignBytes, type BlockID, type Timestamp} from '#proto';
import {FileSigner, FsAtomicFile, SignerError, ValidatorKey, type AtomicFile} from '#consensus/engine';
import {A, address, B, NIL} from '../support.ts';

const CHAIN = 'test-chain';
const KEY = new ValidatorKey(sha256(utf8('a validator')));

function at(ms: number): Timestamp {
  return {seconds: 1_700_000_000n, nanos: ms * 1_000_000};
}

function vote(type: VoteType, height: bigint, round: number, blockId: BlockID, ms = 1) {
  return {type, height, round, blockId, timestamp: at(ms), validatorAddress: address(0), validatorIndex: 0};
}

function proposal(height: bigint, round: number, blockId: BlockID, ms = 1) {
  return {height, round, polRound: -1, blockId, timestamp: at(ms)};
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'signed';
  } catch (error) {
    return error instanceof SignerError ? error.code : `another error: ${String(error)}`;
  }
}

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qanat-signer-'));
  path = join(folder, 'priv_validator_state.json');
});
afterEach(() => rmSync(folder, {recursive: true}));

function open(): FileSigner {
  return new FileSigner(KEY, new FsAtomicFile(path));
}

describe('FileSigner', () => {
  it('signs what a light client verifies', async () => {
    const signed = await open().signVote(CHAIN, vote(VoteType.Precommit, 5n, 0, A));
    expect(verifySignature(KEY.publicKey, voteSignBytes(CHAIN, signed), signed.signature)).toBe(true);
    const proposed = await open().signProposal(CHAIN, proposal(6n, 0, A));
    expect(verifySignature(KEY.publicKey, proposalSignBytes(CHAIN, proposed), proposed.signature)).toBe(true);
  });

  it('refuses to go back in height, round or step, also after a restart', async () => {
    await open().signVote(CHAIN, vote(VoteType.Precommit, 5n, 3, A));
    const signer = open();
    expect(await codeOf(signer.signVote(CHAIN, vote(VoteType.Precommit, 4n, 9, A)))).toBe('REGRESSION');
    expect(await codeOf(signer.signVote(CHAIN, vote(VoteType.Precommit, 5n, 2, A)))).toBe('REGRESSION');
    expect(await codeOf(signer.signVote(CHAIN, vote(VoteType.Prevote, 5n, 3, A)))).toBe('REGRESSION');
    expect(await codeOf(signer.signProposal(CHAIN, proposal(5n, 3, A)))).toBe('REGRESSION');
    expect(await codeOf(signer.signVote(CHAIN, vote(VoteType.Prevote, 5n, 4, B)))).toBe('signed');
    expect(await codeOf(signer.signProposal(CHAIN, proposal(6n, 0, B)))).toBe('signed');
  });

  it.each([
    ['another block', A, B],
    ['nil after a block', A, NIL],
    ['a block after nil', NIL, A],
  ])('refuses a conflicting vote: %s', async (_, first, second) => {
    await open().signVote(CHAIN, vote(VoteType.Prevote, 5n, 0, first));
    expect(await codeOf(open().signVote(CHAIN, vote(VoteType.Prevote, 5n, 0, second)))).toBe('CONFLICT');
    expect(await codeOf(open().signVote('another chain', vote(VoteType.Prevote, 5n, 0, first)))).toBe('CONFLICT');
  });

  it('gives the same signature again for a message that differs in its time only', async () => {
    const first = await open().signVote(CHAIN, vote(VoteType.Prevote, 5n, 0, A, 1));
    expect(await open().signVote(CHAIN, vote(VoteType.Prevote, 5n, 0, A, 900))).toEqual(first);
    const proposed = await open().signProposal(CHAIN, proposal(6n, 0, A, 1));
    expect(await open().signProposal(CHAIN, proposal(6n, 0, A, 900))).toEqual(proposed);
    expect(await codeOf(open().signProposal(CHAIN, proposal(6n, 0, B, 1)))).toBe('CONFLICT');
  });

  it('writes CometBFT\'s format', async () => {
    const signed = await open().signVote(CHAIN, vote(VoteType.Precommit, 7n, 2, A));
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      height: '7',
      round: 2,
      step: 3,
      signature: Buffer.from(signed.signature).toString('base64'),
      signbytes: toHex(voteSignBytes(CHAIN, signed)).toUpperCase(),
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('reads a file that CometBFT wrote on a fresh start', async () => {
    writeFileSync(path, '{\n  "height": "0",\n  "round": 0,\n  "step": 0\n}');
    expect(await codeOf(open().signVote(CHAIN, vote(VoteType.Prevote, 1n, 0, A)))).toBe('signed');
  });

  it('is durable before the signature is given', async () => {
    const order: string[] = [];
    const file: AtomicFile = {read: () => undefined, writeSync: () => void order.push('written')};
    const promise = new FileSigner(KEY, file).signVote(CHAIN, vote(VoteType.Prevote, 1n, 0, A));
    await promise.then(() => order.push('given'));
    expect(order).toEqual(['written', 'given']);
  });

  it('signs one thing at a time while the disk is slow, and judges the next by it', async () => {
    const writes: {bytes: Uint8Array; done: (error?: Error) => void}[] = [];
    const file: AtomicFile = {
      read: () => undefined,
      writeSync: () => undefined,
      write: (bytes) => new Promise((resolve, reject) => void writes.push({bytes, done: (error) => (error === undefined ? resolve() : reject(error))})),
    };
    const turns = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const signer = new FileSigner(KEY, file);
    const first = signer.signVote(CHAIN, vote(VoteType.Prevote, 1n, 0, A));
    const conflicting = codeOf(signer.signVote(CHAIN, vote(VoteType.Prevote, 1n, 0, B)));
    const later = codeOf(signer.signVote(CHAIN, vote(VoteType.Precommit, 1n, 0, A)));
    await turns();
    expect(writes).toHaveLength(1);
    expect(signer.lastSigned.height).toBe(0n);
    writes[0]!.done();
    await first;
    expect(signer.lastSigned).toEqual({height: 1n, round: 0, step: 2});
    expect(await conflicting).toBe('CONFLICT');
    await turns();
    expect(writes).toHaveLength(2);
    writes[1]!.done(new Error('disk full'));
    expect(await later).toBe('another error: Error: disk full');
    expect(signer.lastSigned).toEqual({height: 1n, round: 0, step: 2});
    const again = signer.signVote(CHAIN, vote(VoteType.Precommit, 1n, 0, A));
    await turns();
    writes[2]!.done();
    await again;
    expect(signer.lastSigned).toEqual({height: 1n, round: 0, step: 3});
  });

  it('gives no signature when its state cannot be written, and may try again', async () => {
    let isFull = true;
    const file: AtomicFile = {
      read: () => undefined,
      writeSync: () => {
        if (isFull) throw new Error('disk full');
      },
    };
    const signer = new FileSigner(KEY, file);
    await expect(signer.signVote(CHAIN, vote(VoteType.Prevote, 1n, 0, A))).rejects.toThrow('disk full');
    isFull = false;
    expect(await codeOf(signer.signVote(CHAIN, vote(VoteType.Prevote, 1n, 0, B)))).toBe('signed');
  });

  it.each(['', '{', '[]', '{"height":5,"round":0,"step":1}', '{"height":"5","round":-1,"step":1}', '{"height":"5","round":0,"step":4}', '{"height":"x","round":0,"step":1}'])(
    'refuses to start from a damaged state: %j',
    (text) => {
      writeFileSync(path, text);
      expect(open).toThrow('cannot be read');
    },
  );
});

describe('ValidatorKey', () => {
  it('is RFC 8032\'s ed25519', () => {
    // RFC 8032, 7.1, test 1.
    const key = new ValidatorKey(fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'));
    expect(toHex(key.publicKey)).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
    expect(toHex(key.sign(new Uint8Array(0)))).toBe(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    );
  });
  it('goes to priv_validator_key.json and back', () => {
    const again = ValidatorKey.fromJson(KEY.toJson());
    expect(again.publicKey).toEqual(KEY.publicKey);
    expect(again.address).toEqual(sha256(KEY.publicKey).subarray(0, 20));
    expect(Object.keys(JSON.parse(KEY.toJson()) as object)).toEqual(['address', 'pub_key', 'priv_key']);
  });
  it.each(['', 'null', '{}', '{"priv_key":{"type":"tendermint/PrivKeySecp256k1","value":"AA=="}}', '{"priv_key":{"type":"tendermint/PrivKeyEd25519","value":"AA=="}}'])(
    'refuses %j',
    (text) => expect(() => ValidatorKey.fromJson(text)).toThrow(SignerError),
  );
  it('refuses halves that do not belong together', () => {
    const json = JSON.parse(KEY.toJson()) as {priv_key: {value: string}};
    const bytes = Buffer.from(json.priv_key.value, 'base64');
    bytes[40]! ^= 1;
    json.priv_key.value = bytes.toString('base64');
    expect(() => ValidatorKey.fromJson(JSON.stringify(json))).toThrow('do not belong together');
  });
});
