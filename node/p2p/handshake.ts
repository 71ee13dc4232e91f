import {randomBytes} from 'node:crypto';
import {isChainId} from './channels.ts';
import {GENESIS_HASH_BYTES, LISTEN_ADDRESS_MAX_LENGTH, MONIKER_MAX_LENGTH, PROTOCOL_VERSION, SESSION_BYTES, VERSION_MAX_LENGTH} from './limits.ts';
import type {Hello} from './messages.ts';
import type {P2pOptions} from './types.ts';

export type HelloFault =
  | {readonly kind: 'malformed'; readonly field: string}
  /** Honest, but not for us. */
  | {readonly kind: 'mismatch'; readonly field: 'protocol version' | 'chain id' | 'genesis hash'; readonly ours: string; readonly theirs: string};

/** What we say of ourselves; where we listen is added when we do. Throws RangeError when an option is malformed. */
export function ownHello({chainId, genesisHash, version, moniker}: P2pOptions): Hello {
  if (!isChainId(chainId)) throw new RangeError(`chain id ${JSON.stringify(chainId)} cannot stand in a protocol id`);
  if (genesisHash.byteLength !== GENESIS_HASH_BYTES) throw new RangeError('the genesis hash must have 32 bytes');
  if (moniker.length > MONIKER_MAX_LENGTH) throw new RangeError(`the moniker must have at most ${MONIKER_MAX_LENGTH} characters`);
  return {protocolVersion: PROTOCOL_VERSION, chainId, genesisHash, version, moniker, session: randomBytes(SESSION_BYTES), listenAddress: ''};
}

/** Why we cannot be peers; undefined when we can. */
export function helloFault(own: Hello, theirs: Hello): HelloFault | undefined {
  if (!isChainId(theirs.chainId)) return {kind: 'malformed', field: 'chain id'};
  if (theirs.genesisHash.byteLength !== GENESIS_HASH_BYTES) return {kind: 'malformed', field: 'genesis hash'};
  if (theirs.session.byteLength !== SESSION_BYTES) return {kind: 'malformed', field: 'session'};
  if (!isShown(theirs.version, VERSION_MAX_LENGTH)) return {kind: 'malformed', field: 'version'};
  if (!isShown(theirs.moniker, MONIKER_MAX_LENGTH)) return {kind: 'malformed', field: 'moniker'};
  if (!isShown(theirs.listenAddress, LISTEN_ADDRESS_MAX_LENGTH)) return {kind: 'malformed', field: 'listen address'};
  if (theirs.protocolVersion !== PROTOCOL_VERSION) return mismatch('protocol version', own.protocolVersion, theirs.protocolVersion);
  if (theirs.chainId !== own.chainId) return mismatch('chain id', own.chainId, theirs.chainId);
  if (!sameBytes(theirs.genesisHash, own.genesisHash)) return mismatch('genesis hash', hex(own.genesisHash), hex(theirs.genesisHash));
  return undefined;
}

/**
 * Two connections to the same peer: which one stays. Both sides come to the same answer, so that not each closes the other's.
 */
export function prefersNewConnection(
  own: string,
  old: {readonly outbound: boolean; readonly hello: Hello},
  fresh: {readonly peer: string; readonly outbound: boolean; readonly hello: Hello},
): boolean {
  // Another session: the peer was started anew and the old connection leads nowhere.
  if (!sameBytes(old.hello.session, fresh.hello.session)) return true;
  // The same side dialled twice: it does so only when it has lost the first.
  if (old.outbound === fresh.outbound) return true;
  // Both dialled at once: the call of the smaller id stays.
  return fresh.outbound === own < fresh.peer;
}

function mismatch(field: 'protocol version' | 'chain id' | 'genesis hash', ours: string | number, theirs: string | number): HelloFault {
  return {kind: 'mismatch', field, ours: String(ours), theirs: String(theirs)};
}

/** Printable, so that it cannot play tricks in a log or a terminal. */
function isShown(text: string, maxLength: number): boolean {
  return text.length <= maxLength && /^[\p{L}\p{N}\p{P}\p{S} ]*$/u.test(text);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, i) => byte === b[i]);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
