/** Who may import whom: the table of docs/ARCHITECTURE.md. */
import {describe, expect, it} from '@jest/globals';
import {posix} from 'node:path';
import ts from 'typescript';
import {importsOf, nodesOf, parse, productionSources, read} from './tree.ts';

/** The parts of the house, the longer path first where one lies inside another. */
const PARTS = [
  'proto',
  'consensus/core',
  'consensus/engine',
  'consensus/evidence',
  'consensus/light',
  'precompiles/codec',
  'precompiles/tensor',
  'precompiles/lora',
  'precompiles/evm',
  'precompiles',
  'protocols/abi',
  'protocols/circuits',
  'protocols/client',
  'protocols/genesis',
  'protocols/services',
  'node/config',
  'node',
  'devnet/demo',
  'devnet',
  'test',
  'scripts',
  'qanat.ts',
] as const;
type Part = (typeof PARTS)[number];

const CONSENSUS: readonly Part[] = ['consensus/core', 'consensus/engine', 'consensus/evidence', 'consensus/light'];
const PRECOMPILES: readonly Part[] = ['precompiles', 'precompiles/codec', 'precompiles/tensor', 'precompiles/lora', 'precompiles/evm'];
const SDK: readonly Part[] = ['protocols/client', 'protocols/abi', 'protocols/genesis'];

const MAY_IMPORT: Readonly<Record<Part, readonly Part[]>> = {
  'proto': [],
  'consensus/core': ['proto'],
  'consensus/engine': ['proto', ...CONSENSUS],
  'consensus/evidence': ['proto', ...CONSENSUS],
  'consensus/light': ['proto', 'consensus/core'],
  // Shared with provers, and so by itself.
  'precompiles/codec': ['proto'],
  'precompiles/tensor': ['proto', 'precompiles/codec'],
  // Arithmetic, transcript and verifier: what a prover must compute exactly as the SAP does.
  'precompiles/lora': ['proto', 'precompiles/codec'],
  'precompiles/evm': ['proto', ...PRECOMPILES],
  'precompiles': ['proto', 'precompiles/codec', 'precompiles/tensor', 'precompiles/lora'],
  'protocols/abi': ['proto'],
  'protocols/circuits': ['proto', 'precompiles/codec'],
  'protocols/client': ['proto', ...SDK],
  'protocols/genesis': ['proto', 'protocols/abi'],
  // Off the chain: they reach a node by RPC only.
  'protocols/services': ['protocols/circuits', ...SDK, 'precompiles/codec', 'precompiles/tensor', 'precompiles/lora', 'consensus/light'],
  'node/config': ['proto'],
  'node': ['proto', 'node/config', ...CONSENSUS, ...PRECOMPILES, ...SDK],
  'devnet': ['node/config', 'devnet/demo'],
  // The demo is a client like any other; it runs the services in processes of their own or beside itself.
  'devnet/demo': ['devnet', 'node/config', 'protocols/services', 'protocols/circuits', ...SDK, 'precompiles/codec'],
  'test': PARTS,
  'scripts': PARTS,
  'qanat.ts': ['node', 'protocols/services'],
};

function partOf(path: string): Part | undefined {
  return PARTS.find((part) => path === part || path.startsWith(`${part}/`));
}

/** The file or folder of ours that a specifier names, or undefined for a package. */
function targetOf(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('#')) return specifier.slice(1);
  if (specifier.startsWith('.')) return posix.normalize(posix.join(posix.dirname(from), specifier));
  return undefined;
}

function packageOf(specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

const sources = productionSources().map((path) => ({path, imports: importsOf(path)}));

function violations(isForbidden: (path: string, specifier: string) => boolean): string[] {
  return sources.flatMap(({path, imports}) =>
    imports.filter((specifier) => isForbidden(path, specifier)).map((specifier) => `${path} imports ${specifier}`),
  );
}

describe('imports', () => {
  it('finds the house', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.filter(({path}) => partOf(path) === undefined)).toEqual([]);
    const {imports} = sources.find(({path}) => path === 'precompiles/index.ts')!;
    expect(imports).toContain('./0a01-groth16.ts');
  });

  it('go only where the table allows, relative ones too', () => {
    expect(
      violations((path, specifier) => {
        const target = targetOf(path, specifier);
        if (target === undefined) return false;
        const [from, to] = [partOf(path)!, partOf(target)];
        return to === undefined || (from !== to && !MAY_IMPORT[from].includes(to));
      }),
    ).toEqual([]);
  });

  it('leave a top-level folder by #paths only', () => {
    const topOf = (path: string) => path.split('/')[0];
    expect(
      violations((path, specifier) => {
        if (!specifier.startsWith('.') || path === 'qanat.ts') return false;
        return topOf(path) !== topOf(targetOf(path, specifier)!);
      }),
    ).toEqual([]);
  });

  it('of #paths name entries of package.json, and relative ones carry their .ts', () => {
    const {imports} = JSON.parse(read('package.json')) as {imports: Record<string, unknown>};
    expect(
      violations((_, specifier) => {
        if (specifier.startsWith('#')) return !(specifier in imports);
        return specifier.startsWith('.') && !/\.(ts|js|cjs|json)$/.test(specifier);
      }),
    ).toEqual([]);
  });

  it('reach the reference EVM by its two adapters only', () => {
    const adapters = ['precompiles/evm/', 'node/execution/ethereumjs/'];
    expect(
      violations((path, specifier) => {
        const isMachine = ['@ethereumjs/evm', '@ethereumjs/vm'].includes(packageOf(specifier));
        return isMachine && !adapters.some((adapter) => path.startsWith(adapter));
      }),
    ).toEqual([]);
  });

  it('keep the GPL out of everything that a node links', () => {
    const copyleft = ['snarkjs', 'circomlib', 'circomlibjs', 'ffjavascript', 'circom2', 'circom_runtime', 'r1csfile', 'wasmcurves', 'wasmbuilder'];
    expect(
      violations((path, specifier) => {
        const isLinked = /^(node|consensus|precompiles|proto|protocols\/(abi|client|genesis))\//.test(path);
        return isLinked && copyleft.includes(packageOf(specifier));
      }),
    ).toEqual([]);
  });

  it('name only packages that package.json installs in production', () => {
    const manifest = JSON.parse(read('package.json')) as Record<'dependencies' | 'optionalDependencies', Record<string, string>>;
    const installed = {...manifest.dependencies, ...manifest.optionalDependencies};
    expect(
      violations((path, specifier) => {
        if (targetOf(path, specifier) !== undefined || specifier.startsWith('node:')) return false;
        return !(packageOf(specifier) in installed);
      }),
    ).toEqual([]);
  });
});

describe('consensus/core', () => {
  const core = sources.filter(({path}) => partOf(path) === 'consensus/core');

  it('imports nothing of Node', () => {
    expect(core.length).toBeGreaterThan(0);
    const foreign = core.flatMap(({path, imports}) =>
      imports.filter((specifier) => specifier.startsWith('node:')).map((specifier) => `${path}: ${specifier}`),
    );
    expect(foreign).toEqual([]);
  });

  it('awaits nothing and has no clock, timer, randomness or process', () => {
    const banned = new Set(['Promise', 'Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'process', 'crypto', 'fetch']);
    const found: string[] = [];
    for (const {path} of core) {
      const source = parse(path);
      for (const node of nodesOf(source)) {
        const isAsync = node.kind === ts.SyntaxKind.AsyncKeyword || ts.isAwaitExpression(node);
        const isBanned = ts.isIdentifier(node) && banned.has(node.text) && !isMemberName(node);
        const isRandom = ts.isPropertyAccessExpression(node) && node.getText() === 'Math.random';
        if (isAsync || isBanned || isRandom) {
          const {line} = source.getLineAndCharacterOfPosition(node.getStart());
          found.push(`${path}:${line + 1} ${node.getText().slice(0, 40)}`);
        }
      }
    }
    expect(found).toEqual([]);
  });
});

/** Whether an identifier is the name of a member (`state.process`), not a reference. */
function isMemberName(node: ts.Identifier): boolean {
  const {parent} = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  return (
    (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isPropertyDeclaration(parent) || ts.isMethodDeclaration(parent)) &&
    parent.name === node
  );
}
