/** What a durable write is about, for tests that kill a node around each kind of it. */
import {decodeWalMessage, VoteType} from '#proto';
import type {KeyValueOp} from '#consensus/engine';
import {BlockKey, StateKey} from '../../../consensus/engine/store/keys.ts';
import {EvidenceKey} from '../../../consensus/evidence/keys.ts';

const FRAME_BYTES = 8;
const STEPS = ['nothing', 'proposal', 'prevote', 'precommit'];

/** Of the framed records that become durable: the message of this node among them. */
export function logWrite(records: readonly Uint8Array[]): string {
  for (const record of records) {
    const {message} = decodeWalMessage(record.subarray(FRAME_BYTES));
    if (message.type !== 'message' || message.peer !== '') continue;
    if (message.message.type === 'proposal') return 'log: own proposal';
    if (message.message.type === 'vote') return message.message.vote.type === VoteType.Prevote ? 'log: own prevote' : 'log: own precommit';
  }
  return records.length === 0 ? 'log: nothing new' : 'log: grounds of a signature';
}

export function signerWrite(state: Uint8Array): string {
  const {step} = JSON.parse(Buffer.from(state).toString()) as {step: number};
  return `signer: ${STEPS[step]}`;
}

/** By the first byte of the first key; a block is told from a commit that stands alone by its meta. */
export function storeWrite([first]: readonly KeyValueOp[]): string {
  const names: Readonly<Record<number, string>> = {
    [BlockKey.Meta]: first?.type === 'del' ? 'block store: prune' : 'block store: block',
    [BlockKey.SeenCommit]: first?.type === 'del' ? 'block store: prune' : 'block store: commit of a snapshot',
    [StateKey.State]: 'state store: state',
    [StateKey.Results]: 'state store: prune',
    [StateKey.ResultsInfo]: first?.type === 'del' ? 'state store: prune' : 'state store: response',
    [EvidenceKey.Pending]: first?.type === 'del' ? 'evidence: update' : 'evidence: pending',
    [EvidenceKey.Committed]: 'evidence: update',
    [EvidenceKey.Height]: 'evidence: update',
    [EvidenceKey.Report]: 'evidence: report',
  };
  return names[first?.key[0] ?? -1] ?? `store: key ${first?.key[0]}`;
}
