/** The ways in which a node of the simulation breaks the protocol. It may combine them. */
export const BEHAVIOURS = [
  /** Proposals and votes of its own reach nobody. */
  'silent',
  /** Half of the peers get one proposal and block, the others another one, both signed. */
  'twoProposals',
  /** Some peers get its vote, others one for something else. */
  'twoFaces',
  /** Every peer gets both votes. */
  'doubleVotes',
  /** Signs whatever it is asked to, and after a restart remembers neither votes nor lock. */
  'amnesiac',
  /** Parts of its blocks reach some peers only, or nobody. */
  'withholding',
  /** Parts with changed bytes, or under another index. */
  'wrongParts',
  /** Bytes that are no message, messages on wrong channels, votes in the name of others, votes with changed content. */
  'garbage',
  /** Signed votes and claims for rounds and heights far away. */
  'farFuture',
  /** Says that it is at heights and rounds where it is not. */
  'falseHeight',
  /** Prevotes at every height as soon as it begins, so that the others begin it too. */
  'hasty',
] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];
