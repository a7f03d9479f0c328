import { HeatmineError } from '../../core/errors.ts';
import type { Engine, EngineName, LoadedModel, Reading } from '../engine.ts';
import { failureOf } from './failures.ts';
import type { FromEngine, Loaded, Task, ToEngine } from './messages.ts';

export interface Channel {
  send?(message: FromEngine): void;
  on(event: 'message', listener: (message: ToEngine) => void): unknown;
}

/** The engine process: does what compute says with the engines it was given. */
export function serveEngines(engines: Partial<Record<EngineName, Engine>>, channel: Channel): void {
  const models = new Map<number, LoadedModel>();
  const aborts = new Map<number, AbortController>();
  const send = (message: FromEngine) => channel.send?.(message);

  async function work(call: number, task: Task, signal: AbortSignal): Promise<unknown> {
    if (task.op === 'load') {
      const engine = engines[task.engine];
      if (!engine) throw new HeatmineError('MODEL_INVALID', `no engine "${task.engine}" here`);
      const model = await engine.load(task.spec, signal);
      if (signal.aborted) {
        await model.unload();
        throw signal.reason;
      }
      models.set(task.model, model);
      const can = (['embed', 'score', 'doubt', 'classify'] as const).filter((name) => model[name]);
      return { contextTokens: model.contextTokens, can } satisfies Loaded;
    }
    if (task.op === 'see') return (await engines.llama?.see?.()) ?? { gpu: false, why: 'its engine has no GPU' };
    const model = models.get(task.model);
    if (!model) throw new HeatmineError('BUSY', 'the model is not loaded any more');
    if (task.op === 'generate') return generate(call, model.generate(task.request, signal), send);
    if (task.op === 'count') return model.countTokens(task.prompt);
    if (task.op === 'embed') return model.embed?.(task.texts, signal);
    if (task.op === 'classify') return model.classify?.(task.text, signal);
    if (task.op === 'doubt') return model.doubt?.(task.asked, signal);
    if (task.op === 'score') return scored(model, task.line, signal, task.reading);
    models.delete(task.model);
    return model.unload();
  }

  channel.on('message', (message) => {
    if ('ping' in message) return send({ pong: true });
    if ('abort' in message)
      return aborts.get(message.abort)?.abort(new DOMException('the asker is gone', 'AbortError'));
    const { call, task } = message;
    const aborter = new AbortController();
    aborts.set(call, aborter);
    work(call, task, aborter.signal)
      .then(
        (value) => send({ call, value }),
        (error) => send({ call, failure: failureOf(error) }),
      )
      .finally(() => aborts.delete(call));
  });
}

async function generate(
  call: number,
  chunks: ReturnType<LoadedModel['generate']>,
  send: (message: FromEngine) => void,
): Promise<unknown> {
  for (let step = await chunks.next(); ; step = await chunks.next()) {
    if (step.done) return step.value;
    send({ call, chunk: step.value });
  }
}

/** With the processor time it took here: what else runs meanwhile is counted too, on the careful side. */
async function scored(model: LoadedModel, line: string, signal: AbortSignal, reading: Reading | undefined) {
  const started = process.cpuUsage();
  const score = await model.score!(line, signal, reading);
  const used = process.cpuUsage(started);
  return { ...score, cpuMs: (used.user + used.system) / 1000 };
}
