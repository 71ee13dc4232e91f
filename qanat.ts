/** The executable: sends a command to the node's CLI or to that of the off-chain services. The only file that sees both. */
import './node/app/polyfills.ts';

const SERVICE_COMMANDS = new Set(['prover', 'model', 'lora']);

const args = process.argv.slice(2);
const {main} = SERVICE_COMMANDS.has(args[0] ?? '') ? await import('./protocols/services/cli/index.ts') : await import('./node/cli/index.ts');
process.exitCode = await main(args);
