import type { CodegenConfig } from '@graphql-codegen/cli';

/** Operations become plain strings with types: the SDK needs no GraphQL library at run time. */
const config: CodegenConfig = {
  schema: 'schema.graphql',
  generates: {
    './src/sdk/gql/': {
      documents: ['src/sdk/operations/**/*.graphql'],
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        defaultScalarType: 'unknown',
        scalars: { DateTime: 'string', ID: 'string' },
        emitExtensions: true,
        importExtension: '.ts',
        documentMode: 'string',
      },
    },
  },
};

export default config;
