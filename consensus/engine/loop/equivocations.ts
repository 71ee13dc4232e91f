/** Double votes of the height under way: who is known for one already, and who has to hear of it. */
import {equalBytes, type Vote} from '#proto';
import type {EngineObserver, EvidencePool, Logger, Signer} from '../ports.ts';
import {equivocationKey} from './checks.ts';

export interface EquivocationModules {
  readonly signer: Signer | undefined;
  readonly evidence: EvidencePool | undefined;
  readonly logger: Logger;
  readonly observer: EngineObserver;
}

export class Equivocations {
  private readonly modules: EquivocationModules;
  private readonly keys = new Set<string>();

  constructor(modules: EquivocationModules) {
    this.modules = modules;
  }

  /** As `equivocationKey`. */
  get known(): ReadonlySet<string> {
    return this.keys;
  }

  clear(): void {
    this.keys.clear();
  }

  found(voteA: Vote, voteB: Vote): void {
    const {signer, evidence, logger, observer} = this.modules;
    this.keys.add(equivocationKey(voteB));
    // Nobody accuses himself; but his operator should know.
    if (signer !== undefined && equalBytes(signer.address, voteA.validatorAddress)) {
      observer.ownEquivocation?.({height: voteA.height, round: voteA.round});
      logger.error({height: voteA.height, round: voteA.round}, 'another node signs with the key of this validator, or its signing state was lost');
      return;
    }
    evidence?.reportConflictingVotes(voteA, voteB);
  }
}
