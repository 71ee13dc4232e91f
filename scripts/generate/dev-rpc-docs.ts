/** docs/rpc/development.md from the table of development methods: names, purpose (the first comment of the method's file), parameters, example. */
import {readFile} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {devMethods} from '../../node/rpc/eth/dev/index.ts';
import {DEFAULT_ETH_RPC_LIMITS} from '../../node/rpc/eth/limits.ts';

const METHODS = fileURLToPath(new URL('../../node/rpc/eth/dev/methods/', import.meta.url));

export async function generate(): Promise<Map<string, string>> {
  const lines = [
    '# Development methods',
    '',
    'Served by a development chain alone (`npm run devnet -- --dev`, `qanat start --dev`), beside all of [ethereum.md](ethereum.md); on every other node these methods do not exist. `?` marks a parameter that may be left out. Numbers may be hex, decimal strings or JSON numbers.',
    '',
    'There, `eth_accounts` lists the accounts of the development mnemonic and those that are impersonated; `eth_sendTransaction` sends for them, and `eth_sign`, `personal_sign` and `eth_signTypedData_v4` sign with the keys of the mnemonic, which are public.',
    '',
    'What is set by hand shows in the newest state at once; the next block takes it in and its state root covers it. Until then the head block, and proofs for it, stay as they were.',
    '',
    'This file is made by `npm run generate`.',
  ];
  for (const {file, methods} of devMethods(DEFAULT_ETH_RPC_LIMITS)) {
    const [first] = methods;
    if (first === undefined) throw new Error(`${file}.ts defines no method`);
    const parameters = first.params.map(({name, isOptional}) => `${name}${isOptional ? '?' : ''}`).join(', ');
    lines.push('', `## ${methods.map(({name}) => name).join(', ')} (${parameters})`, '', await purpose(file), '');
    const {params, result} = first.example;
    lines.push('```json', JSON.stringify({jsonrpc: '2.0', id: 1, method: first.name, params}), '```');
    lines.push('', `Answers, for example, \`${JSON.stringify(result)}\`.`);
  }
  return new Map([['docs/rpc/development.md', `${lines.join('\n')}\n`]]);
}

async function purpose(file: string): Promise<string> {
  const comment = /^\/\*\*([\s\S]*?)\*\//.exec(await readFile(`${METHODS}${file}.ts`, 'utf8'))?.[1];
  if (comment === undefined) throw new Error(`${file}.ts does not begin with a comment that says what the method is for`);
  return comment.trim();
}
