/** A Hardhat project of the usual kind, in the JavaScript that Hardhat runs without further packages: file name to text. */
export const HARDHAT_FILES: Readonly<Record<string, string>> = {
  'hardhat.config.cjs': `// A Hardhat project of the usual kind; only the compiler is the one that is installed, since nothing may be fetched.
require('@nomicfoundation/hardhat-ethers');
const {subtask} = require('hardhat/config');
const {TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD} = require('hardhat/builtin-tasks/task-names');

const SOLC_VERSION = '0.8.37';

subtask(TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD, async ({solcVersion}, _environment, runSuper) => {
  if (solcVersion !== SOLC_VERSION) return runSuper();
  return {version: solcVersion, longVersion: process.env.SOLC_LONG_VERSION, compilerPath: process.env.SOLC_PATH, isSolcJs: true};
});

module.exports = {
  solidity: {version: SOLC_VERSION, settings: {evmVersion: 'prague', optimizer: {enabled: true, runs: 200}}},
  paths: {sources: './contracts', tests: './test'},
  networks: {qanat: {url: process.env.QANAT_URL, accounts: {mnemonic: 'test test test test test test test test test test test junk', initialIndex: 5, count: 3}}},
};
`,
  'deploy.cjs': `// \`hardhat run\`: deploys the multisig and prints where it is.
const {ethers} = require('hardhat');

async function main() {
  const owners = await ethers.getSigners();
  const multisig = await ethers.deployContract('Multisig', [owners.map(({address}) => address), 2], {value: 5n});
  await multisig.waitForDeployment();
  console.log(\`Multisig \${await multisig.getAddress()} \${await ethers.provider.getBalance(multisig)}\`);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
`,
  'test/badge.cjs': `// \`hardhat test\` against the running node.
const assert = require('node:assert');
const {ethers} = require('hardhat');

describe('Badge', () => {
  it('is minted by its owner only', async () => {
    const [owner, other] = await ethers.getSigners();
    const badge = await (await ethers.deployContract('Badge', [owner.address])).waitForDeployment();
    await (await badge.mint(other.address)).wait();
    assert.equal(await badge.ownerOf(1n), other.address);
    await assert.rejects(badge.connect(other).mint(other.address), /OwnableUnauthorizedAccount|reverted/);
    const [minted] = await badge.queryFilter(badge.filters.Transfer(), 0);
    assert.equal(minted.args.to, other.address);
  });

  it('moves with its holder', async () => {
    const [owner, , third] = await ethers.getSigners();
    const badge = await (await ethers.deployContract('Badge', [owner.address])).waitForDeployment();
    await (await badge.mint(owner.address)).wait();
    const receipt = await (await badge.transferFrom(owner.address, third.address, 1n)).wait();
    assert.equal(receipt.status, 1);
    assert.equal(await badge.balanceOf(third.address), 1n);
  });
});
`,
};
