/** A second proposal of an equivocating proposer: the same block with one transaction more, signed as properly as the first. */
import {
  blockToPartSet,
  dataHash,
  decodeBlock,
  encodeConsensusMessage,
  PartSet,
  proposalSignBytes,
  utf8,
  verifySignature,
  type ConsensusMessage,
  type Proposal,
} from '#proto';
import type {ValidatorKey} from '#consensus/engine';

export interface OtherBlockModules {
  readonly key: ValidatorKey;
  readonly chainId: string;
  readonly onTransaction: (tx: Uint8Array) => void;
}

export class OtherBlock {
  /** It is this key's proposal, and none that it only passes on. */
  readonly isOurs: boolean;
  private readonly modules: OtherBlockModules;
  private readonly proposal: Proposal;
  private readonly parts: PartSet;
  private messages: readonly Uint8Array[] | undefined;
  private readonly told = new Set<string>();

  constructor(modules: OtherBlockModules, proposal: Proposal) {
    this.modules = modules;
    this.proposal = proposal;
    this.parts = new PartSet(proposal.blockId.partSetHeader);
    this.isOurs = verifySignature(modules.key.publicKey, proposalSignBytes(modules.chainId, proposal), proposal.signature);
  }

  /** What this peer gets in place of a message about the first block: all of the second one, once. */
  instead(peer: string, message: Extract<ConsensusMessage, {type: 'proposal' | 'blockPart'}>): readonly Uint8Array[] {
    if (message.type === 'blockPart') this.parts.addPart(message.part);
    if (this.messages === undefined && this.parts.isComplete()) this.messages = this.build();
    if (this.messages === undefined || this.told.has(peer)) return [];
    this.told.add(peer);
    return this.messages;
  }

  private build(): readonly Uint8Array[] {
    const {key, chainId, onTransaction} = this.modules;
    const {height, round} = this.proposal;
    const block = decodeBlock(this.parts.assemble());
    const tx = utf8(`the other story of ${height}/${round} by ${Buffer.from(key.address).toString('hex')}`);
    onTransaction(tx);
    const txs = [...block.txs, tx];
    const {partSet, blockId} = blockToPartSet({...block, txs, header: {...block.header, dataHash: dataHash(txs)}});
    const unsigned = {...this.proposal, blockId};
    const proposal = {...unsigned, signature: key.sign(proposalSignBytes(chainId, unsigned))};
    return [
      encodeConsensusMessage({type: 'proposal', proposal}),
      ...partSet.parts().map((part) => encodeConsensusMessage({type: 'blockPart', height, round, part})),
    ];
  }
}
