import { randomUUID } from 'node:crypto';
import { constants, setPriority } from 'node:os';
import { type ChildContext, runChild } from '../../core/child.ts';
import { portsOf } from '../../core/config.ts';
import { HeatmineError } from '../../core/errors.ts';
import { leaseStamp } from '../../core/lease.ts';
import { openLink } from '../../core/link.ts';
import { loadBoard } from '../board.ts';
import { serveModbus } from './modbus-server.ts';
import { servePlant } from './server.ts';
import { createSimUnit, type SimUnit } from './unit.ts';

const LINES_MS = 20;
const STEP_MS = 50;
const PUBLISH_MS = 1000;
const MARKET_TTL_MS = 10_000;
/** A process that was stopped does not catch up: the house stood still with it. */
const LONGEST_STEP_S = 0.5;

/** CLOCK_MONOTONIC, the same in every process of this machine, so that a kill test can compare its own times with ours. */
const monoMs = () => Number(process.hrtime.bigint()) / 1e6;

/** Real chips do not answer late because a processor is busy. Without the permission they do, and control then says so. */
function answerInTime(): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGHEST);
  } catch {
    // EACCES or EPERM: goes on at the usual priority.
  }
}

/** The plant process: the simulated hardware of one unit. Control reaches it by socket and Modbus only; MQTT is optional. */
runChild('plant', async (context) => {
  const { config, sockets } = context;
  const board = loadBoard(config.board);
  if (!board.simulated) {
    throw new HeatmineError('BOARD_INVALID', `board ${board.name} is real hardware: there is nothing to simulate`);
  }
  answerInTime();
  const unit = createSimUnit(config, board, monoMs);
  const modbus = await serveModbus(unit.hardware, portsOf(config).plantModbus);
  const server = await servePlant(unit.hardware, sockets.plant, unit.truth);
  const wires = setInterval(() => unit.hardware.advance(), LINES_MS);
  const house = keepStepping(unit);
  const link = publish(context, unit);
  return {
    async stop() {
      clearInterval(wires);
      clearInterval(house);
      await Promise.all([link.stop(), server.close(), modbus.close()]);
    },
  };
});

function keepStepping(unit: SimUnit): NodeJS.Timeout {
  let lastMs = monoMs();
  return setInterval(() => {
    const nowMs = monoMs();
    unit.step(Math.min(LONGEST_STEP_S, (nowMs - lastMs) / 1000));
    lastMs = nowMs;
  }, STEP_MS);
}

function publish({ config, sockets, passwords, log }: ChildContext, unit: SimUnit): { stop(): Promise<void> } {
  const stamp = leaseStamp<ReturnType<SimUnit['market']>>(randomUUID(), MARKET_TTL_MS);
  const link = openLink({
    role: 'plant',
    unit: config.unit,
    url: `mqtt+unix://${sockets.broker}`,
    password: passwords.plant ?? '',
    log,
  });
  link.on('work', (work) => unit.work.take(work));
  const timer = setInterval(() => {
    link.publish('market', stamp(unit.market()));
    link.publish('plantTruth', unit.truth());
  }, PUBLISH_MS);
  return {
    stop() {
      clearInterval(timer);
      return link.close();
    },
  };
}
