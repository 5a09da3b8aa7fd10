import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'src/web',
  plugins: [react()],
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
