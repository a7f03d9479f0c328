import type { Reason } from '../contract/messages.ts';
import type { Outputs } from '../contract/points.ts';
import { type Commissioned, commissionStep, interrupted } from './commission/commission.ts';
import { COMPRESSOR_START } from './decide/compressor.ts';
import { emergencyReasons } from './decide/emergency.ts';
import { waterMayFreeze } from './decide/frost.ts';
import type { Estimates } from './estimate/points.ts';
import { gridLimits } from './grid/grid.ts';
import { operationStep } from './operation.ts';
import type { CoreState } from './state.ts';
import type { StepInput, Verdict } from './types.ts';

export interface Drive extends Pick<Verdict, 'dimming' | 'wouldBe'> {
  state: CoreState;
  outputs: Outputs;
  reasons: Reason[];
  /** The checks of commissioning have the outputs. */
  checking: boolean;
}

const SWAPPED: Reason[] = [
  {
    what: 'commission',
    code: 'sensors-swapped',
    text: 'commissioning found sensors the wrong way round: what needs them stays off; swap them and run `npm run -s heatmine -- commission --yes` again',
  },
];

const FREEZING: Reason[] = [
  {
    what: 'commission',
    code: 'water-may-freeze',
    text: 'water is near freezing: checks and hands wait until it is warm again',
  },
];

const handReasons = ({ hand, setPoints }: StepInput): Reason[] =>
  hand && setPoints.operation === 'commission'
    ? [
        {
          what: 'operation',
          code: 'hand',
          text: `driven by hand: ${Object.entries(hand)
            .map(([name, value]) => `${name} = ${value}`)
            .join(', ')}; all else is safe`,
        },
      ]
    : [];

/** From decisions to what the interlock is given: checks of commissioning, limits of the grid, who may drive at all. */
export function drive(state: CoreState, est: Estimates, wished: StepInput, realS: number): Drive {
  const { dtS, image } = wished;
  const { outputs, frost } = state.decided;
  const freezing = wished.setPoints.operation === 'commission' && waterMayFreeze(frost, est);
  const checks: Commissioned = freezing
    ? { state: interrupted(state.commission), outputs: undefined }
    : commissionStep(state.commission, est, wished, dtS, realS);
  const setPoints = freezing ? { ...wished.setPoints, operation: 'auto' as const } : wished.setPoints;
  const grid = gridLimits(state.grid, checks.outputs ?? outputs, { est, input: wished, frost: frost.heat, realS });
  const checked = checks.outputs && grid.outputs;
  const driven = operationStep(state.operation, setPoints, grid.outputs, image.actuators, checked, dtS);
  const { startAgesS, starts, cutS } = state.decided.compressor;
  // Nobody knows how others have run it: it rests first, as after a start of the program.
  const still = { compressorOn: 0, compressorPct: 0 };
  const decided = driven.takenOver
    ? {
        ...state.decided,
        compressor: { ...COMPRESSOR_START, startAgesS, starts, cutS },
        outputs: { ...state.decided.outputs, ...still },
      }
    : state.decided;
  const { coolant, water } = checks.state.swapped;
  const tuned = checks.tuning && { ...decided, coolant: { ...decided.coolant, tuning: checks.tuning } };
  return {
    state: { ...state, decided: tuned ?? decided, grid: grid.state, operation: driven.state, commission: checks.state },
    outputs: driven.takenOver ? { ...driven.outputs, ...still } : driven.outputs,
    reasons: [
      ...(freezing ? FREEZING : handReasons(wished)),
      ...driven.reasons,
      ...(coolant || water ? SWAPPED : []),
      ...emergencyReasons(state.emergency, est, wished),
      ...grid.reasons,
    ],
    dimming: grid.dimming,
    wouldBe: driven.wouldBe,
    checking: checks.outputs !== undefined,
  };
}
