import type {Abi, ContractFunctionArgs, ContractFunctionName, ReadContractParameters, ReadContractReturnType} from 'viem';
import {readContract} from 'viem/actions';
import {toContractError} from './errors.ts';
import type {ReadingClient} from './execute.ts';

/** viem's readContract, with a contract's refusal as ContractRefusedError. */
export async function read<
  const abi extends Abi,
  functionName extends ContractFunctionName<abi, 'pure' | 'view'>,
  const args extends ContractFunctionArgs<abi, 'pure' | 'view', functionName>,
>(
  client: ReadingClient,
  parameters: ReadContractParameters<abi, functionName, args>,
): Promise<ReadContractReturnType<abi, functionName, args>> {
  try {
    return await readContract(client, parameters);
  } catch (error) {
    throw toContractError(error, parameters.functionName);
  }
}
