/** What the repository may hold. */
import {describe, expect, it} from '@jest/globals';
import {posix} from 'node:path';
import ts from 'typescript';
import {allFiles, nodesOf, parse, productionSources, read} from './tree.ts';

const TEXT = /\.(ts|mjs|json|md|sol|circom|proto|toml|yml|yaml|html|txt)$|^(LICENSE|bin\/|\.ci\/|\.gitignore)/;

/** Written in sources by machines, or not at all. */
const GENERATED = /^(proto\/gen|protocols\/abi)\//;

const files = allFiles();

describe('the tree', () => {
  it('names no path of a machine', () => {
    // Pieces, so that this file does not find itself.
    const machine = new RegExp(['/work' + '/', '/home' + '/[a-z]', '/root' + '/', '/tmp' + '/plan', '/Users' + '/[A-Za-z]', 'C:' + '\\\\'].join('|'));
    const found = files
      .filter((path) => TEXT.test(path) && path !== 'package-lock.json')
      .flatMap((path) => read(path).split('\n').flatMap((line, i) => (machine.test(line) ? [`${path}:${i + 1}: ${line.trim().slice(0, 80)}`] : [])));
    expect(found).toEqual([]);
  });

  it('is written in TypeScript, Solidity, circom and protobuf', () => {
    // Vectors of others come as they are.
    const sources = files.filter((path) => /^(proto|consensus|precompiles|protocols|node|devnet|scripts|test)\//.test(path) && !path.startsWith('test/conformance/data/'));
    expect(sources.filter((path) => !/\.(ts|sol|circom|proto|json|md|snap)$|\/LICENSE$/.test(path))).toEqual([]);
  });

  it('leaves nothing to be done later in its sources', () => {
    const marks = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'HA' + 'CK', 'XX' + 'X'].join('|')})\\b|not ` + 'implemented', 'i');
    const found = files
      .filter((path) => /\.(ts|sol|circom|proto)$/.test(path) && !GENERATED.test(path))
      .flatMap((path) => read(path).split('\n').flatMap((line, i) => (marks.test(line) ? [`${path}:${i + 1}: ${line.trim().slice(0, 80)}`] : [])));
    expect(found).toEqual([]);
  });

  it('has no source that does too much for one file', () => {
    const LINES_MAX = 500;
    const long = files
      .filter((path) => /\.(ts|sol)$/.test(path) && !GENERATED.test(path) && !path.startsWith('test/'))
      .map((path) => ({path, lines: read(path).split('\n').length}))
      .filter(({lines}) => lines > LINES_MAX);
    expect(long).toEqual([]);
  });
});

describe('limits', () => {
  /** Folders that take input from outside. */
  const EXPOSED = [
    'precompiles',
    'consensus/engine',
    'node/execution',
    'node/mempool',
    'node/p2p',
    'node/rpc/eth',
    'node/rpc/comet',
    'protocols/services',
  ];
  const limitFiles = productionSources().filter((path) => posix.basename(path) === 'limits.ts');

  it.each(EXPOSED)('of %s are named in its limits.ts', (folder) => {
    expect(limitFiles).toContain(`${folder}/limits.ts`);
  });

  it('are enforced somewhere', () => {
    const texts = productionSources().map((path) => ({path, text: read(path)}));
    const idle: string[] = [];
    for (const path of limitFiles) {
      const own = texts.find((source) => source.path === path)!.text;
      for (const [, name] of own.matchAll(/^export const (\w+)/gm)) {
        const word = new RegExp(`\\b${name}\\b`, 'g');
        const isUsed = texts.some(({path: other, text}) => other !== path && text.search(word) >= 0);
        // A limit may also serve others in its own file.
        if (!isUsed && own.match(word)!.length < 2) idle.push(`${path}: ${name}`);
      }
    }
    expect(idle).toEqual([]);
  });
});

describe('ports', () => {
  it('stand in the configuration, or have a name where they are a default', () => {
    /** The ports that tools expect of Ethereum and CometBFT nodes. */
    const ports = new Set(['8545', '8546', '8551', '26656', '26657', '26658', '26660', '9090', '1317']);
    const found: string[] = [];
    for (const path of productionSources()) {
      if (path.startsWith('node/config/') || path.startsWith('protocols/client/')) continue;
      if (![...ports].some((port) => read(path).includes(port))) continue;
      for (const node of nodesOf(parse(path))) {
        if (ts.isNumericLiteral(node) && ports.has(node.text) && !isNamedConstant(node)) found.push(`${path}: ${node.text}`);
      }
    }
    expect(found).toEqual([]);
  });
});

/** `const DEFAULT_PORT = 8545` */
function isNamedConstant({parent}: ts.Node): boolean {
  return ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) && /^[A-Z_]+$/.test(parent.name.text);
}
