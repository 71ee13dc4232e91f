import {chmodSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, unlinkSync, writeSync} from 'node:fs';
import {dirname} from 'node:path';
import {generateKeyPair, generateKeyPairFromSeed, privateKeyFromRaw} from '@libp2p/crypto/keys';
import type {Ed25519PrivateKey} from '@libp2p/interface';
import {peerIdFromPrivateKey} from '@libp2p/peer-id';
import {NODE_KEY_FILE_MAX_BYTES} from './limits.ts';

/** The key by which peers know this node. It signs no block and no transaction. */
export interface NodeIdentity {
  readonly privateKey: Ed25519PrivateKey;
  /** libp2p peer id in base58, `12D3KooW…`. */
  readonly peerId: string;
}

export class NodeKeyError extends Error {
  readonly path: string;
  constructor(path: string, reason: string) {
    super(`Node key ${path}: ${reason}`);
    this.name = 'NodeKeyError';
    this.path = path;
  }
}

const KEY_TYPE = 'tendermint/PrivKeyEd25519';
const PRIVATE_KEY_BYTES = 64;
const PERMISSIONS_OF_OTHERS = 0o077;

export async function createNodeIdentity(): Promise<NodeIdentity> {
  return identityOf(await generateKeyPair('Ed25519'));
}

/** The same identity for the same 32-byte seed; for networks of development only. */
export async function nodeIdentityFromSeed(seed: Uint8Array): Promise<NodeIdentity> {
  return identityOf(await generateKeyPairFromSeed('Ed25519', seed));
}

/**
 * `config/node_key.json` in CometBFT's format:
 * `{"priv_key": {"type": "tendermint/PrivKeyEd25519", "value": "<base64 of seed (32 bytes) ‖ public key (32 bytes)>"}}`.
 */
export function encodeNodeKey(identity: NodeIdentity): string {
  const value = Buffer.from(identity.privateKey.raw).toString('base64');
  return `${JSON.stringify({priv_key: {type: KEY_TYPE, value}}, null, 2)}\n`;
}

/** Throws NodeKeyError when the text is not a node key or its public half does not belong to its seed. */
export async function decodeNodeKey(text: string, path = 'node_key.json'): Promise<NodeIdentity> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new NodeKeyError(path, 'not JSON');
  }
  const key = (parsed as {priv_key?: {type?: unknown; value?: unknown}} | null)?.priv_key;
  if (key?.type !== KEY_TYPE || typeof key.value !== 'string') throw new NodeKeyError(path, `priv_key must be of type ${KEY_TYPE} with a base64 value`);
  const raw = Buffer.from(key.value, 'base64');
  if (raw.byteLength !== PRIVATE_KEY_BYTES || raw.toString('base64') !== key.value) throw new NodeKeyError(path, 'value must be 64 bytes in base64');
  const identity = identityOf(privateKeyFromRaw(new Uint8Array(raw)) as Ed25519PrivateKey);
  const expected = await nodeIdentityFromSeed(new Uint8Array(raw.subarray(0, 32)));
  if (expected.peerId !== identity.peerId) throw new NodeKeyError(path, 'the public key does not belong to the private key');
  return identity;
}

/** Creates the file, mode 0600, durably; fails with EEXIST when there is one already. */
export function writeNodeKey(path: string, identity: NodeIdentity): void {
  mkdirSync(dirname(path), {recursive: true});
  writeNewFile(path, encodeNodeKey(identity));
}

/** Reads the key, or makes one at first start. A file that others may read is closed to them. */
export async function loadOrCreateNodeIdentity(path: string): Promise<NodeIdentity> {
  let size: number;
  try {
    const stat = statSync(path);
    size = stat.size;
    if ((stat.mode & PERMISSIONS_OF_OTHERS) !== 0) chmodSync(path, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const identity = await createNodeIdentity();
    writeNodeKey(path, identity);
    return identity;
  }
  if (size > NODE_KEY_FILE_MAX_BYTES) throw new NodeKeyError(path, 'too long to be a node key');
  return decodeNodeKey(readFileSync(path, 'utf8'), path);
}

export function peerIdOf(identity: NodeIdentity): string {
  return identity.peerId;
}

function identityOf(privateKey: Ed25519PrivateKey): NodeIdentity {
  return {privateKey, peerId: peerIdFromPrivateKey(privateKey).toString()};
}

function writeNewFile(path: string, text: string): void {
  // Written beside its place first, so that a crash leaves a whole key or none.
  closeSync(openSync(path, 'wx', 0o600));
  const temporary = `${path}.new`;
  try {
    const file = openSync(temporary, 'w', 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    unlinkSync(path);
    throw error;
  }
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
