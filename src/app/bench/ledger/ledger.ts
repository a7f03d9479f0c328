import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench, Figure } from '../table.ts';
import { buildPowerCut, crashes, type Outcome } from './crash.ts';

function figuresOf(name: string, { committed, lost, doubled, changed, damaged }: Outcome): Figure[] {
  const wrong = { lost, doubled, changed, 'files not whole': damaged };
  return [
    { figure: `${name}: acknowledged`, value: committed, unit: 'records', goal: '> 0', met: committed > 0 },
    ...Object.entries(wrong).map(([what, value]) => ({
      figure: `${name}: ${what}`,
      value,
      unit: '',
      goal: '0',
      met: value === 0,
    })),
  ];
}

export const ledger: Bench = {
  name: 'ledger',
  about:
    '1,000 SIGKILLs and 1,000 power cuts of a ledger that is written as fast as it can: what was acknowledged stays',
  async run({ quick, seed }) {
    const times = quick ? 50 : 1000;
    const dir = mkdtempSync(join(tmpdir(), 'heatmine-shim-'));
    try {
      const library = buildPowerCut(dir);
      if (!library) throw new Error('power cuts need a C compiler (Debian: gcc, libc6-dev)');
      return [
        ...figuresOf(`${times} x SIGKILL`, await crashes(times, seed)),
        ...figuresOf(`${times} power cuts`, await crashes(times, seed, library)),
      ];
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
};
