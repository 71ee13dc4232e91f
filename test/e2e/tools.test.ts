/** forge and Hardhat, the real programs, against a running node. They come from `npm run peers`; without it these tests are skipped. */
import {afterAll, beforeAll, describe, expect, it} from '@jest/globals';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {ethers} from 'ethers';
import {rpc, startDevnet, type TestDevnet} from '../support/devnet.ts';
import {hasPeer, type Peer} from '../support/peers/packages.ts';
import {compileDapp} from './dapp/contracts.ts';
import {forgeProject, hardhatProject, type Project} from './dapp/projects.ts';

const TIMEOUT_MS = 300_000;

const toolIt = (peer: Peer) => (hasPeer(peer) ? it : it.skip);
const titled = (peer: Peer, title: string): string => (hasPeer(peer) ? `${peer}: ${title}` : `${peer} is not installed (npm run peers): ${title}`);

describe('forge and Hardhat, unchanged', () => {
  let net: TestDevnet;
  const projects: Project[] = [];

  beforeAll(async () => {
    if (hasPeer('forge') || hasPeer('hardhat')) net = await startDevnet({validators: 1, args: ['--log-level', 'warn']});
  }, TIMEOUT_MS);
  afterAll(async () => {
    for (const project of projects) project.dispose();
    await (net as TestDevnet | undefined)?.dispose();
  });

  const use = (make: () => Project): Project => {
    const project = make();
    projects.push(project);
    return project;
  };

  toolIt('forge')(
    titled('forge', 'test, also on a fork of the node; script --broadcast; create'),
    async () => {
      const forge = use(forgeProject);
      const tested = await forge.run(['test', '--offline', '--fork-url', net.rpcUrl()]);
      expect(tested.output).toMatch(/3 tests passed, 0 failed/);
      expect(tested.code).toBe(0);

      const key = net.network.accounts[8]!.privateKey;
      const script = await forge.run(['script', 'script/Deploy.s.sol:Deploy', '--offline', '--broadcast', '--rpc-url', net.rpcUrl(), '--private-key', key]);
      expect(script.output).toMatch(/ONCHAIN EXECUTION COMPLETE & SUCCESSFUL/);
      expect(script.code).toBe(0);
      const record = JSON.parse(readFileSync(join(forge.folder, 'broadcast/Deploy.s.sol', String(net.network.evmChainId), 'run-latest.json'), 'utf8')) as {
        transactions: {transactionType: string; contractName: string | null; contractAddress: string}[];
        receipts: {status: string}[];
      };
      expect(record.receipts.map(({status}) => status)).toEqual(Array.from({length: 7}, () => '0x1'));
      const pair = record.transactions.find(({transactionType, contractName}) => transactionType === 'CREATE' && contractName === 'Pair')?.contractAddress;
      const provider = new ethers.JsonRpcProvider(net.rpcUrl());
      try {
        const reserves = (await new ethers.Contract(pair!, compileDapp().Pair.abi as ethers.InterfaceAbi, provider).getFunction('reserves')()) as bigint[];
        expect(reserves[0]).toBe(ethers.parseEther('105'));
      } finally {
        provider.destroy();
      }

      const created = await forge.run(
        ['create', 'contracts/Token.sol:Token', '--offline', '--broadcast', '--rpc-url', net.rpcUrl(), '--private-key', key, '--constructor-args', 'Iron', 'IRN', '5'],
      );
      const token = /Deployed to: (0x[0-9a-fA-F]{40})/.exec(created.output)?.[1];
      expect({token, output: created.output, code: created.code}).toMatchObject({token: expect.any(String), code: 0});
      expect((await rpc<string>(net.rpcUrl(), 'eth_getCode', [token, 'latest'])).length).toBeGreaterThan(1_000);
    },
    TIMEOUT_MS,
  );

  toolIt('hardhat')(
    titled('hardhat', 'deploys and tests against the node'),
    async () => {
      const hardhat = use(hardhatProject);
      const env = {QANAT_URL: net.rpcUrl()};
      const deployed = await hardhat.run(['run', 'deploy.cjs', '--network', 'qanat'], env);
      expect(deployed.output).toMatch(/Multisig 0x[0-9a-fA-F]{40} 5/);
      expect(deployed.code).toBe(0);
      const tested = await hardhat.run(['test', '--network', 'qanat', '--no-compile'], env);
      expect(tested.output).toMatch(/2 passing/);
      expect(tested.code).toBe(0);
    },
    TIMEOUT_MS,
  );
});
