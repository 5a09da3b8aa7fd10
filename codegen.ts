import type { CodegenConfig } from '@graphql-codegen/cli';

/** Operations become plain strings with types: neither the SDK nor the page needs a library to read them. */
const typedStrings = (documents: string) => ({
  documents: [documents],
  preset: 'client' as const,
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
});

/** The SDK has one operation for each field; the REST mirror one for each route; the page asks for everything it shows at once. */
const config: CodegenConfig = {
  schema: 'schema.graphql',
  generates: {
    './src/sdk/gql/': typedStrings('src/sdk/operations/**/*.graphql'),
    './src/http/rest/gql/': typedStrings('src/http/rest/documents/**/*.graphql'),
    './src/web/gql/': typedStrings('src/web/operations/**/*.graphql'),
  },
};

export default config;
