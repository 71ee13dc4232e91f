import tseslint from 'typescript-eslint';

export default tseslint.config(
  {ignores: ['dist/**', 'proto/gen/**', 'protocols/abi/**', 'node_modules/**', '*.mjs']},
  ...tseslint.configs.recommended,
  {
    languageOptions: {parserOptions: {projectService: true}},
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', {checksVoidReturn: false}],
      '@typescript-eslint/switch-exhaustiveness-check': 'off',
      '@typescript-eslint/no-unused-vars': ['error', {argsIgnorePattern: '^_', varsIgnorePattern: '^_'}],
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {files: ['test/bench/**', 'test/**/main.ts', 'scripts/**', 'devnet/**', 'qanat.ts', 'node/cli/**', 'protocols/services/cli/**', 'protocols/client/examples/**'], rules: {'no-console': 'off'}},
  {
    files: ['consensus/core/**'],
    rules: {'no-restricted-globals': ['error', 'Date', 'setTimeout', 'setInterval', 'process', 'performance', 'queueMicrotask']},
  },
);
