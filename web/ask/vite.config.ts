import { defineConfig } from 'vite';

/** The page that a relay may serve at /ask: its files are named relative to that address. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  build: { outDir: '../dist-ask', emptyOutDir: true, modulePreload: { polyfill: false }, reportCompressedSize: false },
});
