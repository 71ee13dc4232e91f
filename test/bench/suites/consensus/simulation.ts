/** How fast the simulation runs the production engine: its own report, of a few seeds. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {resolve} from 'node:path';

const SEEDS = 20;

export async function measureSimulation(): Promise<void> {
  const script = resolve(import.meta.dirname, '../../../simulation/main.ts');
  const args = ['--conditions=chain-source', '--import', 'tsx', script, '--seeds', String(SEEDS), '--from', '1'];
  const [code] = (await once(spawn(process.execPath, args, {stdio: 'inherit'}), 'close')) as [number | null];
  if (code !== 0) throw new Error(`the simulation ended with code ${code}`);
}
