/**
 * Verifies the commits that prove blocks, those to come on other threads while blocks are applied. Who decides a height is known for sure
 * only two heights before; a block further on says it in its header, which is believed until then and no longer.
 */
import {equalBytes, toHex, voteSignBytes} from '#proto';
import {verifyCommit, type Problem} from '#consensus/core';
import {hashOf} from '../execution/validation.ts';
import type {SignedMessage, VerifySignatures} from '../ports.ts';
import type {ConsensusState} from '../store/state.ts';
import type {BlockPair, ReceivedBlock} from './types.ts';

interface Early {
  readonly first: ReceivedBlock;
  readonly second: ReceivedBlock;
  /** Hash of the validators that it was held against. */
  readonly validators: string;
  /** false: it has to be looked at again, for the words. */
  readonly isRight: Promise<boolean>;
}

export class CommitVerifier {
  private readonly chainId: string;
  private readonly verifySignatures: VerifySignatures | undefined;
  /** By height. What a peer sent that has gone since is replaced when its height comes from another. */
  private readonly early = new Map<bigint, Early>();

  constructor(chainId: string, verifySignatures: VerifySignatures | undefined) {
    this.chainId = chainId;
    this.verifySignatures = verifySignatures;
  }

  /** Begins to verify a pair that comes later, against the validators of a height before it if its header names them. */
  begin({first, second}: BlockPair, validators: ConsensusState['validators']): void {
    const known = this.early.get(first.height);
    if (known?.first === first && known.second === second) return;
    const hash = hashOf(validators);
    if (!equalBytes(first.block.header.validatorsHash, hash)) return;
    // Whatever goes wrong here is found again, with its words, when the pair's turn comes.
    const isRight = this.isRight({first, second}, validators).catch(() => false);
    this.early.set(first.height, {first, second, validators: toHex(hash), isRight});
  }

  /** The second block's LastCommit proves the first. All of its signatures are verified: the second is invalid with a wrong one. */
  async problemOf(pair: BlockPair, validators: ConsensusState['validators']): Promise<Problem> {
    const {first, second} = pair;
    const early = this.early.get(first.height);
    this.early.delete(first.height);
    if (early?.first === first && early.second === second && early.validators === toHex(hashOf(validators)) && (await early.isRight)) return undefined;
    return verifyCommit(this.chainId, validators, first.blockId, first.height, second.block.lastCommit);
  }

  /** What was begun for blocks that are not wanted any more. */
  forget(): void {
    this.early.clear();
  }

  private async isRight({first, second}: BlockPair, validators: ConsensusState['validators']): Promise<boolean> {
    const {lastCommit} = second.block;
    if (this.verifySignatures === undefined) return verifyCommit(this.chainId, validators, first.blockId, first.height, lastCommit) === undefined;
    const signed: SignedMessage[] = [];
    const problem = verifyCommit(this.chainId, validators, first.blockId, first.height, lastCommit, (chainId, publicKey, vote) => {
      signed.push({publicKey, message: voteSignBytes(chainId, vote), signature: vote.signature});
      return true;
    });
    return problem === undefined && this.verifySignatures(signed);
  }
}
