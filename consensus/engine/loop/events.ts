/** What a transition of the core means to subscribers. Names: CometBFT `types/events.go`. */
import {blockIdEquals, type BlockID} from '#proto';
import type {Outcome, RoundInput, RoundState} from '#consensus/core';
import type {ConsensusEvent} from '../ports.ts';

export function consensusEvents(before: RoundState, after: RoundState, input: RoundInput, outcome: Outcome): ConsensusEvent[] {
  const events: ConsensusEvent[] = [];
  const {height, round, step} = after;
  const at = {height, round, step};
  if (input.type === 'vote' && outcome === 'accepted') events.push({type: 'vote', vote: input.vote});
  if (input.type === 'value' && input.valid && isSame(after.proposals.get(round)?.blockId, input.blockId)) {
    events.push({type: 'completeProposal', ...at, blockId: input.blockId});
  }
  if (input.type === 'timeout' && outcome === 'accepted') events.push({type: input.kind === 'propose' ? 'timeoutPropose' : 'timeoutWait', ...at});
  if (after.polkaRound > before.polkaRound) events.push({type: 'polka', ...at});
  if (after.validRound > before.validRound) events.push({type: 'validBlock', ...at});
  if (after.lockedRound > before.lockedRound) events.push({type: isSame(before.lockedValue, after.lockedValue) ? 'relock' : 'lock', ...at});
  return events;
}

function isSame(a: BlockID | undefined, b: BlockID | undefined): boolean {
  return a !== undefined && b !== undefined && blockIdEquals(a, b);
}
