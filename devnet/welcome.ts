import {validatorPorts} from '#node/config';
import type {NetworkDescription} from './network.ts';
import type {RunningValidator} from './runner.ts';

/** What a person who has just started the network wants to know. */
export function welcome(network: NetworkDescription, running: readonly RunningValidator[], isDevelopment: boolean): string {
  const first = network.validators[0];
  if (first === undefined) throw new Error('a network has at least one validator');
  const rpc = `http://127.0.0.1:${first.ports.eth}`;
  const [sender, recipient] = network.accounts;
  const lines = [
    '',
    `Qanat devnet: ${isDevelopment ? 'development chain' : `${network.validators.length} validator${network.validators.length === 1 ? '' : 's'}`}, chain id ${network.evmChainId} (EVM), ${network.chainId} (CometBFT)`,
    '',
    'Endpoints            JSON-RPC and WebSocket    CometBFT RPC              metrics                           process',
  ];
  for (const {description, process: child} of running) {
    const {eth, comet, metrics} = description.ports;
    lines.push(
      [
        `  validator ${description.index}`.padEnd(20),
        `http://127.0.0.1:${eth}`.padEnd(25),
        (isDevelopment ? 'none' : `http://127.0.0.1:${comet}`).padEnd(25),
        `http://127.0.0.1:${metrics}/metrics`.padEnd(33),
        String(child.pid),
      ].join(' '),
    );
  }
  lines.push('', `Accounts (10,000 QANAT each; mnemonic "${network.mnemonic}"; public: never use them elsewhere)`);
  network.accounts.forEach(({address, privateKey}, index) => lines.push(`  ${index}  ${address}  ${privateKey}`));
  lines.push('', 'AI precompiles (SAPs)');
  for (const {name, address} of network.precompiles) lines.push(`  ${name.padEnd(18)} ${address}`);
  lines.push('', 'System contracts (SBPs)');
  for (const {name, address} of network.systemContracts) lines.push(`  ${name.padEnd(18)} ${address}`);
  lines.push('', 'Try');
  if (sender !== undefined && recipient !== undefined) {
    lines.push(
      `  1. Send a payment:        npx cast send ${recipient.address} --value 1ether --rpc-url ${rpc} --private-key ${sender.privateKey}`,
    );
  }
  const demoRpc = first.ports.eth === validatorPorts(0).eth ? '' : ` -- --rpc ${rpc}`;
  lines.push(`  2. Pay a contributor for a model whose inference is proven on chain:   npm run demo${demoRpc}   (in a second terminal)`);
  const last = running.at(-1);
  if (isDevelopment) {
    lines.push(`  3. Set a balance and go back: npx cast rpc evm_snapshot --rpc-url ${rpc}; … anvil_setBalance ADDRESS 0x1; … evm_revert 0x1`);
    lines.push('', 'No consensus: no peers, no CometBFT RPC, nothing is signed; a block as soon as there is a transaction. docs/rpc/development.md lists what can be changed.');
  } else if (running.length > 3 && last !== undefined) {
    lines.push(
      `  3. Kill a validator and see the others go on: kill -9 ${last.process.pid}; bring it back: npx qanat start --home ${last.description.home}`,
    );
  } else {
    lines.push(`  3. Look at the consensus: curl http://127.0.0.1:${first.ports.comet}/status`);
  }
  lines.push('', 'Ctrl-C stops all. Below, the log of validator 0.', '');
  return lines.join('\n');
}
