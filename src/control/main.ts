import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Event, Grant, SetPoints } from '../contract/messages.ts';
import type { Image } from '../contract/points.ts';
import { type ChildContext, runChild } from '../core/child.ts';
import { systemClock } from '../core/clock.ts';
import { portsOf } from '../core/config.ts';
import { messageOf } from '../core/errors.ts';
import { leaseStamp } from '../core/lease.ts';
import { type Link, openLink } from '../core/link.ts';
import { pathsOf } from '../core/paths.ts';
import { type Board, loadBoard } from '../hal/board.ts';
import { openLinuxBuses } from '../hal/buses/linux.ts';
import { simSocket } from '../hal/buses/sim-socket.ts';
import { type Hal, openHal } from '../hal/hal.ts';
import { type IoServer, type IoView, serveIo } from '../hal/io-server.ts';
import type { BusBackend } from '../hal/types.ts';
import { openDimmingLog } from './dimlog.ts';
import { type ControlLoop, startLoop, tryRealtime } from './loop.ts';
import { restoredState, storedOf } from './persist.ts';
import { aheadTeller } from './price/tell.ts';
import { createQuota } from './quota.ts';
import { changesBetween, controlStateOf, grantOf } from './report.ts';
import { firstSetPoints } from './setpoints.ts';
import { createStore, loadStore } from './store.ts';
import { openTickLog, type TickLog } from './ticks.ts';
import type { Verdict } from './types.ts';
import { listenForWishes, type Wishes } from './wishes.ts';

const PUBLISH_MS = 1000;
/** Out of step with the bursts that leave each second. */
const AHEAD_MS = 1370;
const GRANT_TTL_MS = 3000;
const { monoMs, wallMs } = systemClock;
/** A board without a battery clock starts in the past until the network tells it the time. */
const NO_CLOCK_BEFORE_MS = Date.UTC(2025, 0, 1);
const trustedWallMs = () => (wallMs() > NO_CLOCK_BEFORE_MS ? wallMs() : undefined);

function openBuses({ config, sockets }: ChildContext, board: Board): BusBackend {
  if (board.backend === 'linux') return openLinuxBuses(board, monoMs);
  return simSocket({ path: sockets.plant, modbusPort: portsOf(config).plantModbus, monoMs });
}

/** What is handed to `step` once, and the time if anybody can be trusted to know it. */
const newsOf = (wishes: Wishes, nowMs: number) => ({
  commands: wishes.takeCommands(),
  acknowledge: wishes.takeAcknowledge(),
  timeMs: wishes.timeMs(nowMs),
});

const REASONS_TO_SHOW = 8;

/** The installer's door. It shows what control itself sees and orders; a door that cannot be opened costs no heat. */
async function openIo(
  context: ChildContext,
  hal: Hal,
  report: Reporter,
  wishes: Wishes,
): Promise<IoServer | undefined> {
  const view = (): IoView | undefined => {
    const latest = report.latest();
    if (!latest) return undefined;
    const { image, verdict } = latest;
    const reasons = verdict.reasons.slice(0, REASONS_TO_SHOW).map((r) => r.text);
    const { atMs, sensors, actuators } = image;
    return { atMs, sensors, ordered: verdict.outputs, confirmed: actuators, reasons, health: hal.health() };
  };
  const commissioning = () => wishes.current(monoMs()).setPoints.operation === 'commission';
  return serveIo({ path: pathsOf(context.home).io, view, commissioning, monoMs }).catch((error): undefined => {
    context.log.warn({ err: messageOf(error) }, 'heatmine io is not served');
  });
}

type Note = (level: Event['level'], code: string, text: string) => void;

function wishesOf({ config }: ChildContext, link: Link, board: Board, start: SetPoints, note: Note): Wishes {
  const told = (s: SetPoints, by: string) =>
    `${by} set mode ${s.mode}, room ${s.roomSetC} °C, hot water ${s.hotWaterSetC} °C, computing ${s.computeOn ? 'on' : 'off'} at ${s.computeValueEurPerKwh} EUR/kWh, operation ${s.operation}`;
  return listenForWishes({
    link,
    start,
    speed: config.speed,
    tariff: config.tariff,
    monoMs,
    wallMs: () => (board.simulated ? undefined : trustedWallMs()),
    onChange: (s, by) => note('info', 'set', told(s, by)),
    onRefused: (why) => note('warn', 'set-refused', why),
  });
}

type Reporter = ReturnType<typeof reporter>;

/** Everything that leaves over MQTT. Losing the broker loses this and nothing else. */
function reporter(context: ChildContext, board: Board, link: Link, wishes: Wishes, ticks: TickLog) {
  const { config, log } = context;
  const stamp = leaseStamp<Grant>(randomUUID(), GRANT_TTL_MS);
  let before: Verdict | undefined;
  let latest: { image: Image; verdict: Verdict } | undefined;
  let asked = false;
  const quota = createQuota();
  const timeMs = () => wishes.timeMs(monoMs()) ?? wallMs();
  const houseClock = () => board.simulated && wishes.houseClock(monoMs());
  const tell = (given: Event) => {
    const said = quota(given, monoMs());
    if (!said) return;
    const event = houseClock() ? { ...said, houseClock: true } : said;
    log[event.level === 'info' ? 'info' : 'warn']({ code: event.code }, event.text);
    link.publish('controlEvent', event);
    if (event.level === 'fault') ticks.fault(event.text, event.timeMs);
  };
  return {
    timeMs,
    latest: () => latest,
    note(level: Event['level'], code: string, text: string) {
      tell({ timeMs: timeMs(), level, source: 'control', code, text: text.slice(0, 400) });
    },
    tick(image: Image, verdict: Verdict) {
      ticks.add(image, verdict);
      for (const event of changesBetween(before, verdict, timeMs())) tell(event);
      const urgent = before !== undefined && verdict.grantW < before.grantW / 2;
      latest = { image, verdict };
      before = verdict;
      if (urgent) link.publish('grant', stamp(grantOf(verdict)));
    },
    /** A person has changed something: the answer need not wait for the next second. */
    isAsked() {
      asked = true;
    },
    takeAsked() {
      const was = asked;
      asked = false;
      return was;
    },
    /** Each second, and after the tick that a person's change went into. */
    state(loop: ControlLoop, realtime: boolean) {
      if (!latest) return;
      const { image, verdict } = latest;
      const { setPoints } = wishes.current(monoMs());
      const lateness = { ...loop.lateness(), realtime };
      const unit = { board: board.name, simulated: board.simulated, speed: config.speed };
      link.publish('grant', stamp(grantOf(verdict)));
      // Last: aedes drops a retained message for its subscribers when another message of the same burst overtakes it.
      link.publish(
        'controlState',
        controlStateOf({ image, verdict, setPoints, houseTimeMs: timeMs(), ...unit, lateness }),
      );
    },
  };
}

/** The control process: board, HAL, loop; the broker is a listener and may be missing. */
runChild('control', async (context) => {
  const { config, home, sockets, passwords, log } = context;
  const { house, grid, speed } = config;
  const board = loadBoard(config.board);
  const buses = openBuses(context, board);
  const hal = await openHal({ board, buses, monoMs });
  const file = join(pathsOf(home).state, 'state.json');
  const loaded = loadStore(file);
  const url = `mqtt+unix://${sockets.broker}`;
  const link = openLink({ role: 'control', unit: config.unit, url, password: passwords.control ?? '', log });
  const wishes = wishesOf(context, link, board, firstSetPoints(loaded, board.simulated), (...event) => {
    report.isAsked();
    report.note(...event);
  });
  const ticks = openTickLog(pathsOf(home).ticks, (text) => report.note('warn', 'ticks', text), { monoMs });
  const report = reporter(context, board, link, wishes, ticks);
  const dimmings = openDimmingLog(join(pathsOf(home).home, 'dimming.jsonl'), wallMs(), (text) =>
    report.note('warn', 'dimming-log', text),
  );
  const store = createStore(file, (text) => report.note('warn', 'store', text));
  if (loaded.problem) report.note('warn', 'store', loaded.problem);
  hal.onTrip(({ sensor, dropped }) => {
    if (dropped.length > 0) report.note('fault', 'trip', `${sensor} opened; ${dropped.join(', ')} dropped at once`);
  });
  const io = await openIo(context, hal, report, wishes);
  let realtime = false;
  const loop = startLoop({
    hal,
    monoMs,
    speed,
    start: restoredState(house, loaded.stored),
    inputs(nowMs) {
      const news = newsOf(wishes, nowMs);
      if (news.commands.length > 0 || news.acknowledge) report.isAsked();
      return { ...wishes.current(nowMs), ...news, house, grid, hand: io?.hand(nowMs) };
    },
    onTick(image, verdict, state) {
      report.tick(image, verdict);
      if (report.takeAsked()) setImmediate(() => report.state(loop, realtime));
      if (verdict.dimming) dimmings.add({ ...verdict.dimming, timeMs: report.timeMs() });
      store.offer(storedOf(wishes.current(image.atMs).setPoints, state), image.atMs);
    },
    onStarve: (why) => report.note('fault', 'dead-man', `the dead-man is not fed: ${why}`),
    onFail: context.fail,
  });
  void tryRealtime(process.pid).then((granted) => {
    realtime = granted;
    log.info(
      { realtime },
      granted ? 'real-time priority obtained' : 'no real-time priority: ticks may be late under load',
    );
  });
  const publishing = setInterval(() => report.state(loop, realtime), PUBLISH_MS);
  const ahead = setInterval(
    aheadTeller(link, () => wishes.prices(monoMs())),
    AHEAD_MS,
  );
  return {
    async stop() {
      loop.stop();
      clearInterval(publishing);
      clearInterval(ahead);
      await io?.close();
      await hal.close();
      await store.flush();
      await dimmings.flush();
      await ticks.close();
      await Promise.allSettled([link.close(), buses.close()]);
    },
  };
});
