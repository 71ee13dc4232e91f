/** What this validator proposes and signs. Nothing here decides whether to: the core did. */
import {compareTimestamps, type BlockID, type Timestamp} from '#proto';
import {addMilliseconds, blockKey, makeCommit, roundVotes, voteSetOf, type Effect, type RoundInput} from '#consensus/core';
import type {BlockExecutor} from '../execution/blockExecutor.ts';
import type {Clock, EngineObserver, Logger, Signer} from '../ports.ts';
import {SignerError} from '../signer/errors.ts';
import type {AssembledBlock} from './assembly.ts';
import type {LoopView} from './types.ts';

export type SigningEffect = Extract<Effect, {type: 'signVote' | 'signProposal' | 'getValue'}>;

/** Inputs that the loop gives to itself, before it looks at the next one from outside. */
export type InternalInput = RoundInput | {readonly type: 'checkValue'; readonly block: AssembledBlock};

export interface SigningModules {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly signer: Signer | undefined;
  readonly executor: BlockExecutor;
  readonly observer: EngineObserver;
}

/** Carries out an effect that asks for a signature or a block, and returns what the core is to hear of it. */
export async function performSigning(modules: SigningModules, view: LoopView, effect: SigningEffect): Promise<InternalInput[]> {
  const {signer, logger, observer} = modules;
  if (signer === undefined) return [];
  try {
    switch (effect.type) {
      case 'getValue':
        return await buildValue(modules, view, effect.round, signer);
      case 'signProposal':
        return await signProposal(modules, view, effect, signer);
      case 'signVote':
        return await signVote(modules, view, effect, signer);
    }
  } catch (error) {
    if (!(error instanceof SignerError)) throw error;
    // Better silent than twice: the others go on without this signature.
    logger.warn({err: error, height: view.round.height, round: view.round.round}, 'the signer refused');
    observer.signerRefused?.(error);
    return [];
  }
}

async function buildValue({executor, logger}: SigningModules, view: LoopView, round: number, signer: Signer): Promise<InternalInput[]> {
  const {lastPrecommits} = view.round;
  const lastCommit = lastPrecommits === undefined ? undefined : makeCommit(lastPrecommits);
  const {blockId, partSet, block, size} = await executor.createProposal(view.chain, lastCommit, signer.address);
  view.assembly.addOwn(blockId, partSet, block, size, keptBlocks(view));
  logger.debug({height: block.header.height, round, txs: block.txs.length, size}, 'proposing a block');
  return [...droppedValues(view), {type: 'proposeValue', round, blockId}];
}

async function signProposal(
  {clock}: SigningModules,
  {chain, assembly}: LoopView,
  effect: Extract<SigningEffect, {type: 'signProposal'}>,
  signer: Signer,
): Promise<InternalInput[]> {
  const proposal = await signer.signProposal(chain.chainId, {...effect.proposal, timestamp: clock.now()});
  const block = assembly.get(proposal.blockId);
  // Published first, checked then: the others check it at the same time.
  return [{type: 'proposal', proposal, peer: ''}, ...(block === undefined ? [] : [{type: 'checkValue', block} as const])];
}

async function signVote(
  {clock}: SigningModules,
  view: LoopView,
  {vote: unsigned}: Extract<SigningEffect, {type: 'signVote'}>,
  signer: Signer,
): Promise<InternalInput[]> {
  const vote = await signer.signVote(view.chain.chainId, {
    ...unsigned,
    timestamp: voteTime(view, unsigned.blockId, clock.now()),
    validatorAddress: signer.address,
    validatorIndex: view.info.ownIndex,
  });
  return [{type: 'vote', vote, peer: ''}];
}

/**
 * Strictly after the time of the block that is voted for, so that the next block's median is too (CometBFT voteTime). Of valid blocks
 * only: an invalid one may name any time, also one after which there is no other.
 */
function voteTime({chain, round, assembly}: LoopView, blockId: BlockID, now: Timestamp): Timestamp {
  const times = [chain.lastBlockTime];
  for (const id of [round.lockedValue, round.proposals.get(round.round)?.blockId, blockId]) {
    const block = id === undefined || round.values.get(blockKey(id)) !== true ? undefined : assembly.get(id)?.block;
    if (block !== undefined) times.push(block.header.time);
  }
  return times.map((time) => addMilliseconds(time, 1)).reduce((a, b) => (compareTimestamps(a, b) > 0 ? a : b), now);
}

/** After a replay: was this asked for at an earlier time, or is its answer in the log? */
export function isSigned({round, info}: LoopView, effect: SigningEffect): boolean {
  if (effect.type === 'signVote') {
    const {vote} = effect;
    if (vote.height !== round.height || vote.round !== round.round) return true;
    return voteSetOf(round.votes, vote.round, vote.type).votes[info.ownIndex] !== undefined;
  }
  const effectRound = effect.type === 'getValue' ? effect.round : effect.proposal.round;
  return effectRound !== round.round || round.proposals.has(round.round) || round.step !== 'propose';
}

/** What the core is to forget, since the assembly has. */
export function droppedValues({assembly}: LoopView): InternalInput[] {
  return assembly.takeDropped().map((blockId) => ({type: 'valueDropped', blockId}));
}

/** Blocks of this height that may still be needed. */
export function keptBlocks({round}: LoopView): readonly (BlockID | undefined)[] {
  const majorities = [...round.votes.rounds.values()].map(({precommits}) => precommits.majority);
  majorities.push(roundVotes(round.votes, round.round).prevotes.majority);
  return [round.lockedValue, round.validValue, round.proposals.get(round.round)?.blockId, ...majorities];
}
