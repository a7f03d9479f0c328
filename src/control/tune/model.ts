/** A process as the tuner sees it: gain, lags in series, dead time. Lags in seconds, the longest first. */
export interface ProcessModel {
  /** Change of the measurement per unit of output in the long run. */
  gain: number;
  lagsS: number[];
  delayS: number;
}

export interface Complex {
  re: number;
  im: number;
}

/** Process at the angular frequency `w`, rad/s. */
export function responseAt(model: ProcessModel, w: number): Complex {
  let magnitude = model.gain;
  let phase = -w * model.delayS;
  for (const lagS of model.lagsS) {
    magnitude /= Math.hypot(1, w * lagS);
    phase -= Math.atan(w * lagS);
  }
  return { re: magnitude * Math.cos(phase), im: magnitude * Math.sin(phase) };
}

/**
 * One lag over a step, input going from `u0` to `u1` in a straight line (the same twice for a held output): exact.
 * `keep` is exp(-dt/lag), `ramp` is (1 - keep) * lag / dt.
 */
const lagStep = (y: number, u0: number, u1: number, keep: number, ramp: number): number =>
  keep * y + (ramp - keep) * u0 + (1 - ramp) * u1;

/** A cascade of lags driven by an output that is held over each step; unit gain, without dead time. */
export function createCascade(lagsS: readonly number[], dtS: number) {
  const keep = lagsS.map((lagS) => Math.exp(-dtS / lagS));
  const ramp = lagsS.map((lagS, i) => ((1 - keep[i]!) * lagS) / dtS);
  const y = lagsS.map(() => 0);
  return {
    step(u: number): number {
      let [from, to] = [u, u];
      for (let i = 0; i < y.length; i++) {
        const before = y[i]!;
        y[i] = lagStep(before, from, to, keep[i]!, ramp[i]!);
        from = before;
        to = y[i]!;
      }
      return to;
    },
  };
}

/**
 * Response at each sample to outputs held from it to the next, from rest, unit gain: result[k] is what is measured at k*dt.
 * Dead time by straight lines between the samples, so that it need not be a multiple of dt.
 */
export function respond(
  lagsS: readonly number[],
  delayS: number,
  outputs: readonly number[],
  dtS: number,
): Float64Array {
  const cascade = createCascade(lagsS, dtS);
  const late = delayS / dtS;
  const whole = Math.floor(late);
  const part = late - whole;
  const undelayed = new Float64Array(outputs.length + 1);
  for (let k = 0; k < outputs.length; k++) undelayed[k + 1] = cascade.step(outputs[k]!);
  const result = new Float64Array(outputs.length);
  for (let k = whole; k < outputs.length; k++) {
    const before = k - whole - 1 >= 0 ? undelayed[k - whole - 1]! : 0;
    result[k] = (1 - part) * undelayed[k - whole]! + part * before;
  }
  return result;
}
