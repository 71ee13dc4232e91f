export {DevNode, type DevNodeModules} from './dev-node.ts';
export {Node, type NodeOptions} from './node.ts';
export {BLOCK_STORE_VERSION} from './layout.ts';
export {replayBlocks, type Mismatch} from './replay.ts';
export {StartError} from './errors.ts';
export {VERSION} from './version.ts';
