/** One inference: run the model by the integer law, make the circuit's witness, prove it. */
import type {Address} from 'viem';
import {fieldToInt, inferenceContext} from '#precompiles/codec';
import {outputCount} from '../model/architecture.ts';
import {circuitInput} from '../model/circuit-input.ts';
import {infer} from '../model/inference.ts';
import {prove} from './groth16.ts';
import type {Proof} from './groth16.ts';
import type {ProvableModel} from './library.ts';

export type Statement = {
  readonly chainId: bigint;
  readonly oracle: Address;
  readonly requestId: bigint;
  readonly prover: Address;
  readonly input: readonly bigint[];
};

/**
 * @throws {ModelRangeError} if the model does not take the input; {ToolError} if proving fails.
 */
export async function runAndProve(
  {package: {model, salt}, circuit}: ProvableModel, statement: Statement, signal?: AbortSignal,
): Promise<{output: readonly bigint[]; proof: Proof}> {
  const {input} = statement;
  const output = infer(model, input);
  const witness = circuit.witness.calculate(circuitInput(model, {salt, context: inferenceContext(statement), input}));
  const proven = witness.slice(1, 1 + outputCount(model.architecture)).map(fieldToInt);
  if (proven.some((value, index) => value !== output[index])) {
    throw new Error(`the circuit computes ${proven.join(', ')}, the integer law ${output.join(', ')}: they must never differ`);
  }
  return {output, proof: await prove(circuit.zkeyPath, witness, signal)};
}
