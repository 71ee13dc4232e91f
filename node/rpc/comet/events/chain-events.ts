/** What the node tells its subscribers, as CometBFT names and writes it (types/events.go). Built only when someone listens. */
import {
  abciEventToJson,
  blockIdToJson,
  blockToJson,
  consensusParamsToJson,
  evidenceToJson,
  execTxResultToJson,
  headerToJson,
  publicKeyToJson,
  toBase64,
  toHexUpper,
  txHash,
  validatorToJson,
  voteToJson,
  type AbciEvent,
  type Block,
  type BlockID,
  type ExecTxResult,
  type Json,
  type Validator,
  type ValidatorUpdate,
} from '#proto';
import type {BlockResults, ConsensusEvent} from '#consensus/engine';
import {addEvents} from '../query/query.ts';

/** A block that is committed and executed. */
export interface CommittedBlock {
  readonly block: Block;
  readonly blockId: BlockID;
  readonly results: BlockResults;
  /** Changes of the validator set in this block, with addresses and powers. */
  readonly validatorUpdates: readonly Validator[];
}

export interface NewStep {
  readonly height: bigint;
  readonly round: number;
  readonly step: string;
  /** At the first step of a round. */
  readonly proposer?: {readonly address: Uint8Array; readonly index: number};
}

export interface ChainEvent {
  /** Value of `tm.event`. */
  readonly name: string;
  /** Name under which Go registers the data's type. */
  readonly type: string;
  readonly value: Json;
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

/** CometBFT's names of the steps (consensus/types/round_state.go). */
const STEP_NAMES: Readonly<Record<string, string>> = {
  newHeight: 'RoundStepNewHeight',
  propose: 'RoundStepPropose',
  prevote: 'RoundStepPrevote',
  precommit: 'RoundStepPrecommit',
  commit: 'RoundStepCommit',
};

const ROUND_EVENT_NAMES = {
  timeoutPropose: 'TimeoutPropose',
  timeoutWait: 'TimeoutWait',
  polka: 'Polka',
  validBlock: 'ValidBlock',
  lock: 'Lock',
  relock: 'Relock',
} as const;

/** In CometBFT's order (state/execution.go, fireEvents). */
export function* blockEvents({block, blockId, results, validatorUpdates}: CommittedBlock): Generator<ChainEvent> {
  const {header} = block;
  const events = results.events ?? [];
  const height = header.height.toString();
  const value = {block: blockToJson(block), block_id: blockIdToJson(blockId), result_finalize_block: finalizeBlockToJson(results)};
  yield chainEvent('NewBlock', 'NewBlock', value, events);
  yield chainEvent('NewBlockHeader', 'NewBlockHeader', {header: headerToJson(header)}, events);
  yield chainEvent('NewBlockEvents', 'NewBlockEvents', {height, events: events.map(abciEventToJson), num_txs: String(block.txs.length)}, events, [
    ['block.height', height],
  ]);
  for (const evidence of block.evidence) yield chainEvent('NewEvidence', 'NewEvidence', {height, evidence: evidenceToJson(evidence)}, []);
  for (const [index, tx] of block.txs.entries()) {
    const result = results.txResults[index];
    if (result !== undefined) yield txEvent(header.height, index, tx, result);
  }
  if (validatorUpdates.length > 0) {
    yield chainEvent('ValidatorSetUpdates', 'ValidatorSetUpdates', {validator_updates: validatorUpdates.map(validatorToJson)}, []);
  }
}

export function* stepEvents({height, round, step, proposer}: NewStep): Generator<ChainEvent> {
  if (proposer !== undefined) {
    yield chainEvent('NewRound', 'NewRound', {
      height: height.toString(),
      round,
      step: 'RoundStepNewRound',
      proposer: {address: toHexUpper(proposer.address), index: proposer.index},
    }, []);
  }
  yield chainEvent('NewRoundStep', 'RoundState', roundState(height, round, step), []);
}

export function consensusEvent(event: ConsensusEvent): ChainEvent {
  switch (event.type) {
    case 'vote':
      return chainEvent('Vote', 'Vote', {Vote: voteToJson(event.vote)}, []);
    case 'completeProposal':
      return chainEvent('CompleteProposal', 'CompleteProposal', {...roundState(event.height, event.round, event.step), block_id: blockIdToJson(event.blockId)}, []);
    default:
      return chainEvent(ROUND_EVENT_NAMES[event.type], 'RoundState', roundState(event.height, event.round, event.step), []);
  }
}

function txEvent(height: bigint, index: number, tx: Uint8Array, result: ExecTxResult): ChainEvent {
  const value = {
    TxResult: {height: height.toString(), ...(index === 0 ? {} : {index}), ...(tx.length === 0 ? {} : {tx: toBase64(tx)}), result: sparseTxResult(result)},
  };
  return chainEvent('Tx', 'Tx', value, result.events ?? [], [
    ['tx.hash', toHexUpper(txHash(tx))],
    ['tx.height', height.toString()],
  ]);
}

/** In events Go writes the structure itself, which leaves out what is empty; in answers, jsonpb writes everything. */
function sparseTxResult(result: ExecTxResult): Json {
  const full = execTxResultToJson(result) as Readonly<Record<string, Json>>;
  const isEmpty = (value: Json): boolean => value === null || value === '' || value === 0 || value === '0' || (Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(full).filter(([, value]) => !isEmpty(value)));
}

function finalizeBlockToJson({events = [], txResults, validatorUpdates, consensusParamUpdates, appHash}: BlockResults): Json {
  return {
    ...(events.length === 0 ? {} : {events: events.map(abciEventToJson)}),
    ...(txResults.length === 0 ? {} : {tx_results: txResults.map(execTxResultToJson)}),
    validator_updates: validatorUpdates.map(validatorUpdateToJson),
    ...(consensusParamUpdates === undefined ? {} : {consensus_param_updates: consensusParamsToJson(consensusParamUpdates) as Json}),
    ...(appHash.length === 0 ? {} : {app_hash: toBase64(appHash)}),
  };
}

export function validatorUpdateToJson({publicKey, power}: ValidatorUpdate): Json {
  return {
    pub_key: {Sum: {type: 'tendermint.crypto.PublicKey_Ed25519', value: {ed25519: publicKeyToJson(publicKey).value}}},
    ...(power === 0n ? {} : {power: power.toString()}),
  };
}

function roundState(height: bigint, round: number, step: string): {readonly height: string; readonly round: number; readonly step: string} {
  return {height: height.toString(), round, step: STEP_NAMES[step] ?? step};
}

function chainEvent(name: string, type: string, value: Json, events: readonly AbciEvent[], more: readonly (readonly [string, string])[] = []): ChainEvent {
  const attributes = new Map<string, string[]>();
  addEvents(attributes, events);
  for (const [key, text] of [['tm.event', name] as const, ...more]) attributes.set(key, [...(attributes.get(key) ?? []), text]);
  return {name, type: `tendermint/event/${type}`, value, attributes};
}
