/** What the training jobs' actions share. */
import {encodeAbiParameters, getAbiItem, keccak256} from 'viem';
import type {ContractFunctionArgs, Hex} from 'viem';
import {trainingJobsAbi} from '#protocols/abi';

/** ITrainingJobs.Role. */
export const TrainingRole = {data: 0, compute: 1, tuner: 2} as const;
export type TrainingRole = (typeof TrainingRole)[keyof typeof TrainingRole];

/** ITrainingJobs.JobTerms. */
export type TrainingTerms = ContractFunctionArgs<typeof trainingJobsAbi, 'payable', 'open'>[0];
/** ITrainingJobs.Result. */
export type TrainingResult = ContractFunctionArgs<typeof trainingJobsAbi, 'payable', 'submit'>[2];
/** ITrainingJobs.ResultTemplate. */
export type TrainingTemplate = ContractFunctionArgs<typeof trainingJobsAbi, 'nonpayable', 'registerResult'>[3];

/** keccak256(abi.encode(template)): what a job's terms name as `resultTemplate`. */
export function trainingTemplateHash(template: TrainingTemplate): Hex {
  const {inputs} = getAbiItem({abi: trainingJobsAbi, name: 'hashTemplate'});
  return keccak256(encodeAbiParameters(inputs, [template]));
}
