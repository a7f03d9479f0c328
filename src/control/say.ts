import type { ControlState, Reason } from '../contract/messages.ts';
import type { Outputs } from '../contract/points.ts';
import { commissionView } from './commission/commission.ts';
import { compressorWaits } from './decide/decide.ts';
import type { Estimates } from './estimate/points.ts';
import { plannedAccelW } from './estimate.ts';
import { kw } from './figures.ts';
import { computing, WORKING_W } from './say-computing.ts';
import type { CoreState } from './state.ts';
import type { StepInput } from './types.ts';

type Action = ControlState['action'];

const deg = (c: number) => `${c.toFixed(1)} °C`;

export function actionOf(
  state: CoreState,
  outputs: Outputs,
  heat: ControlState['heat'],
  stops: boolean,
  mode: StepInput['setPoints']['mode'],
): Action {
  if (stops) return 'fault';
  if (state.decided.defrost.on && outputs.compressorOn > 0) return 'defrosting';
  if (outputs.hotWaterOn > 0 && (outputs.compressorOn > 0 || heat.accelW > WORKING_W)) return 'hotWater';
  if (outputs.compressorOn > 0) return outputs.coolingOn > 0 ? 'cooling' : 'heating';
  if (outputs.backupHeaterOn > 0 || heat.accelW > 300) return 'heating';
  return mode === 'off' && !state.decided.frost.pump ? 'off' : 'idle';
}

const pumps = (watts: number) => (watts > WORKING_W ? `heat pump ${kw(watts)}` : 'heat pump starting');

/** What heats the house besides the heat pump. */
function besidePump(outputs: Outputs, heat: ControlState['heat'], est: Estimates): string[] {
  const measured = [est.supplyC, est.condenserOutC, est.heatFlowLpm].every(({ quality }) => quality !== 'lost');
  // What nobody can measure in the water is what the card draws, unless it goes outdoors.
  const accelW = measured ? heat.accelW : outputs.rejectOn > 0 ? 0 : plannedAccelW(est);
  return [
    ...(accelW > WORKING_W ? [`accelerator ${kw(accelW)}`] : []),
    ...(outputs.backupHeaterOn > 0 ? ['backup heater'] : []),
  ];
}

/** What still heats while nothing is wanted has no target; what is warm enough is not on its way to one. */
function bufferText(topC: number, setC: number): string {
  if (setC === 0) return `buffer ${deg(topC)}`;
  const isOver = deg(topC) !== deg(setC) && topC > setC;
  return isOver ? `buffer ${deg(topC)} (wanted ${deg(setC)})` : `buffer ${deg(topC)} of ${deg(setC)}`;
}

function unit(
  action: Action,
  state: CoreState,
  est: Estimates,
  { house: { startsPerDay }, setPoints: { roomSetC }, hand }: StepInput,
  outputs: Outputs,
  heat: ControlState['heat'],
): string {
  const running = hand ? undefined : commissionView(state.commission)?.running;
  if (state.operation.drives === 'commission' && action !== 'fault')
    return `Commissioning: ${running ?? 'driven by hand'}`;
  const { plan } = state.plan;
  const target = bufferText(est.bufferTopC.value, plan.supplySetC);
  const waits = compressorWaits(state.decided, startsPerDay);
  switch (action) {
    case 'defrosting':
      return `Defrosting the outdoor unit with ${kw(Math.max(0, -heat.condenserW))} from the water`;
    case 'hotWater':
      return `Hot water ${deg(est.hotWaterC.value)}, charging the tank`;
    case 'cooling':
      return `Cooling: room ${deg(est.roomC.value)}, compressor ${outputs.compressorPct.toFixed(0)} %`;
    case 'heating': {
      const pump = outputs.compressorOn > 0 ? [pumps(heat.condenserW - (heat.storedW ?? 0))] : [];
      return `Heating: ${target}, ${[...pump, ...besidePump(outputs, heat, est)].join(' + ')}`;
    }
    case 'off':
      return 'Off: only frost protection';
    case 'fault': {
      const others = besidePump(outputs, heat, est).join(' + ');
      return others ? `Heat pump stopped, heating with ${others}` : 'Stopped';
    }
    default:
      if (state.decided.frost.pump) return 'Frost protection: water moves';
      if (plan.mode === 'cooling') {
        const room = deg(est.roomC.value);
        if (est.roomC.value <= roomSetC) return `Idle: room ${room} needs no cooling`;
        const warm = `room ${room} of ${deg(roomSetC)}`;
        const waterC = est.bufferTopC.value;
        const cooled = waterC < roomSetC ? `water of ${deg(waterC)} cools it` : '';
        const why = waits ?? cooled;
        return `Idle: ${warm}${why ? `, ${why}` : ''}`;
      }
      if (plan.supplySetC === 0) return `Idle: room ${deg(est.roomC.value)} needs no heat`;
      return `Idle: ${target}${waits && est.bufferTopC.value < plan.supplySetC - 2.5 ? `, ${waits}` : ''}`;
  }
}

const BLIND =
  'no temperature sensor answers; check power and wires of the board, or on the board sim the process of the simulated house';
const STARTING = 'Starting: the sensors are asked for the first time';
/** No device needs longer for its first answer. */
const FIRST_ANSWER_S = 5;
const blind = (est: Estimates) =>
  (['supplyC', 'returnC', 'dischargeC', 'accelInC', 'accelOutC'] as const).every(
    (name) => est[name].quality === 'lost',
  );

/** The one line that tells people what the unit does and why. */
export function headline(
  action: Action,
  state: CoreState,
  est: Estimates,
  input: StepInput,
  outputs: Outputs,
  heat: ControlState['heat'],
  faults: readonly Reason[],
): Reason {
  const { ready, waitedS } = state.interlock;
  const first = faults[0];
  const asks = blind(est) || first?.code === 'starting';
  if (action === 'fault' && !ready && waitedS < FIRST_ANSWER_S && asks)
    return { what: 'unit', code: action, text: STARTING };
  const doing = unit(action, state, est, input, outputs, heat);
  const cause = blind(est) ? BLIND : first?.text;
  const text =
    action === 'fault' && cause ? `${doing}: ${cause}` : `${doing}; ${computing(state, est, input, outputs)}.`;
  return { what: 'unit', code: action, text: text.slice(0, 400) };
}
