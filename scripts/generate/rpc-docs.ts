/** docs/rpc/ethereum.md from the table of methods: purpose (the first comment of the method's file), parameters, example. */
import {readFile} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {DEFAULT_ETH_RPC_LIMITS} from '../../node/rpc/eth/limits.ts';
import {methodTable} from '../../node/rpc/eth/methods/index.ts';

const NAMESPACES = ['debug', 'eth', 'net', 'txpool', 'web3'];
const METHODS = fileURLToPath(new URL('../../node/rpc/eth/methods/', import.meta.url));

export async function generate(): Promise<Map<string, string>> {
  const table = methodTable(DEFAULT_ETH_RPC_LIMITS, NAMESPACES);
  const lines = [
    '# Ethereum JSON-RPC',
    '',
    'HTTP POST and WebSocket on the same port (8545 by default); batches of requests too. `latest`, `safe` and `finalized` name the same block: finality is one block. Answers and error texts follow geth. `?` marks a parameter that may be left out.',
    '',
    'The namespaces eth, net, web3 and txpool are served unless `eth.namespaces` says otherwise. `debug` executes blocks once more at anybody\'s word and is off; `eth.namespaces = ["eth", "net", "web3", "txpool", "debug"]` turns it on, and local networks of `qanat testnet` have it on.',
    '',
    `Limits: ${DEFAULT_ETH_RPC_LIMITS.batchItemsMax.toLocaleString('en')} requests per batch, ${DEFAULT_ETH_RPC_LIMITS.bodyBytesMax / 1024 / 1024} MiB per request body. All others are named in \`node/rpc/eth/limits.ts\`.`,
    '',
    'This file is made by `npm run generate`.',
  ];
  for (const [name, method] of [...table].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const parameters = method.params.map((parameter) => `${parameter.name}${parameter.isOptional ? '?' : ''}`).join(', ');
    lines.push('', `## ${name}(${parameters})`, '', await purpose(name), '');
    lines.push('```json', JSON.stringify({jsonrpc: '2.0', id: 1, method: name, params: method.example.params}), '```');
    const {result} = method.example;
    lines.push('', typeof result === 'string' && !result.startsWith('0x') ? `Answers ${result}.` : `Answers, for example, \`${JSON.stringify(result)}\`.`);
  }
  return new Map([['docs/rpc/ethereum.md', `${lines.join('\n')}\n`]]);
}

async function purpose(name: string): Promise<string> {
  const source = await readFile(`${METHODS}${name}.ts`, 'utf8');
  const comment = /^\/\*\*([\s\S]*?)\*\//.exec(source)?.[1];
  if (comment === undefined) throw new Error(`${name}.ts does not begin with a comment that says what the method is for`);
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trim())
    .filter((line) => line !== '')
    .join(' ');
}
