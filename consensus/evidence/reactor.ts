/**
 * Gossip of evidence: what waits in the pool goes to every peer that can judge it, and again after a while, until it is in a block.
 * Source: CometBFT `evidence/reactor.go`. A list in one message; each piece once per peer and interval.
 */
import {decodeEvidenceList, encodeEvidenceList, evidenceId, toHex, type Evidence} from '#proto';
import {evidenceHeight} from '#consensus/core';
import {Channel, type Clock, type EvidenceRefusal, type Logger, type PeerEvents, type PeerNetwork} from '#consensus/engine';
import {EVIDENCE_BATCH_BYTES, EVIDENCE_MESSAGE_BYTES_MAX, EVIDENCE_PER_MESSAGE_MAX, PEER_MESSAGES_WAITING_MAX, PEERS_MAX} from './limits.ts';
import type {PendingEvidence} from './pending.ts';

export interface EvidenceReactorOptions {
  /** How often peers that were not ready for a piece are looked at again. */
  readonly tickMs: number;
  /** After so many ticks everything that still waits is sent again (CometBFT: every 10 s). */
  readonly ticksPerResend: number;
}

export const DEFAULT_EVIDENCE_REACTOR_OPTIONS: EvidenceReactorOptions = {tickMs: 1000, ticksPerResend: 10};

/** The side of the pool that gossip sees. */
export interface GossipedPool {
  list(): readonly PendingEvidence[];
  add(evidence: Evidence): Promise<EvidenceRefusal | undefined>;
  onPending(fn: (entry: PendingEvidence) => void): () => void;
  /** Evidence parameter max_age_num_blocks. */
  readonly maxAgeBlocks: bigint;
}

export interface EvidenceReactorModules {
  readonly pool: GossipedPool;
  readonly network: PeerNetwork;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What a peer says it works on; 0 when that is not known. */
  readonly peerHeight: (peer: string) => bigint;
}

interface PeerState {
  /** Sent to it since the last resend, or got from it, by id. */
  readonly known: Set<string>;
  waiting: number;
}

export class EvidenceReactor implements PeerEvents {
  private readonly options: EvidenceReactorOptions;
  private readonly modules: EvidenceReactorModules;
  private readonly peers = new Map<string, PeerState>();
  private unsubscribe: (() => void)[] = [];
  private ticks = 0;

  constructor(options: EvidenceReactorOptions, modules: EvidenceReactorModules) {
    this.options = options;
    this.modules = modules;
  }

  start(): void {
    const {network, pool} = this.modules;
    this.unsubscribe = [
      network.subscribe(this),
      pool.onPending(() => this.pushAll()),
      network.onWritable((peer, channel) => {
        if (channel === Channel.Evidence) this.push(peer);
      }),
    ];
    for (const peer of network.peers()) this.peerAdded(peer);
    this.scheduleTick();
  }

  stop(): void {
    for (const unsubscribe of this.unsubscribe.splice(0)) unsubscribe();
    this.peers.clear();
  }

  peerAdded(peer: string): void {
    if (this.peers.has(peer) || this.peers.size >= PEERS_MAX) return;
    this.peers.set(peer, {known: new Set(), waiting: 0});
    this.push(peer);
  }

  peerRemoved(peer: string): void {
    this.peers.delete(peer);
  }

  message(peer: string, channel: Channel, bytes: Uint8Array): void {
    const state = this.peers.get(peer);
    if (channel !== Channel.Evidence || state === undefined) return;
    let list: Evidence[];
    try {
      list = decodeEvidenceList(bytes, EVIDENCE_MESSAGE_BYTES_MAX);
    } catch (error) {
      return this.misbehaved(peer, `malformed evidence: ${(error as Error).message}`);
    }
    if (list.length === 0) return this.misbehaved(peer, 'an empty list of evidence');
    if (list.length > EVIDENCE_PER_MESSAGE_MAX) {
      return this.misbehaved(peer, `${list.length} pieces of evidence in a message, limit ${EVIDENCE_PER_MESSAGE_MAX}`);
    }
    if (state.waiting >= PEER_MESSAGES_WAITING_MAX) return;
    state.waiting += 1;
    void this.take(peer, state, list).finally(() => (state.waiting -= 1));
  }

  /** Never rejects. Who sends what is only too old, too new or known is not a liar: peers are at different heights. */
  private async take(peer: string, state: PeerState, list: readonly Evidence[]): Promise<void> {
    const {pool, logger} = this.modules;
    try {
      for (const evidence of list) {
        const id = toHex(evidenceId(evidence));
        // Before it is added, or it would be sent back at once.
        state.known.add(id);
        const refusal = await pool.add(evidence);
        if (refusal === undefined) continue;
        state.known.delete(id);
        if (refusal.kind === 'invalid') return this.misbehaved(peer, `false evidence: ${refusal.problem}`);
        logger.debug({peer, kind: refusal.kind, problem: refusal.problem}, 'evidence not taken');
      }
    } catch (error) {
      logger.error({err: error, peer}, 'evidence could not be kept');
    }
  }

  private misbehaved(peer: string, reason: string): void {
    this.modules.network.reportMisbehaviour(peer, reason);
  }

  private scheduleTick(): void {
    const cancel = this.modules.clock.setTimer(this.options.tickMs, () => {
      this.unsubscribe = this.unsubscribe.filter((fn) => fn !== cancel);
      this.ticks += 1;
      if (this.ticks % this.options.ticksPerResend === 0) for (const {known} of this.peers.values()) known.clear();
      this.pushAll();
      this.scheduleTick();
    });
    this.unsubscribe.push(cancel);
  }

  private pushAll(): void {
    for (const peer of this.peers.keys()) this.push(peer);
  }

  private push(peer: string): void {
    const state = this.peers.get(peer);
    if (state === undefined) return;
    let batch: PendingEvidence[] = [];
    let size = 0;
    for (const entry of this.modules.pool.list()) {
      if (state.known.has(toHex(entry.id)) || !this.isReady(peer, entry.evidence)) continue;
      if (batch.length >= EVIDENCE_PER_MESSAGE_MAX || (batch.length > 0 && size + entry.bytes.length > EVIDENCE_BATCH_BYTES)) {
        if (!this.send(peer, state, batch)) return;
        batch = [];
        size = 0;
      }
      batch.push(entry);
      size += entry.bytes.length;
    }
    if (batch.length > 0) this.send(peer, state, batch);
  }

  /** It has the block of that height, and not so many after it that the evidence is too old for it. */
  private isReady(peer: string, evidence: Evidence): boolean {
    const age = this.modules.peerHeight(peer) - evidenceHeight(evidence);
    return age > 0n && age <= this.modules.pool.maxAgeBlocks;
  }

  /** false: its queue is full; `onWritable` or the next tick goes on. */
  private send(peer: string, {known}: PeerState, batch: readonly PendingEvidence[]): boolean {
    const bytes = encodeEvidenceList(batch.map(({evidence}) => evidence));
    // One piece may be too large for the channel, though not for a block: then only proposers who found it themselves commit it.
    const isSent = bytes.length > EVIDENCE_MESSAGE_BYTES_MAX || this.modules.network.send(peer, Channel.Evidence, bytes);
    if (isSent) for (const {id} of batch) known.add(toHex(id));
    return isSent;
  }
}
