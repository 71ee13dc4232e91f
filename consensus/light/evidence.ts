/** What a light client reports to full nodes. Source: CometBFT `light/detector.go` (newLightClientAttackEvidence). */
import type {LightBlock, LightClientAttackEvidence} from '#proto';
import {byzantineValidators, isInvalidHeader} from '#consensus/core';
import {heightOf} from './options.ts';

/**
 * @param conflicting verified from `common` by the accused.
 * @param trusted what the other side has at that height, or its latest when it is not there yet.
 * @param common the last block on which both agree.
 */
export function lightClientAttackEvidence(conflicting: LightBlock, trusted: LightBlock, common: LightBlock): LightClientAttackEvidence {
  const {header} = conflicting.signedHeader;
  const isLunatic = header.height > heightOf(trusted) || isInvalidHeader(header, trusted.signedHeader.header);
  // A lunatic header has validators of its own making: guilty are those of the common height. Else the conflicting height tells.
  const infraction = isLunatic ? common : trusted;
  return {
    type: 'lightClientAttack',
    conflictingBlock: conflicting,
    commonHeight: heightOf(infraction),
    byzantineValidators: byzantineValidators(conflicting, common.validatorSet, trusted.signedHeader),
    totalVotingPower: infraction.validatorSet.totalVotingPower,
    timestamp: infraction.signedHeader.header.time,
  };
}
