import type {BlockID, Part, Proposal, Vote, VoteType} from '#proto';
import type {RoundInfo, RoundState, TimeoutKind, VoteSet} from '#consensus/core';
import type {BlockExecutor} from '../execution/blockExecutor.ts';
import type {Clock, EngineObserver, EvidencePool, Logger, Signer, TransactionSource} from '../ports.ts';
import type {BlockStore} from '../store/blockStore.ts';
import type {ConsensusState} from '../store/state.ts';
import type {BlockAssembly} from './assembly.ts';
import type {Wal} from './wal.ts';

export interface LoopModules {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly signer: Signer | undefined;
  readonly wal: Wal;
  readonly executor: BlockExecutor;
  readonly blockStore: BlockStore;
  readonly txs: TransactionSource;
  readonly evidence: EvidencePool | undefined;
  readonly observer: EngineObserver;
}

/** Where the loop takes up: after the handshake. */
export interface LoopStart {
  readonly chain: ConsensusState;
  readonly lastPrecommits: VoteSet | undefined;
  readonly lastBlockHadTransactions: boolean;
}

/** What the loop is told: by peers (shape checked, signatures not), by timers, by the mempool. */
export type LoopInput =
  | {readonly type: 'proposal'; readonly peer: string; readonly proposal: Proposal}
  | {readonly type: 'part'; readonly peer: string; readonly height: bigint; readonly round: number; readonly part: Part}
  | {readonly type: 'vote'; readonly peer: string; readonly vote: Vote}
  | {
      readonly type: 'majorityClaim';
      readonly peer: string;
      readonly height: bigint;
      readonly round: number;
      readonly voteType: VoteType;
      readonly blockId: BlockID;
    }
  | {readonly type: 'timeout'; readonly kind: TimeoutKind; readonly height: bigint; readonly round: number}
  /** The wait before the first round is over. */
  | {readonly type: 'start'; readonly height: bigint}
  | {readonly type: 'work'};

/** What others may read between two inputs. */
export interface LoopView {
  readonly chain: ConsensusState;
  readonly info: RoundInfo;
  readonly round: RoundState;
  readonly assembly: BlockAssembly;
}

/** What the loop tells the gossip; called synchronously, must not throw. */
export interface LoopEvents {
  stepChanged(): void;
  heightChanged(): void;
  /** Ours: to be sent at once, durable before. */
  ownProposal(proposal: Proposal): void;
  ownVote(vote: Vote): void;
  /** A peer's proposal, part or vote was accepted: to be passed on when others seem to lack it. */
  accepted(vote?: Vote): void;
  /** One of the inputs that this peer gave is done with. */
  handled(peer: string): void;
  /** +2/3 voted for a block of which parts are missing. */
  blockWanted(): void;
  /** A peer sent what no honest peer sends. */
  misbehaved(peer: string, reason: string): void;
}
