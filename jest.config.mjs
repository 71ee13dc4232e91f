export default {
  testEnvironment: 'node',
  testEnvironmentOptions: {customExportConditions: ['chain-source', 'node', 'node-addons']},
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {jsc: {target: 'es2022', parser: {syntax: 'typescript'}}, module: {type: 'es6'}, sourceMaps: 'inline'},
    ],
  },
  setupFiles: ['<rootDir>/test/setup/node20.ts'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist'],
  // Ends a test that hangs; how long one takes says nothing, on a machine that is busy with other things.
  testTimeout: 180_000,
  // Both cores of a small machine; jest would leave one idle. Modules of finished files stay in memory, so workers are renewed.
  maxWorkers: 2,
  workerIdleMemoryLimit: '1.5GB',
};
