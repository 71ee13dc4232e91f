/** Evidence of misbehaviour: the pool that verifies and keeps it, and its gossip. */
export {createDuplicateVoteEvidence} from './duplicateVote.ts';
export {StoredEvidencePool, type StoredEvidencePoolModules} from './pool.ts';
export {EvidenceReactor, type EvidenceReactorModules, type EvidenceReactorOptions, DEFAULT_EVIDENCE_REACTOR_OPTIONS} from './reactor.ts';
export {evidenceRefusal} from './verify.ts';
export * as evidenceLimits from './limits.ts';
