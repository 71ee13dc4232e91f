export {Node, type NodeOptions} from './node.ts';
export {StartError} from './errors.ts';
export {loadOrCreateValidatorKey, readValidatorKey} from './validator-key.ts';
export {VERSION} from './version.ts';
