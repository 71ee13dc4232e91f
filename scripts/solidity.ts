/** Compiles Solidity the one way this repository does: same compiler, same settings, byte for byte the same output. */
import {readdirSync, readFileSync} from 'node:fs';
import {join, posix} from 'node:path';
import {fileURLToPath} from 'node:url';
import solc from 'solc';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Folder of the repository's own contracts; their source unit names are their paths from the repository's root. */
export const CONTRACTS_FOLDER = 'protocols/contracts';

/** A developer's own contract imports ours as `qanat/protocols/contracts/…`, like from the npm package. */
const PACKAGE_PREFIX = 'qanat/';

export interface CompiledContract {
  /** Source unit name: path from the repository's root. */
  readonly source: string;
  readonly name: string;
  readonly kind: 'contract' | 'interface' | 'library';
  readonly abi: readonly AbiItem[];
  /** Creation code, 0x-prefixed; '0x' for an interface. */
  readonly bytecode: `0x${string}`;
  /** Code as it stands at an address, 0x-prefixed; undefined when the constructor fills in immutables. */
  readonly deployedBytecode: `0x${string}` | undefined;
  /** First slot of the contract's own plain storage variables, if it has any. */
  readonly storageVariables: readonly string[];
}

export interface AbiItem {
  readonly type: string;
  readonly name?: string;
}

export class SolidityError extends Error {
  override readonly name = 'SolidityError';
}

interface CompilerMessage {
  readonly severity: string;
  readonly formattedMessage: string;
  readonly errorCode?: string;
  readonly sourceLocation?: {readonly file: string};
}

interface CompilerOutput {
  readonly errors?: readonly CompilerMessage[];
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, RawContract>>>>;
  readonly sources?: Readonly<Record<string, {readonly ast: {readonly nodes: readonly AstNode[]}}>>;
}

interface AstNode {
  readonly nodeType: string;
  readonly name?: string;
  readonly contractKind?: CompiledContract['kind'];
}

interface RawContract {
  readonly abi: readonly AbiItem[];
  readonly evm: {
    readonly bytecode: {readonly object: string};
    readonly deployedBytecode: {readonly object: string; readonly immutableReferences: Readonly<Record<string, unknown>>};
  };
  readonly storageLayout: {readonly storage: readonly {readonly label: string}[]};
}

/**
 * 2394, "Transient storage … can break composability": OpenZeppelin's guard clears it, which the warning itself calls safe.
 * 2018, "Function state mutability can be restricted": a standard's function that always refuses keeps the mutability that
 * it has in the standard, or wallets would take it for one that is only read.
 */
const ACCEPTED_WARNINGS = new Set(['2394', '2018']);

/** What a compiler newer than the library warns of in the library is not ours to mend. */
const LIBRARY_PREFIX = '@openzeppelin/';

/** How often the code is expected to run: how much size the optimiser pays for gas. */
const RUNS = 10_000;
const RUNS_OF_LARGE = 200;
/** Contracts that would exceed EIP-170's limit of size otherwise. */
const LARGE_SOURCES: ReadonlySet<string> = new Set([`${CONTRACTS_FOLDER}/TrainingJobs.sol`]);

/** Reads the repository's contracts: source unit name to source text. */
export function readContracts(): Map<string, string> {
  const names = readdirSync(join(root, CONTRACTS_FOLDER), {recursive: true, encoding: 'utf8'})
    .map((name) => posix.join(CONTRACTS_FOLDER, name.replaceAll('\\', '/')))
    .filter((name) => name.endsWith('.sol'))
    .sort();
  return new Map(names.map((name) => [name, readFileSync(join(root, name), 'utf8')]));
}

/**
 * Compiles sources; imports of the repository's contracts and of npm packages are found by themselves.
 * Throws SolidityError with the compiler's own messages on errors and, unless they are allowed, on warnings. Without
 * optimising it is quick; what is deployed is optimised.
 */
export function compileSolidity(sources: ReadonlyMap<string, string>, {allowWarnings = false, optimise = true}: CompileOptions = {}): CompiledContract[] {
  const isLarge = ([name]: readonly [string, string]): boolean => optimise && LARGE_SOURCES.has(name);
  const [large, others] = [[...sources].filter(isLarge), [...sources].filter((source) => !isLarge(source))];
  return [
    ...(others.length === 0 ? [] : compile(new Map(others), allowWarnings, {enabled: optimise, runs: RUNS})),
    ...(large.length === 0 ? [] : compile(new Map(large), allowWarnings, {enabled: true, runs: RUNS_OF_LARGE})),
  ];
}

interface CompileOptions {
  readonly allowWarnings?: boolean;
  readonly optimise?: boolean;
}

function compile(sources: ReadonlyMap<string, string>, allowWarnings: boolean, optimizer: {readonly enabled: boolean; readonly runs: number}): CompiledContract[] {
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries([...sources].map(([name, content]) => [name, {content}])),
    settings: {
      evmVersion: 'prague',
      optimizer,
      // No metadata in the code: it would change with comments and with the machine's paths.
      metadata: {bytecodeHash: 'none', appendCBOR: false},
      remappings: [`${PACKAGE_PREFIX}=`],
      outputSelection: {
        '*': {
          '*': [
            'abi',
            'evm.bytecode.object',
            'evm.deployedBytecode.object',
            'evm.deployedBytecode.immutableReferences',
            'storageLayout',
          ],
          '': ['ast'],
        },
      },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), {import: resolveImport})) as CompilerOutput;
  const problems = (output.errors ?? []).filter(({severity, errorCode, sourceLocation}) =>
    severity === 'error'
      ? true
      : !allowWarnings && !ACCEPTED_WARNINGS.has(errorCode ?? '') && !sourceLocation?.file.startsWith(LIBRARY_PREFIX),
  );
  if (problems.length > 0) throw new SolidityError(problems.map((problem) => problem.formattedMessage).join('\n'));

  return [...sources.keys()].flatMap((source) =>
    Object.entries(output.contracts?.[source] ?? {}).map(([name, contract]) => ({
      source,
      name,
      kind: kindOf(output, source, name),
      abi: contract.abi,
      bytecode: `0x${contract.evm.bytecode.object}` as const,
      deployedBytecode:
        Object.keys(contract.evm.deployedBytecode.immutableReferences).length > 0
          ? undefined
          : (`0x${contract.evm.deployedBytecode.object}` as const),
      storageVariables: contract.storageLayout.storage.map((variable) => variable.label),
    })),
  );
}

function kindOf(output: CompilerOutput, source: string, name: string): CompiledContract['kind'] {
  const node = output.sources?.[source]?.ast.nodes.find(
    (candidate) => candidate.nodeType === 'ContractDefinition' && candidate.name === name,
  );
  if (node?.contractKind === undefined) throw new SolidityError(`${source}: ${name} is not in the syntax tree`);
  return node.contractKind;
}

function resolveImport(path: string): {contents: string} | {error: string} {
  const folder = path.startsWith(`${CONTRACTS_FOLDER}/`) ? root : join(root, 'node_modules');
  try {
    return {contents: readFileSync(join(folder, path), 'utf8')};
  } catch {
    return {error: `${path} not found`};
  }
}
