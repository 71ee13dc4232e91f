/** Evidence of misbehaviour, from light clients and operators. */
import {evidenceFromJson, toHexUpper, validateEvidenceBasic} from '#proto';
import {internalError, RpcError} from '../errors.ts';
import {method} from '../method.ts';
import {json} from '../parameters.ts';

export const broadcastEvidence = method({
  name: 'broadcast_evidence',
  purpose: 'Hands in evidence of a double vote or of an attack on a light client; answers with its hash.',
  parameters: {evidence: json},
  heavy: true,
  async call({backend}, {evidence: value}) {
    if (value === undefined) throw new RpcError(-32602, 'no evidence was provided');
    let evidence: ReturnType<typeof evidenceFromJson>;
    try {
      evidence = evidenceFromJson(value);
    } catch (error) {
      throw new RpcError(-32602, `error converting params to arguments: evidence: ${(error as Error).message}`);
    }
    const problem = validateEvidenceBasic(evidence);
    if (problem !== undefined) throw internalError(`evidence.ValidateBasic failed: ${problem}`);
    const outcome = await backend.submitEvidence(evidence);
    if ('refusal' in outcome) throw internalError(`failed to add evidence: ${outcome.refusal.problem}`);
    return {hash: toHexUpper(outcome.hash)};
  },
});
