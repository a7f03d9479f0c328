/** Merging: what comes out is sound and tells its parents; refusals, and that a break leaves nothing. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openGguf } from '../../../src/compute/gguf.ts';
import { mergeSteps } from '../../../src/compute/merge/merge.ts';
import { planMerge } from '../../../src/compute/merge/plan.ts';
import { HeatmineError } from '../../../src/core/errors.ts';
import { type GgufSpec, smallSpec, writeGguf } from '../gguf-writer.ts';
import { inDir, merge, randomFile, recipe, WIDE } from './random-files.ts';

const refusal = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    assert.instance(error, HeatmineError);
    return (error as HeatmineError).message;
  }
  return 'not refused';
};

test(
  'what comes out is a sound GGUF with its lineage; other formats and orders of tensors are read',
  inDir((dir, random) => {
    const a = randomFile(dir, 'a', [8, 2, 0], random);
    const b = randomFile(dir, 'b', [1, 30, 0], random);
    const gguf = openGguf(merge(dir, [a, b], recipe({ weights: [1, 1] }), undefined, 'child'));
    assert.is(gguf.info.name, 'child');
    assert.is(gguf.metadata.get('general.base_model.count')?.value, 2);
    assert.is(gguf.metadata.get('general.base_model.1.name')?.value, b);
    assert.is(gguf.metadata.get('llama.context_length')?.value, 128);
    assert.equal(
      gguf.tensors.map(({ type }) => type),
      [8, 2, 0],
      'in the formats of the first',
    );
    gguf.close();
    const twice = openGguf(merge(dir, [join(dir, 'child'), a], recipe({ weights: [1, 1] }), undefined, 'grandchild'));
    assert.is(twice.info.name, 'grandchild');
    twice.close();
  }),
);

test(
  'what cannot be merged is refused with the reason, and leaves nothing',
  inDir((dir, random) => {
    const a = randomFile(dir, 'a', [8, 0, 0], random);
    const written = (name: string, change: (spec: GgufSpec) => void) => {
      const spec = smallSpec();
      spec.tensors.splice(1, 0, { name: 'blk.0.ffn_up.weight', dims: [32, 2100], type: 0, bytes: WIDE * 4 });
      change(spec);
      const file = join(dir, name);
      writeFileSync(file, writeGguf(spec));
      return file;
    };
    const cases: [string, (spec: GgufSpec) => void, RegExp][] = [
      [
        'tokens',
        (s) => (s.metadata[5] = ['tokenizer.ggml.tokens', { texts: ['<unk>', '<s>', '</s>', 'b'] }]),
        /another tokenizer .*tokens/,
      ],
      ['rope', (s) => (s.metadata[2] = ['llama.rope.freq_base', { f32: 5000 }]), /other sizes .*rope/],
      ['arch', (s) => (s.metadata[0] = ['general.architecture', { text: 'qwen2' }]), /architecture qwen2/],
      ['fewer', (s) => s.tensors.pop(), /2 tensors/],
      ['named', (s) => (s.tensors[2]!.name = 'other.weight'), /no tensor output_norm/],
      ['shape', (s) => Object.assign(s.tensors[1]!, { dims: [64, 1050] }), /64 x 1050/],
      [
        'quants',
        (s) => Object.assign(s.tensors[1]!, { dims: [32, 2100], type: 7, bytes: (WIDE / 32) * 24 }),
        /Q5_1; only F32.*take the F16/,
      ],
    ];
    for (const [name, change, want] of cases) {
      const text = refusal(() => planMerge([a, written(name, change)]));
      assert.match(text, want);
      assert.match(text, name, 'it names the file');
    }
    const cut = join(dir, 'cut');
    writeFileSync(cut, readFileSync(a).subarray(0, 5000));
    assert.match(
      refusal(() => planMerge([a, cut])),
      /more bytes than the file has/,
    );
    const before = readdirSync(dir).length;
    const infinite = readFileSync(a);
    infinite.writeFloatLE(Number.POSITIVE_INFINITY, infinite.length - 64);
    writeFileSync(join(dir, 'infinite'), infinite);
    assert.match(
      refusal(() => merge(dir, [a, join(dir, 'infinite')], recipe({ weights: [1, 1] }))),
      /is Infinity/,
    );
    assert.match(
      refusal(() => merge(dir, [a, a], recipe({ method: 'task', weights: [1, 1] }))),
      /ancestor/,
    );
    const far = recipe({ method: 'task', weights: [1e38, 1e38] });
    const ancestor = randomFile(dir, 'z', [8, 0, 0], random);
    assert.match(
      refusal(() => merge(dir, [a, a], far, ancestor)),
      /does not fit/,
    );
    assert.is(readdirSync(dir).length, before + 2, 'the two files made here, and nothing of a merge');
  }),
);

test(
  'left in the middle, nothing is left over',
  inDir((dir, random) => {
    const [a, b] = ['a', 'b'].map((name) => randomFile(dir, name, [8, 0, 0], random)) as [string, string];
    const plan = planMerge([a, b]);
    const job = { plan, recipe: recipe({ weights: [1, 2] }), lineage: { name: 'c', parents: [a, b], recipe: '{}' } };
    const steps = mergeSteps({ ...job, out: join(dir, 'left') });
    const { value } = steps.next();
    assert.ok('done' in value && value.done > 0 && value.done < value.total);
    assert.ok(existsSync(join(dir, 'left.part')));
    steps.return(undefined as never);
    assert.equal(readdirSync(dir).sort(), ['a', 'b']);
    plan.close();
  }),
);

test.run();
