import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Puts a packed copy beside every file, which the server sends to whoever accepts it. */
const packed = (): Plugin => {
  let folder = '';
  return {
    name: 'packed',
    configResolved: ({ root, build }) => {
      folder = path.resolve(root, build.outDir);
    },
    closeBundle: () => {
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        const file = path.join(folder, name);
        if (statSync(file).isFile()) writeFileSync(`${file}.gz`, gzipSync(readFileSync(file)));
      }
    },
  };
};

export default defineConfig({
  root: 'src/web',
  plugins: [react(), packed()],
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    license: { fileName: 'third-party.md' },
    target: 'es2022',
    // Inlined, an asset would be a data: address in a style, and the hash would not name it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
