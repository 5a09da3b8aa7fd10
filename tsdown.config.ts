import { defineConfig, type UserConfig } from 'tsdown';

/** Our own code as ES modules; npm installs the packages that it imports. */
const common: UserConfig = { format: 'esm', fixedExtension: false, deps: { skipNodeModulesBundle: true } };

export default defineConfig([
  { ...common, entry: { main: 'src/main.ts' }, platform: 'node', target: 'node20', dts: false },
  { ...common, entry: { sdk: 'src/sdk/index.ts' }, platform: 'neutral', target: 'es2022', dts: true },
]);
