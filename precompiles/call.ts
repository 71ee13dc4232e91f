import type {Sap, SapCall, SapResult} from './types.ts';

const EMPTY = new Uint8Array(0);

/** Runs a SAP: gas first, then its work. Both the EVM adapter and the tests come in by here. */
export async function callSap(sap: Sap, call: SapCall): Promise<SapResult> {
  const gasUsed = sap.gas(call.data);
  if (call.gas < gasUsed) return {status: 'failure', output: EMPTY, gasUsed: call.gas};
  const {status, output} = await sap.run(call);
  return {status, output, gasUsed: status === 'failure' ? call.gas : gasUsed};
}
