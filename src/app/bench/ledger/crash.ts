import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../../core/random.ts';
import { scan } from '../../../net/ledger/scan.ts';

export interface Outcome {
  cuts: number;
  /** How many ended before they had written all that they wanted. */
  cutShort: number;
  committed: number;
  lost: number;
  doubled: number;
  /** Acknowledged records whose content is another. */
  changed: number;
  /** Files that did not open as whole. */
  damaged: number;
}

const writer = join(import.meta.dirname, 'main.ts');
/** The writer prunes what is 30 records before its last; some of those were not acknowledged when it ended. */
const KEPT = 20;

/** The shim built, or undefined without a compiler. */
export function buildPowerCut(dir: string): string | undefined {
  const library = join(dir, 'powercut.so');
  const source = join(import.meta.dirname, 'powercut.c');
  const built = spawnSync('cc', ['-O1', '-shared', '-fPIC', '-o', library, source, '-ldl'], { encoding: 'utf8' });
  if (built.error) return undefined;
  if (built.status !== 0) throw new Error(`powercut.c: ${built.stderr}`);
  return library;
}

interface Cut {
  file: string;
  seed: number;
  env: Record<string, string>;
  most: number;
  /** SIGKILL after this many acknowledged records; left out: the shim ends it. */
  killAfter?: number;
}

/** Runs one writer to its end and tells the lines it wrote. */
function runWriter({ file, seed, env, most, killAfter }: Cut): Promise<string[]> {
  const args = ['--disable-warning=ExperimentalWarning', writer, file, String(seed), String(most)];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  let lines = 0;
  child.stdout.on('data', (data: Buffer) => {
    text += data;
    for (const byte of data) lines += byte === 10 ? 1 : 0;
    if (killAfter !== undefined && lines > killAfter) child.kill('SIGKILL');
  });
  return new Promise((resolve) => {
    // A last line without its end was under way when the process ended.
    child.once('close', () => resolve(text.split('\n').slice(0, -1)));
  });
}

/**
 * Ends writers on one file again and again, by SIGKILL or by power cuts, and looks after each whether all records that
 * were acknowledged stand there once, as they were written.
 */
export async function crashes(cuts: number, seed: number, library?: string): Promise<Outcome> {
  const dir = mkdtempSync(join(tmpdir(), 'heatmine-cuts-'));
  const file = join(dir, 'ledger');
  const random = seededRandom(seed);
  const outcome: Outcome = { cuts, cutShort: 0, committed: 0, lost: 0, doubled: 0, changed: 0, damaged: 0 };
  const known = new Map<number, string>();
  try {
    for (let i = 0; i < cuts; i++) {
      const at = 1 + Math.floor(random() ** 2 * 150);
      const shim = { LD_PRELOAD: library ?? '', HM_FILE: file, HM_AT: String(at), HM_SEED: String(seed * 1000 + i) };
      const cut = { file, seed: i, most: 120 };
      const lines = await runWriter(library ? { ...cut, env: shim } : { ...cut, env: {}, killAfter: at });
      if (lines.at(-1) !== 'closed') outcome.cutShort++;
      if (lines.some((line) => line.startsWith('damage'))) outcome.damaged++;
      for (const line of lines) {
        const [word, seq, hash] = line.split(' ');
        if (word !== 'committed') continue;
        outcome.committed++;
        known.set(Number(seq), hash!);
      }
      look(file, known, outcome);
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return outcome;
}

function look(file: string, known: Map<number, string>, outcome: Outcome): void {
  const found = new Map<number, string>();
  let bytes = Buffer.alloc(0);
  try {
    bytes = readFileSync(file);
  } catch {
    if (known.size === 0) return;
  }
  const { damage } = scan(bytes, ({ seq, payload }) => {
    if (found.has(seq)) outcome.doubled++;
    found.set(seq, createHash('sha256').update(payload).digest('hex').slice(0, 16));
  });
  if (damage && bytes.length) outcome.damaged++;
  const newest = Math.max(0, ...known.keys());
  const oldest = Math.min(...found.keys());
  for (const [seq, hash] of known) {
    // Pruned, as the writer wanted; it never prunes the last ones.
    if (seq < oldest && seq <= newest - KEPT) known.delete(seq);
    else if (!found.has(seq)) outcome.lost++;
    else if (found.get(seq) !== hash) outcome.changed++;
  }
}
