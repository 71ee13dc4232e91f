export {openLevel} from './level.ts';
export {GroupedStore, StoreGroup, type GroupMember, type SealedBatch} from './group.ts';
export {memoryStore} from './memory.ts';
export {lockHome, LOCK_FILE_NAME} from './lock.ts';
export {claimDatabase} from './version.ts';
export {StorageError} from './errors.ts';
export type {StorageErrorCode} from './errors.ts';
