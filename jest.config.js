const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  setupFiles: ['reflect-metadata'],
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'nodenext' },
      },
    ],
  },
};

/** Specs that need a store are there only where one is under test: see test/storage/run.ts. */
const ofStores = { ...shared, displayName: 'store', testMatch: ['<rootDir>/{libs,src,test}/**/*.store-spec.ts'] };

/** Specs that log in against servers of others, which test/access/run.ts installs and starts. */
const ofAccess = { ...shared, displayName: 'access', testMatch: ['<rootDir>/test/access/**/*.access-spec.ts'] };

export default {
  // A slow disk or a busy machine is no failure.
  testTimeout: 30_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{src,libs,bench}/**/*.spec.ts', '<rootDir>/test/**/*.spec.ts'],
    },
    { ...shared, displayName: 'e2e', testMatch: ['<rootDir>/test/**/*.e2e-spec.ts'] },
    ...(process.env.STOWAGE_TEST_STORE ? [ofStores] : []),
    ...(process.env.STOWAGE_TEST_ACCESS ? [ofAccess] : []),
  ],
};
