import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Snapshot } from '../../contract/snapshot.ts';
import type { InBoth, Tour } from '../../contract/tour.ts';
import type { Log } from '../../core/log.ts';
import { openHistory } from '../../net/history/history.ts';
import { sampleOf } from '../../net/history/series.ts';
import { openToday } from '../../net/today.ts';
import { type Moment, openScene } from './play.ts';
import { SCENES, type Scene, THE_END } from './scenes.ts';
import { serveTour } from './serve.ts';

const FRAME_MS = 200;
/** Nobody opens the page for so long: nobody will. */
export const OPENED_WITHIN_MIN = 15;
/** The last words stay before the address goes away. */
const LINGER_S = 8;

/** A frame plays no more than this, or a slow machine would owe ever more of the house and leave the page without news. */
const MOST_A_FRAME_S = 0.5;

/** How far the tour is after a frame that came `sinceS` after the one before. Pure. */
export const onward = (atS: number, sinceS: number): number => atS + Math.min(sinceS, MOST_A_FRAME_S);

/** What is being played `seconds` after the start. */
export interface Place {
  index: number;
  sceneS: number;
  played: number;
  over: boolean;
}

/** Where a tour of `lastsS` is after `atS`. Pure. */
export function placeAt(atS: number, lastsS: number): Place {
  const played = Math.min(1, atS / lastsS);
  let from = 0;
  for (const [index, scene] of SCENES.entries()) {
    const last = index === SCENES.length - 1;
    if (played < from + scene.share || last) {
      const sceneS = Math.min(1, (played - from) / scene.share) * scene.playS;
      return { index, sceneS, played, over: played >= 1 };
    }
    from += scene.share;
  }
  throw new RangeError('a tour without scenes');
}

export const captionAt = ({ captions }: Scene, sceneS: number): InBoth =>
  captions.findLast(([fromS]) => fromS <= sceneS)![1];

export interface TourOptions {
  lastsS: number;
  port: number;
  log: Log;
  /** The page is at this address; the tour begins with the first visit. */
  ready(url: string): void;
  /** A new caption. */
  tell(tour: Tour, at: { houseTimeMs: number }): void;
  /** Every step of the house. */
  seen?(scene: Scene['id'], sceneS: number, moment: Moment): void;
  /** Ends the wait for a visit, and the tour. */
  signal: AbortSignal;
  lingerS?: number;
  openedWithinMin?: number;
}

/** Serves the page, plays every scene once a page is open, and ends. False: nobody opened it. */
export async function runTour(options: TourOptions): Promise<boolean> {
  const { lastsS, log, signal, lingerS = LINGER_S, openedWithinMin = OPENED_WITHIN_MIN } = options;
  const dir = mkdtempSync(join(tmpdir(), 'heatmine-tour-'));
  const history = openHistory(join(dir, 'history.db'), log);
  const today = openToday(join(dir, 'today.json'), 'en', log);
  const scenes = SCENES.map(openScene);
  const { timeZone } = scenes[0]!;
  let snapshot: Snapshot = { control: null, compute: null, plant: null, prices: null, today: null, timeZone };
  const play = (place: Place) => {
    const { id } = SCENES[place.index]!;
    scenes[place.index]!.to(place.sceneS, (moment) => {
      const { control, compute } = moment.state;
      history.sample(control.houseTimeMs, true, sampleOf(control, compute));
      history.tell(control.houseTimeMs, control.reasons);
      for (const event of moment.events) history.event(event);
      snapshot = { ...moment.state, today: today.seen(control, compute) ?? snapshot.today };
      options.seen?.(id, place.sceneS, moment);
    });
  };
  let told = '';
  let index = 0;
  const show = (atS: number) => {
    const place = placeAt(atS, lastsS);
    // What a late frame has left of the chapter before belongs to it still.
    for (; index < place.index; index++) frame({ ...place, index, sceneS: SCENES[index]!.playS, over: false });
    frame(place);
    return place.over;
  };
  const frame = (place: Place) => {
    play(place);
    const tour = tourOf(place, lastsS);
    const control = snapshot.control && { ...snapshot.control, speed: tour.speed };
    snapshot = { ...snapshot, control, tour };
    if (control && tour.caption.en !== told) options.tell(tour, control);
    told = tour.caption.en;
    history.flush();
  };
  show(0);
  const distDir = fileURLToPath(new URL('../../../web/dist', import.meta.url));
  const server = await serveTour({ port: options.port, distDir, snapshot: () => snapshot, history, log });
  try {
    options.ready(server.url);
    if (!(await visited(server.opened, signal, openedWithinMin))) return false;
    let atS = 0;
    let beforeMs = performance.now();
    while (!signal.aborted && !show(atS)) {
      await pause(FRAME_MS, signal);
      const nowMs = performance.now();
      atS = onward(atS, (nowMs - beforeMs) / 1000);
      beforeMs = nowMs;
    }
    await pause(lingerS * 1000, signal);
    return true;
  } finally {
    await server.close();
    history.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

function tourOf({ index, sceneS, played, over }: Place, lastsS: number): Tour {
  const scene = SCENES[index]!;
  return {
    chapter: index + 1,
    chapters: SCENES.length,
    title: scene.title,
    caption: over ? THE_END : captionAt(scene, sceneS),
    speed: Math.round(scene.playS / (scene.share * lastsS)),
    played,
    over,
  };
}

/** Whether somebody has come, within the time. */
async function visited(opened: Promise<void>, signal: AbortSignal, withinMin: number): Promise<boolean> {
  const over = new AbortController();
  const waited = setTimeout(withinMin * 60_000, false, { signal: AbortSignal.any([signal, over.signal]) });
  const come = await Promise.race([opened.then(() => true), waited.catch(() => false)]);
  over.abort();
  return come;
}

/** Ends early, and without a word, when the signal says so. */
const pause = (ms: number, signal: AbortSignal) => setTimeout(ms, undefined, { signal }).catch(() => {});
