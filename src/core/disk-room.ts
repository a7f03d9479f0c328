import { statfsSync } from 'node:fs';
import { HeatmineError } from './errors.ts';

/** Left free for the unit itself: state, history, logs. */
const SPARE_BYTES = 100 * 1_048_576;

const sizeText = (bytes: number) => (bytes < 1e8 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`);

/** @throws HeatmineError BUSY where `bytes` more in this directory would leave the unit too little. */
export function checkRoom(dir: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(dir);
  const freeBytes = bavail * bsize;
  if (bytes + SPARE_BYTES < freeBytes) return;
  const spare = `${sizeText(SPARE_BYTES)} stay free for the unit`;
  throw new HeatmineError('BUSY', `${dir}: ${sizeText(bytes)} are wanted, ${sizeText(freeBytes)} are free, ${spare}`);
}
