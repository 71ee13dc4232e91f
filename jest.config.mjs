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
  testTimeout: 60_000,
};
