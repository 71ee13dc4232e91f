/** Keys of the pool. The first byte keeps them apart from those of the engine's stores, so that all may live in one database. */
import {concatBytes, type Evidence, type Vote} from '#proto';
import {evidenceHeight} from '#consensus/core';

export const EvidenceKey = {Pending: 0x30, Committed: 0x31, Report: 0x32, Height: 0x33} as const;

/** Height of the last block that the pool heard of. */
export const HEIGHT_KEY = Uint8Array.of(EvidenceKey.Height);

/** By height of the infraction, so that the oldest comes first. */
export function pendingKey(evidence: Evidence, id: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(EvidenceKey.Pending), heightBytes(evidenceHeight(evidence)), id);
}

export function committedKey(id: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(EvidenceKey.Committed), id);
}

export function reportKey({height, round, type, validatorAddress}: Vote): Uint8Array {
  const place = new Uint8Array(5);
  new DataView(place.buffer).setUint32(0, round);
  place[4] = type;
  return concatBytes(Uint8Array.of(EvidenceKey.Report), heightBytes(height), validatorAddress, place);
}

/** From the first to behind the last key of a kind. */
export function rangeOf(kind: number): readonly [gte: Uint8Array, lt: Uint8Array] {
  return [Uint8Array.of(kind), Uint8Array.of(kind + 1)];
}

export function heightBytes(height: bigint): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, height);
  return out;
}

export function heightFromBytes(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getBigUint64(0);
}
