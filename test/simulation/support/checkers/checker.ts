/** Observers of a run that know what must never happen. They see what an outsider sees: messages, disks, committed blocks. */
import type {Block, BlockID, Commit} from '#proto';
import type {Channel} from '#consensus/engine';

/** What a checker may know of a node. */
export interface Watched {
  readonly name: string;
  /** Follows the protocol: no key that lies, no twin. */
  readonly isHonest: boolean;
  /** Undefined on a full node. */
  readonly publicKey: Uint8Array | undefined;
  /** Bytes of the signer's last-sign file. */
  readonly signerFile: () => Uint8Array | undefined;
}

export interface Commitment {
  readonly block: Block;
  readonly blockId: BlockID;
  readonly seenCommit: Commit;
  /** After the block. */
  readonly appHash: Uint8Array;
}

export interface Checker {
  /** `bytes` is the same object for all peers that a message goes to. */
  sent?(from: Watched, channel: Channel, bytes: Uint8Array): void;
  /** Just before `to` hears of it. */
  delivered?(to: Watched, channel: Channel, bytes: Uint8Array): void;
  /** A framed record of the write-ahead log is durable. */
  logged?(node: Watched, record: Uint8Array): void;
  committed?(node: Watched, commitment: Commitment): void;
  /** After handshake and replay. `storedHeight`: of the block store. */
  started?(node: Watched, storedHeight: bigint): void;
  crashed?(node: Watched): void;
  submitted?(tx: Uint8Array): void;
  finished?(): void;
}

/** Tells of a broken promise: which one, at which height, and how. */
export type Report = (property: Property, height: bigint, text: string) => void;

export const PROPERTIES = [
  'agreement',
  'app hash',
  'validity',
  'double sign',
  'durability',
  'heights',
  'accusation',
  'halt',
  'liveness',
  'evidence',
] as const;
export type Property = (typeof PROPERTIES)[number];
