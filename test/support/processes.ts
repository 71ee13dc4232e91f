/** Networks of real processes for tests and benches that start, stop, kill and pause their nodes one by one. */
import {spawn, execFile, type ChildProcess} from 'node:child_process';
import {appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {promisify} from 'node:util';
import {homePaths, validatorPorts, type NodePorts} from '#node/config';
import {loadOrCreateNodeIdentity} from '#node/p2p';
import {readNetwork, type NetworkDescription} from '../../devnet/network.ts';
import {freeBasePort} from './ports.ts';

const EXECUTABLE = resolve(import.meta.dirname, '../../dist/qanat.js');
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;
const LOG_TAIL_CHARACTERS = 3_000;
/** USER_HZ: the unit of processor times in /proc. */
const TICKS_PER_SECOND = 100;
/** After the ports that every node has; +4 is kept for REST. */
const ADMIN_PORT_OFFSET = 5;

export interface NodeSettings {
  /** Flags after `qanat start --home DIR`. */
  readonly args?: readonly string[];
  /** Opens the admin endpoint that exists for tests only, which cuts a node off its peers. */
  readonly hasTestAdmin?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

/** One node's home, and its process while it has one. */
export class NodeProcess {
  readonly home: string;
  readonly name: string;
  readonly ports: NodePorts;
  private readonly settings: NodeSettings;
  private child: ChildProcess | undefined;
  private exited: Promise<number | null> = Promise.resolve(null);
  private text = '';

  constructor(name: string, home: string, ports: NodePorts, settings: NodeSettings = {}) {
    this.name = name;
    this.home = home;
    this.ports = ports;
    this.settings = settings;
  }

  get ethUrl(): string {
    return `http://127.0.0.1:${this.ports.eth}`;
  }

  get cometUrl(): string {
    return `http://127.0.0.1:${this.ports.comet}`;
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  get pid(): number {
    const pid = this.child?.pid;
    if (pid === undefined || !this.isRunning) throw new Error(`${this.name} does not run`);
    return pid;
  }

  /** All that it has printed since the object was made. */
  get output(): string {
    return this.text;
  }

  /** Resolves when its servers listen. @throws with the end of its log when it ends first. */
  async start(): Promise<void> {
    if (this.isRunning) throw new Error(`${this.name} runs already`);
    const {args = [], hasTestAdmin = false, environment} = this.settings;
    const admin = hasTestAdmin ? ['--test.admin_port', String(this.adminPort)] : [];
    const child = spawn(process.execPath, [EXECUTABLE, 'start', '--home', this.home, ...args, ...admin], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {...process.env, ...(hasTestAdmin ? {QANAT_TEST_ADMIN: '1'} : {}), ...environment},
    });
    this.child = child;
    const take = (chunk: Buffer): void => {
      this.text += chunk.toString('utf8');
      appendFileSync(join(this.home, 'node.log'), chunk);
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    this.exited = new Promise((done) => child.once('close', (code) => done(code)));
    await new Promise<void>((ready, fail) => {
      const timer = setTimeout(() => fail(new Error(`${this.name} did not start within ${START_TIMEOUT_MS} ms:\n${this.tail()}`)), START_TIMEOUT_MS);
      child.on('message', (message) => {
        if (message !== 'started') return;
        clearTimeout(timer);
        ready();
      });
      void this.exited.then((code) => {
        clearTimeout(timer);
        fail(new Error(`${this.name} ended with code ${code}:\n${this.tail()}`));
      });
    });
  }

  /** SIGTERM, and SIGKILL when that takes too long. @returns the exit code. */
  async stop(): Promise<number | null> {
    if (!this.isRunning) return this.exited;
    this.resume();
    this.child?.kill('SIGTERM');
    const timer = setTimeout(() => this.child?.kill('SIGKILL'), STOP_TIMEOUT_MS);
    const code = await this.exited;
    clearTimeout(timer);
    return code;
  }

  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.exited;
  }

  pause(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  resume(): void {
    if (this.isRunning) process.kill(this.pid, 'SIGCONT');
  }

  /** Cuts all connections to peers and keeps them cut, from its own side. */
  async disconnect(): Promise<void> {
    await this.admin('disconnect');
  }

  async reconnect(): Promise<void> {
    await this.admin('reconnect');
  }

  /** Resident bytes. */
  residentBytes(): number {
    const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'));
    return Number(line?.[1] ?? 0) * 1024;
  }

  /** Seconds of processor time since it was started. */
  processorSeconds(): number {
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  private get adminPort(): number {
    return this.ports.eth + ADMIN_PORT_OFFSET;
  }

  private async admin(action: 'disconnect' | 'reconnect'): Promise<void> {
    const response = await fetch(`http://127.0.0.1:${this.adminPort}/${action}`, {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body: JSON.stringify({peers: 'all'}),
    });
    if (!response.ok) throw new Error(`${this.name} ${action}: ${response.status} ${await response.text()}`);
  }

  private tail(): string {
    return this.text.slice(-LOG_TAIL_CHARACTERS);
  }
}

export interface ProcessNetworkOptions {
  readonly validators: number;
  /** Nodes that follow; they hold no validator's key. */
  readonly fullNodes?: number;
  /** Validators that have a second node with the same key and a signer state of its own: what an operator must never do. */
  readonly twinsOf?: readonly number[];
  readonly blockIntervalMs?: number;
  readonly settings?: NodeSettings;
}

/** A network made by `qanat testnet`; nothing runs before `start`. */
export class ProcessNetwork {
  readonly folder: string;
  readonly description: NetworkDescription;
  readonly validators: readonly NodeProcess[];
  readonly fullNodes: readonly NodeProcess[];
  readonly twins: readonly NodeProcess[];

  private constructor(parts: Pick<ProcessNetwork, 'folder' | 'description' | 'validators' | 'fullNodes' | 'twins'>) {
    this.folder = parts.folder;
    this.description = parts.description;
    this.validators = parts.validators;
    this.fullNodes = parts.fullNodes;
    this.twins = parts.twins;
  }

  static async create(options: ProcessNetworkOptions): Promise<ProcessNetwork> {
    const {validators, fullNodes = 0, twinsOf = [], blockIntervalMs, settings = {}} = options;
    const folder = mkdtempSync(join(tmpdir(), 'qanat-network-'));
    const basePort = await freeBasePort(10 * (validators + fullNodes + twinsOf.length));
    const args = ['testnet', '--validators', String(validators), '--output', folder, '--base-port', String(basePort)];
    if (blockIntervalMs !== undefined) args.push('--block-interval', String(blockIntervalMs));
    await promisify(execFile)(process.execPath, [EXECUTABLE, ...args]);
    const description = readNetwork(folder);
    if (description === undefined) throw new Error(`qanat testnet wrote no description to ${folder}`);
    const peers = await Promise.all(description.validators.map(({home, ports}) => addressOf(home, ports.p2p)));
    const portsAt = (place: number): NodePorts => validatorPorts(validators + place, basePort);
    const follower = (name: string, place: number): NodeProcess => addFollower(folder, name, description, peers, portsAt(place), settings);
    const twins = twinsOf.map((index, i) => {
      const twin = follower(`twin${index}`, fullNodes + i);
      const {home} = description.validators[index] ?? {};
      if (home === undefined) throw new Error(`no validator ${index}`);
      cpSync(homePaths(home).validatorKey, homePaths(twin.home).validatorKey);
      return twin;
    });
    return new ProcessNetwork({
      folder,
      description,
      validators: description.validators.map(({index, home, ports}) => new NodeProcess(`validator${index}`, home, ports, settings)),
      fullNodes: Array.from({length: fullNodes}, (_, i) => follower(`full${i}`, i)),
      twins,
    });
  }

  get nodes(): readonly NodeProcess[] {
    return [...this.validators, ...this.fullNodes, ...this.twins];
  }

  async start(nodes: readonly NodeProcess[] = this.validators): Promise<void> {
    await Promise.all(nodes.map((node) => node.start()));
  }

  /** Ends every process and removes the homes. */
  async dispose(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    rmSync(this.folder, {recursive: true, force: true});
  }
}

async function addressOf(home: string, port: number): Promise<string> {
  const {peerId} = await loadOrCreateNodeIdentity(homePaths(home).nodeKey);
  return `/ip4/127.0.0.1/tcp/${port}/p2p/${peerId}`;
}

/** A home with the network's genesis and settings, ports and a node key of its own, and no validator key. */
function addFollower(
  folder: string,
  name: string,
  {validators}: NetworkDescription,
  peers: readonly string[],
  ports: NodePorts,
  settings: NodeSettings,
): NodeProcess {
  const first = validators[0];
  if (first === undefined) throw new Error('a network has at least one validator');
  const from = homePaths(first.home);
  const to = homePaths(join(folder, name));
  mkdirSync(join(to.root, 'config'), {recursive: true});
  mkdirSync(join(to.root, 'data'), {recursive: true});
  cpSync(from.genesis, to.genesis);
  cpSync(from.config, to.config);
  const sections = ['eth', 'comet', 'p2p', 'metrics'] as const;
  const args = [
    '--moniker',
    name,
    '--p2p.persistent_peers',
    peers.join(','),
    ...sections.flatMap((section) => [`--${section}.port`, String(ports[section])]),
    ...(settings.args ?? []),
  ];
  return new NodeProcess(name, to.root, ports, {...settings, args});
}
