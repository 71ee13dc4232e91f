/** A validator that remembers nothing: neither what it signed, nor, after a restart, its lock. */
import {proposalSignBytes, voteSignBytes, type Proposal, type Vote} from '#proto';
import type {Signer, ValidatorKey} from '#consensus/engine';
import type {Behaviour} from './behaviours.ts';

export function forgets(behaviours: readonly Behaviour[] | undefined): boolean {
  return behaviours?.includes('amnesiac') ?? false;
}

export class ForgetfulSigner implements Signer {
  readonly publicKey: Uint8Array;
  readonly address: Uint8Array;
  private readonly key: ValidatorKey;

  constructor(key: ValidatorKey) {
    this.key = key;
    this.publicKey = key.publicKey;
    this.address = key.address;
  }

  async signVote(chainId: string, vote: Omit<Vote, 'signature'>): Promise<Vote> {
    return {...vote, signature: this.key.sign(voteSignBytes(chainId, vote))};
  }

  async signProposal(chainId: string, proposal: Omit<Proposal, 'signature'>): Promise<Proposal> {
    return {...proposal, signature: this.key.sign(proposalSignBytes(chainId, proposal))};
  }
}
