/**
 * Skipping verification: jumps as far as the validator sets allow, and halves the jump where they do not.
 * Source: CometBFT `light/client.go` (verifySkipping).
 */
import type {LightBlock, Timestamp} from '#proto';
import {LightClientError, type ProviderError} from './errors.ts';
import {BISECTION_REQUESTS_MAX} from './limits.ts';
import {heightOf} from './options.ts';
import {verify, type VerificationOptions} from './verifier.ts';

/** Where between the trusted and the untrusted height the next header is asked for (CometBFT verifySkippingNumerator, -Denominator). */
const PIVOT_NUMERATOR = 9n;
const PIVOT_DENOMINATOR = 16n;

/** A header between the trusted and the wanted one is at fault, or could not be had: another source may do better. */
export class InterimError extends Error {
  override readonly name = 'InterimError';
  readonly height: bigint;
  override readonly cause: LightClientError | ProviderError;

  constructor(height: bigint, cause: LightClientError | ProviderError) {
    super(cause.message);
    this.height = height;
    this.cause = cause;
  }
}

/**
 * The headers by which `target` was verified, from `trusted` to `target`.
 * @param fetch from the one source that `target` came from.
 * @throws LightClientError INVALID_HEADER about the target, EXPIRED, TOO_FAR; InterimError about what lies between.
 */
export async function verifySkipping(
  fetch: (height: bigint) => Promise<LightBlock>,
  trusted: LightBlock,
  target: LightBlock,
  options: VerificationOptions,
  now: Timestamp,
): Promise<readonly LightBlock[]> {
  const trace = [trusted];
  let verified = trusted;
  // From the target down to the lowest header asked for; each is tried again from the next verified one.
  let pending = [target];
  let depth = 0;
  let requests = 0;
  for (;;) {
    const block = pending[depth]!;
    const refusal = verify(verified.signedHeader, verified.validatorSet, block, options, now);
    if (refusal === undefined) {
      trace.push(block);
      if (depth === 0) return trace;
      verified = block;
      pending = pending.slice(0, depth);
      depth = 0;
    } else if (refusal.code === 'NOT_ENOUGH_TRUST') {
      if (depth === pending.length - 1) {
        if (++requests > BISECTION_REQUESTS_MAX) {
          throw new LightClientError('TOO_FAR', `height ${heightOf(target)} needs more than ${BISECTION_REQUESTS_MAX} headers in between`, {height: heightOf(target)});
        }
        pending.push(await fetch(pivotOf(verified, block)).catch((error: ProviderError) => {
          throw new InterimError(pivotOf(verified, block), error);
        }));
      }
      depth++;
    } else {
      const error = new LightClientError(refusal.code, `height ${heightOf(block)} does not follow from ${heightOf(verified)}: ${refusal.problem}`, {height: heightOf(block)});
      throw depth === 0 || refusal.code === 'EXPIRED' ? error : new InterimError(heightOf(block), error);
    }
  }
}

/** Never the verified height itself: adjacent headers need no pivot. */
function pivotOf(verified: LightBlock, block: LightBlock): bigint {
  const low = heightOf(verified);
  return low + ((heightOf(block) - low) * PIVOT_NUMERATOR) / PIVOT_DENOMINATOR;
}
