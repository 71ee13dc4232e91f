/** The ports of one node. */
export interface NodePorts {
  readonly eth: number;
  readonly comet: number;
  readonly p2p: number;
  readonly metrics: number;
}

/** Validators of one machine are this far apart, so that four fit between 8545 and 8575. */
export const PORT_STRIDE = 10;

/**
 * Ports of validator `index`: the customary ones (8545, 26657, 26656, 26660), each plus 10 per validator,
 * or, from a base port P, P+10i (Ethereum), +1 (CometBFT RPC), +2 (p2p), +3 (metrics); +4 is kept for REST.
 */
export function validatorPorts(index: number, basePort?: number): NodePorts {
  const shift = PORT_STRIDE * index;
  if (basePort === undefined) return {eth: 8545 + shift, comet: 26657 + shift, p2p: 26656 + shift, metrics: 26660 + shift};
  const first = basePort + shift;
  return {eth: first, comet: first + 1, p2p: first + 2, metrics: first + 3};
}
