/**
 * The scenarios' JSON to light blocks, by the production decoder. What tendermint-rs writes differently from CometBFT is brought into
 * CometBFT's form first: `part_set_header` for `parts`, null for nothing, and 1970 for the time of an absent signature.
 */
import {compareBytes, signedHeaderFromJson, validatorFromJson, validatorSetOf, type LightBlock, type Validator, type ValidatorSet} from '#proto';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

const ABSENT = 1;
const ZERO_TIME = '0001-01-01T00:00:00Z';
const NO_BLOCK = {hash: '', parts: {total: 0, hash: ''}};

export function lightBlockOf(signedHeader: Json, validatorSet: Json): LightBlock {
  const {header, commit} = signedHeader;
  return {signedHeader: signedHeaderFromJson({header: headerOf(header), commit: commitOf(commit)}), validatorSet: validatorSetFrom(validatorSet)};
}

/** Some scenarios have sets without validators, to which a verifier must find an answer; the decoder of production refuses them. */
export function validatorSetFrom(json: Json): ValidatorSet {
  const validators: Validator[] = (json?.validators ?? []).map(validatorFromJson);
  if (validators.length === 0) return {validators, proposer: undefined as unknown as Validator, totalVotingPower: 0n};
  return sorted(validatorSetOf(validators, 'validators'));
}

/** By power, then by address, as `ValidatorSet::new` of tendermint-rs does; some scenarios list them by name. */
function sorted(set: ValidatorSet): ValidatorSet {
  const validators = [...set.validators].sort((a, b) => (a.votingPower === b.votingPower ? compareBytes(a.address, b.address) : a.votingPower > b.votingPower ? -1 : 1));
  return {...set, validators};
}

function headerOf(header: Json): Json {
  const filled = Object.fromEntries(Object.entries(header).map(([name, value]) => [name, value ?? '']));
  return {...filled, last_block_id: blockIdOf(header.last_block_id)};
}

function blockIdOf(blockId: Json): Json {
  return blockId === null || blockId === undefined ? NO_BLOCK : {hash: blockId.hash ?? '', parts: blockId.parts ?? blockId.part_set_header ?? NO_BLOCK.parts};
}

function commitOf(commit: Json): Json {
  return {...commit, block_id: blockIdOf(commit.block_id), signatures: (commit.signatures ?? []).map(signatureOf)};
}

function signatureOf(signature: Json): Json {
  const {block_id_flag: flag} = signature;
  return {...signature, validator_address: signature.validator_address ?? '', ...(flag === ABSENT && {timestamp: ZERO_TIME})};
}
