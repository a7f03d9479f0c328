import { type Outputs, SAFE_OUTPUTS } from '../../src/contract/points.ts';
import { loadBoard } from '../../src/hal/board.ts';
import { type Hal, openHal } from '../../src/hal/hal.ts';
import { type FakeBuses, fakeBuses } from './fake-buses.ts';
import { loopMs } from './patience.ts';

export const RUNNING: Outputs = {
  ...SAFE_OUTPUTS,
  compressorOn: 1,
  compressorPct: 50,
  accelSupplyOn: 1,
  accelCapW: 600,
  accelPumpPct: 40,
  rejectOn: 0,
};

/** The HAL of the reference board on fake buses, by the time that this process has had. */
export async function withHal(
  body: (hal: Hal, buses: FakeBuses) => Promise<void>,
  before?: (buses: FakeBuses) => void,
) {
  const buses = fakeBuses();
  before?.(buses);
  const hal = await openHal({ board: loadBoard('sim'), buses, monoMs: loopMs });
  try {
    await body(hal, buses);
  } finally {
    await hal.close();
  }
}
