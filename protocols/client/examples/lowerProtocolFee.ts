/**
 * A vote of the DAO that lowers the protocol's fee, from the bond to the execution, on a development chain whose time can be
 * moved:
 *
 *     npm run devnet -- --dev
 *     node --conditions=chain-source --import tsx protocols/client/examples/lowerProtocolFee.ts
 */
import {createClient, encodeFunctionData, http, parseAbi, parseEther, publicActions} from 'viem';
import {mnemonicToAccount} from 'viem/accounts';
import {
  bond, castVote, executeProposal, getGovernanceSettings, getProposal, payProposalDeposit, propose, ProposalState, qanatDevnet, queueProposal,
  settleProposalDeposit, SYSTEM_ADDRESSES, VoteSupport, withdrawProposalDeposit,
} from '#protocols/client';

const MNEMONIC = 'test test test test test test test test test test test junk';
const ATTRIBUTION = parseAbi(['function setProtocolFee(uint16 fee)', 'function protocolFee() view returns (uint16)']);
/** Basis points. */
const NEW_FEE = 50;

const transport = http(process.argv[2] ?? qanatDevnet.rpcUrls.default.http[0]);
const client = createClient({account: mnemonicToAccount(MNEMONIC), chain: qanatDevnet, transport}).extend(publicActions);

/** Lets block time pass until `timestamp`, in seconds. */
async function passTo(timestamp: bigint): Promise<void> {
  const {timestamp: now} = await client.getBlock();
  if (timestamp <= now) return;
  const request = client.request as (call: {method: string; params: readonly unknown[]}) => Promise<unknown>;
  await request({method: 'evm_increaseTime', params: [Number(timestamp - now)]});
  await request({method: 'evm_mine', params: []});
}

const attribution = {address: SYSTEM_ADDRESSES.attribution, abi: ATTRIBUTION} as const;
console.log(`The protocol's fee is ${await client.readContract({...attribution, functionName: 'protocolFee'})} basis points.`);

await bond(client, {amount: parseEther('1000')});
const {proposalDeposit} = await getGovernanceSettings(client);
await payProposalDeposit(client, {amount: proposalDeposit});
// Power counts from the second after it is there.
await passTo((await client.getBlock()).timestamp + 2n);

const content = {
  calls: [{target: attribution.address, data: encodeFunctionData({abi: ATTRIBUTION, functionName: 'setProtocolFee', args: [NEW_FEE]})}],
  description: `Lower the protocol's fee to ${NEW_FEE} basis points`,
};
const {proposalId, voteStart, voteEnd} = await propose(client, content);
console.log(`Proposal ${proposalId}: ${content.description}.`);
await passTo(voteStart + 1n);
await castVote(client, {proposalId, vote: VoteSupport.for, reason: 'Contributors should keep more.'});
await passTo(voteEnd + 1n);

const {state, votes} = await getProposal(client, {proposalId});
if (state !== ProposalState.succeeded) throw new Error(`the proposal did not pass: state ${state}`);
console.log(`It passed with ${votes.for} for it and ${votes.against} against, of 10^27.`);
await queueProposal(client, content);
await passTo((await getProposal(client, {proposalId})).executableAt);
await executeProposal(client, content);
await settleProposalDeposit(client, {proposalId});
await withdrawProposalDeposit(client);
console.log(`The protocol's fee is ${await client.readContract({...attribution, functionName: 'protocolFee'})} basis points.`);
