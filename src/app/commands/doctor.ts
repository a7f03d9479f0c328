import type { SensorName } from '../../contract/points.ts';
import type { Config } from '../../core/config.ts';
import { loadConfig } from '../../core/config.ts';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import { ensurePaths, type Paths } from '../../core/paths.ts';
import type { Fault } from '../../core/strict-file.ts';
import { asTyped } from '../../core/words.ts';
import { type Board, loadBoard } from '../../hal/board.ts';
import { openWeather } from '../../hal/sim/weather/weather.ts';
import { pointsOfBoard } from '../../hal/wiring.ts';
import { checkBox, checkBrokers, checkModels, checkPeers, checkServed } from '../box-check.ts';
import { fetchState, type State, unitOf } from '../client.ts';
import { type Command, numberOption, parseCommand, print } from '../command.ts';
import { look } from '../config-look.ts';
import { findingsText } from '../findings-text.ts';
import { checkDevices, checkHardware, type Finding, fail, ok, warn } from '../hardware-check.ts';
import { openIo } from '../io-client.ts';
import { checkNotify } from '../notify-check.ts';
import { preflight, runningPid } from '../preflight.ts';

/** What only the running unit can tell: sensors, loop, broker, models. */
function checkUnit({ control, compute }: State, board: Board): Finding[] {
  if (!control) return [fail('control', 'the control loop has not reported; see the log of `npm start`')];
  const findings: Finding[] = [];
  const wired = pointsOfBoard(board).filter((p) => p.direction === 'in');
  for (const { name, note } of wired) {
    const view = control.sensors[name as SensorName];
    if (view?.quality === 'good') continue;
    findings.push(fail(name, `${view?.quality ?? 'missing'}: ${view?.reason ?? 'no value'} (wire: ${note})`));
  }
  const fresh = wired.length - findings.length;
  if (fresh > 0)
    findings.push(ok('sensors', `${fresh}${findings.length ? ` of ${wired.length}` : ''} points fresh and plausible`));
  const { p99Ms, realtime } = control.lateness;
  findings.push(
    p99Ms <= 5
      ? ok('loop', `p99 ${p99Ms.toFixed(1)} ms late`)
      : warn(
          'loop',
          `p99 ${p99Ms.toFixed(1)} ms late: something else uses the processor${realtime ? '' : '; give the service real-time priority (LimitRTPRIO=50)'}`,
        ),
  );
  findings.push(
    control.safety === 'S0'
      ? ok('safety', 'no fault')
      : fail(
          'safety',
          `${control.safety}: ${(control.reasons.find((r) => r.what !== 'unit') ?? control.reasons[0])?.text ?? ''}`,
        ),
  );
  if (control.setPoints.operation === 'observe')
    findings.push(warn('operation', `only observing, nothing heats; ${asTyped('set operation auto')} lets it drive`));
  if (!compute) return [...findings, fail('compute', 'compute has not reported; see the log of `npm start`')];
  if (compute.engine) findings.push(engineFinding(compute.engine));
  // One without a word on it was not tested: that is no fault.
  const failing = compute.experts.filter((e) => !e.passes && e.note).map((e) => e.id);
  findings.push(
    compute.experts.length === 0
      ? fail('experts', 'none found in models/; run git checkout -- models')
      : failing.length
        ? warn('experts', `${compute.experts.length} found; labelled as failing their test: ${failing.join(', ')}`)
        : ok('experts', `${compute.experts.length} found, none fails its test`),
  );
  return findings;
}

const engineFinding = ({ text, fault }: { text: string; fault?: string | undefined }): Finding =>
  fault === undefined
    ? ok('engine', text)
    : warn('engine', `${text}; left out: ${fault}: look after its driver, then start the unit anew`);

/** Counters of every device, from control itself. */
async function deviceFindings(paths: Paths, board: Board): Promise<Finding[]> {
  try {
    const io = await openIo(paths, board);
    const { health } = await io.look().finally(() => io.close());
    return checkDevices(board, health);
  } catch (error) {
    return [warn('devices', `their counters are not known: ${messageOf(error)}`)];
  }
}

async function checkRunning(paths: Paths, config: Config, board: Board): Promise<Finding[]> {
  if (runningPid(paths) !== undefined) {
    const { url, mqttPort } = unitOf(paths);
    const devices = await deviceFindings(paths, board);
    const held = `${new URL(url).port} of the page and ${mqttPort} of MQTT are held by the unit`;
    return [
      ok('unit', `runs, page at ${url}`),
      ok('ports', held),
      ...checkUnit(await fetchState(url), board),
      ...devices,
    ];
  }
  const ports = await preflight(config, paths, board.simulated).then(
    () => ok('ports', 'free'),
    (error) => fail('ports', messageOf(error)),
  );
  return [
    ports,
    warn(
      'unit',
      `not running: sensors, loop and broker are checked while it runs (\`npm start\`); ${asTyped('io read')} looks at the wires`,
    ),
  ];
}

/** What its values name; a start is not refused for it. */
function checkConfig(paths: Paths): Finding[] {
  const { file, faults } = look(paths);
  if (faults.length === 0) return [ok('config', 'sound')];
  const text = ({ line, column, message }: Fault) => `${file}:${line}:${column}: ${message}`;
  return faults.map((fault) =>
    warn(
      'config',
      `${text(fault)}; the unit heats without it; put it there or mend the line, then start the unit anew`,
    ),
  );
}

async function examine(paths: Paths, boardName: string | undefined, portBase: number | undefined): Promise<Finding[]> {
  ensurePaths(paths);
  const findings = checkBox(paths);
  try {
    const config = loadConfig(paths.home, {
      ...(boardName !== undefined && { board: boardName }),
      ...(portBase !== undefined && { portBase }),
    });
    const board = loadBoard(config.board);
    if (board.simulated) openWeather({ seed: config.sim.seed, file: config.sim.weather });
    return [
      ...findings,
      ...checkConfig(paths),
      ...checkHardware(board),
      ...(await checkModels(paths)),
      ...(await checkBrokers(paths, config)),
      ...checkNotify(paths, config, board.simulated),
      ...(await checkRunning(paths, config, board)),
      ...(await checkServed(paths, config)),
      ...(await checkPeers(paths, config, portBase)),
    ];
  } catch (error) {
    if (!(error instanceof HeatmineError)) throw error;
    return [
      ...findings,
      fail(error.code === 'BOARD_INVALID' ? 'board' : 'config', `${error.message}; ${error.remedy}`),
    ];
  }
}

async function runDoctor(args: string[]): Promise<number> {
  const { paths, json, values } = parseCommand(args, { board: { type: 'string' } });
  const findings = await examine(
    paths,
    values.board as string | undefined,
    numberOption(values['port-base'], 'port-base', 1024, 65_000),
  );
  if (json) print(JSON.stringify(findings));
  else for (const line of findingsText(findings)) print(line);
  return findings.some((f) => f.level === 'FAIL') ? 1 : 0;
}

export const doctor: Command = {
  name: 'doctor',
  about:
    'Checks node, disk, permissions, clock, configuration, buses, devices, ports, sensors, loop, models, broker, notifications and peers: OK, WARN or FAIL, each fault with its remedy. Ends with 1 where something failed.',
  usage: 'heatmine doctor [--board pi4] [--json]',
  example: 'npm run -s heatmine -- doctor',
  run: runDoctor,
};
