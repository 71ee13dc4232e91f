/**
 * Reads every signed message that the nodes of a network have put on disk, and looks for a validator that signed two things for one
 * height, round and type. It reads the files itself and asks nothing of the engine.
 */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {crc32} from 'node:zlib';
import {blockIdKey, decodeWalMessage, toHex, verifySignature, voteSignBytes, type Vote} from '#proto';

const HEADER_BYTES = 8;

export class SignatureLedger {
  readonly violations: string[] = [];
  private readonly chainId: string;
  /** Public keys by address, both in hex. */
  private readonly keys: ReadonlyMap<string, Uint8Array>;
  private readonly votes = new Map<string, string>();
  private readonly verified = new Set<string>();

  constructor(chainId: string, keys: ReadonlyMap<string, Uint8Array>) {
    this.chainId = chainId;
    this.keys = keys;
  }

  /** Signed votes seen so far. */
  get size(): number {
    return this.verified.size;
  }

  /** All votes of a write-ahead log, as far as its records are intact. */
  readLog(folder: string): void {
    for (const name of readdirSync(folder).sort()) {
      for (const record of intactRecords(readFileSync(join(folder, name)))) {
        const {message} = decodeWalMessage(record);
        if (message.type === 'message' && message.message.type === 'vote') this.take(message.message.vote);
      }
    }
  }

  private take(vote: Vote): void {
    const address = toHex(vote.validatorAddress);
    const signature = toHex(vote.signature);
    if (this.verified.has(signature)) return;
    const key = this.keys.get(address);
    // The log holds what the loop accepted; a vote that is not genuine would accuse the innocent.
    if (key === undefined || !verifySignature(key, voteSignBytes(this.chainId, vote), vote.signature)) {
      this.violations.push(`a log holds a vote of ${address} at ${vote.height}/${vote.round} that it did not sign`);
      return;
    }
    this.verified.add(signature);
    const slot = `${address} ${vote.height}/${vote.round} type ${vote.type}`;
    const what = blockIdKey(vote.blockId);
    const earlier = this.votes.get(slot);
    if (earlier === undefined) this.votes.set(slot, what);
    else if (earlier !== what) this.violations.push(`double signature: ${slot}`);
  }
}

function intactRecords(bytes: Buffer): Uint8Array[] {
  const records: Uint8Array[] = [];
  for (let offset = 0; offset + HEADER_BYTES <= bytes.length; ) {
    const checksum = bytes.readUInt32BE(offset);
    const end = offset + HEADER_BYTES + bytes.readUInt32BE(offset + 4);
    if (end > bytes.length) break;
    const payload = new Uint8Array(bytes.subarray(offset + HEADER_BYTES, end));
    if (crc32(payload) >>> 0 !== checksum) break;
    records.push(payload);
    offset = end;
  }
  return records;
}
