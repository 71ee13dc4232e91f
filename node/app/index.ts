export {Node, type NodeOptions} from './node.ts';
export {StartError} from './errors.ts';
export {VERSION} from './version.ts';
