import type {SapEvm} from '#precompiles/evm';
import type {PrecompileCall, PrecompileResult, Precompiles} from '../interpreter/precompiles.ts';
import type {Address} from '../types.ts';
import {gethError} from './errors.ts';

type Result = Awaited<ReturnType<SapEvm['callPrecompile']>>;

const REVERT = 'revert';

/** The precompiles of an EVM of @ethereumjs/evm, over whose state manager the stateful ones write. */
export function precompilePort(evm: SapEvm): Precompiles {
  const addresses = new Set([...evm.precompiles.keys()].map((address): Address => `0x${address}`));
  return {
    addresses,
    run(call: PrecompileCall): PrecompileResult | Promise<PrecompileResult> {
      const result = evm.callPrecompile({...call, gas: BigInt(call.gas)});
      return result instanceof Promise ? result.then(resultOf) : resultOf(result);
    },
  };
}

function resultOf({executionGasUsed, returnValue, exceptionError}: Result): PrecompileResult {
  const failure = exceptionError?.error;
  const isReverted = failure === REVERT;
  return {
    gasUsed: Number(executionGasUsed),
    output: returnValue,
    isReverted,
    failure: failure === undefined || isReverted ? undefined : gethError(failure),
  };
}
