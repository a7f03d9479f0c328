import { defineConfig } from 'vite';

/** Relative `base`: the page works under any sub-path, such as behind a reverse proxy or Home Assistant's ingress. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { outDir: 'dist', emptyOutDir: true, modulePreload: { polyfill: false }, reportCompressedSize: false },
});
