import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: { main: 'src/main.ts', sdk: 'src/sdk/index.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node20',
  dts: false,
});
