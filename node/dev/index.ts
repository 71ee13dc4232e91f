/** The development chain of `qanat start --dev`: blocks without consensus, and a state that its user may change. */
export {Development, type DevelopmentModules, type DevelopmentOptions} from './development.ts';
export {type KeyedAccount} from './accounts.ts';
export {DevError} from './errors.ts';
export {DevStore, DEV_DATABASE_VERSION} from './store.ts';
