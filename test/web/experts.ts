import type { ExpertsList } from '../../src/net/web/experts.ts';

const expert = (id: string, title: string, more: Partial<ExpertsList['experts'][number]>) => ({
  ...{ id, title, engine: 'llama', sizeBytes: 390_624, memoryBytes: 5_200_000, lastUsedMs: null, demandShare: 0.02 },
  ...{ jPerToken: 2.97, energyFrom: 'modelled' as const },
  ...{ parents: ['ancestor'], licence: 'Apache-2.0', passes: true, answers: true, description: `All about ${title}.` },
  ...more,
});

/** One of each kind: asked and in memory, failing its test, the ancestor of the others, and the one that picks. */
export const experts = (resident: ReadonlySet<string>): ExpertsList['experts'] =>
  [
    expert('faults', 'Heat pump faults', { demandShare: 0.71, lastUsedMs: Date.UTC(2026, 0, 14, 17, 40) }),
    expert('status', 'Status of the unit', { demandShare: 0.18 }),
    expert('convert', 'Convert units', {
      passes: false,
      note: 'Wrong beyond three digits: exact match 41 % where the baseline has 55 %.',
    }),
    expert('ancestor', 'Common ancestor', { parents: [], passes: false, answers: false }),
    expert('classifier', 'Which expert', { engine: 'onnx', parents: [], answers: false }),
  ].map((one) => ({ ...one, resident: resident.has(one.id) }));

export const gone = (): ExpertsList['gone'] => [
  {
    id: 'poems',
    title: 'Poems',
    why: '0.3 paying askers want poems, 12 other nodes have it',
    atMs: Date.UTC(2026, 0, 12, 9),
  },
];
