/**
 * Where a node's processor time goes. Its process profiles itself (PROFILER); of the profile that it leaves, the samples of the
 * measured time are shared out: each belongs to the part of the nearest caller that a rule below names. What the profile
 * cannot see (threads of the store, of the collector and of the compiler) is the rest of the process's time.
 */
import {copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';

export const PARTS = ['decode', 'recover', 'pool', 'execute', 'root', 'block', 'commit', 'index', 'consensus', 'gossip', 'RPC', 'collector', 'system', 'other'] as const;
export type Part = (typeof PARTS)[number];

interface Rule {
  readonly part: Part;
  readonly path: RegExp;
  readonly name?: RegExp;
}

/** The first that fits a frame counts. Helpers (hex, keccak, RLP) fit none: their time is their callers'. */
const RULES: readonly Rule[] = [
  {part: 'recover', path: /execution\/secp256k1\.|node_modules\/secp256k1/},
  {part: 'decode', path: /execution\/transaction(-cache)?\./},
  {part: 'root', path: /execution\/trie\/(?!ordered)/},
  {part: 'root', path: /execution\/state\/state-database/, name: /^prepare$/},
  {part: 'block', path: /execution\/(block\/(?!block-store)|trie\/ordered)/},
  {part: 'commit', path: /execution\/(chain\.|block\/block-store|state\/(codec|state-database))|execution\/state\/flat-state\.\w+$|node\/storage|consensus\/engine\/(store|files|execution)|abstract-level|classic-level/},
  {part: 'execute', path: /execution\/(processor|engine|ethereumjs|state|block-executor|system-contracts|validity|intrinsic-gas|app|admission)|@ethereumjs|precompiles/},
  {part: 'pool', path: /node\/mempool|execution\/engine-pool/},
  {part: 'index', path: /rpc\/comet\/indexer/},
  {part: 'gossip', path: /node\/p2p|libp2p|multiformats|@chainsafe|it-|uint8array/},
  {part: 'RPC', path: /node\/rpc|node\/app\/chain-feed|node:_?http|node:net|node:internal\/(http|stream)|node_modules\/zod/},
  {part: 'consensus', path: /consensus\/|proto\//},
];

/**
 * Loaded into a node's process by `--import`: profiles it from its start and leaves the profile at its end. `--cpu-prof` would do
 * the same, but is not allowed in NODE_OPTIONS, which is how it reaches processes of processes.
 */
const PROFILER = `import {writeFileSync} from 'node:fs';
import {Session} from 'node:inspector';
import {join} from 'node:path';

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.start');
process.once('exit', () => {
  session.post('Profiler.stop', (error, result) => {
    if (error === null) writeFileSync(join(process.env.QANAT_PROFILE_FOLDER, \`\${process.pid}.cpuprofile\`), JSON.stringify(result.profile));
  });
});
`;

interface Profile {
  readonly startTime: number;
  readonly nodes: readonly {id: number; children?: readonly number[]; callFrame: {functionName: string; url: string}}[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Microseconds of the clock that profiles are stamped with. */
export function profileClockUs(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

export class ProfileFolder {
  readonly #path = mkdtempSync(join(tmpdir(), 'qanat-profile-'));

  constructor() {
    writeFileSync(join(this.#path, 'profiler.mjs'), PROFILER);
  }

  get env(): Record<string, string> {
    return {NODE_OPTIONS: `--import ${pathToFileURL(join(this.#path, 'profiler.mjs')).href}`, QANAT_PROFILE_FOLDER: this.#path};
  }

  /** Seconds by part between two times, of the process that ended and left its profile here. */
  read(pid: number, fromUs: number, toUs: number): Map<Part, number> {
    const path = join(this.#path, `${pid}.cpuprofile`);
    const keep = process.env['QANAT_KEEP_PROFILE'];
    if (keep !== undefined) copyFileSync(path, keep);
    return shares(JSON.parse(readFileSync(path, 'utf8')) as Profile, fromUs, toUs);
  }

  dispose(): void {
    rmSync(this.#path, {recursive: true, force: true});
  }
}

function shares(profile: Profile, fromUs: number, toUs: number): Map<Part, number> {
  const partOf = partsOf(profile);
  const seconds = new Map<Part, number>(PARTS.map((part) => [part, 0]));
  let at = profile.startTime;
  for (const [i, node] of profile.samples.entries()) {
    const delta = profile.timeDeltas[i]!;
    at += delta;
    if (at < fromUs || at > toUs) continue;
    const part = partOf.get(node);
    if (part !== undefined) seconds.set(part, seconds.get(part)! + delta / 1e6);
  }
  return seconds;
}

/** The part of each node of the call tree; none when the thread idles. */
function partsOf({nodes}: Profile): Map<number, Part> {
  const parents = new Map<number, number>();
  for (const {id, children} of nodes) for (const child of children ?? []) parents.set(child, id);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parts = new Map<number, Part>();
  for (const node of nodes) {
    const {functionName} = node.callFrame;
    if (functionName === '(idle)') continue;
    if (functionName === '(garbage collector)') parts.set(node.id, 'collector');
    else if (functionName === '(program)') parts.set(node.id, 'system');
    else {
      let part: Part = 'other';
      for (let id: number | undefined = node.id; id !== undefined; id = parents.get(id)) {
        const rule = ruleOf(byId.get(id)!.callFrame);
        if (rule === undefined) continue;
        part = rule.part;
        break;
      }
      parts.set(node.id, part);
    }
  }
  return parts;
}

function ruleOf({url, functionName}: {url: string; functionName: string}): Rule | undefined {
  return RULES.find(({path, name}) => path.test(url) && (name === undefined || name.test(functionName)));
}
