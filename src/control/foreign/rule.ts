import { loadShare, loadW } from '../decide/curve.ts';
import { type Daily, most } from '../learn/daily.ts';
import { clamp } from '../physics.ts';
import type { Known } from './known.ts';
import { bandAt, type Memory, outdoorNow } from './memory.ts';

/**
 * The plain rule: on below the band's lower edge, off a little above it, in between at the speed that the house should
 * need. It runs until the models have earned trust, and whenever they lose it.
 */

const ON_ABOVE_LOW_K = 0.15;
const OFF_ABOVE_LOW_K = 0.6;
export const AMPLE_K = 0.25;
/** Middle of the plain rule's band. */
const HELD_ABOVE_LOW_K = 0.35;
/** Speed for each kelvin below it, where full speed warms the room by this much in a quarter of an hour; less where by more. */
const SPEED_PER_K = 1;
const USUAL_RISE_K = 2;
const LEAST_SPEED_PER_K = 0.3;
/** Frost protection of the building, as in the unit's own interlock: at any price. */
export const FROST_ROOM_C = 6;
/** A set-back is worth nothing to a rule that cannot tell how long warming up takes: the highest edge of the day counts. */
const LOOK_AHEAD_S = 24 * 3600;
/** Below this share of its design load a house is warmed up within these hours by any pump. */
const MILD_SHARE = 0.1;
const MILD_AHEAD_S = 3 * 3600;
export interface Wish {
  /** 0..1. */
  level: number;
  /** The room is well above its lower edge: there is time for experiments. */
  ample: boolean;
  reason: string;
}

/** Highest lower edge of the next `aheadS`, as told, else as it usually was, else as people want it. */
function highestEdge(known: Known, memory: Memory, low: Daily, t: number, aheadS: number): number {
  const now = bandAt(memory, known.comfort, 0);
  // An hour never seen may be a morning: the edge that people usually want, as far as the band of now allows it.
  const unseenC = Math.max(now.lowC, Math.min(known.comfort.lowC, now.highC - OFF_ABOVE_LOW_K));
  let edgeC = now.lowC;
  for (let inS = 1800; inS <= aheadS; inS += 1800) {
    const laterC = bandAt(memory, known.comfort, inS).lowC;
    edgeC = Math.max(edgeC, inS <= memory.toldS ? laterC : (most(low, t + inS) ?? unseenC));
  }
  return edgeC;
}

/** The edge to hold: the highest of the next day, in mild weather of the next hours only, as people and sun may do the rest. */
export function edgeOf(known: Known, memory: Memory, low: Daily, t: number): number {
  const dayC = highestEdge(known, memory, low, t, LOOK_AHEAD_S);
  const outdoorC = outdoorNow(memory);
  const mild = outdoorC !== null && loadShare(known.house, dayC, outdoorC) < MILD_SHARE;
  return mild ? highestEdge(known, memory, low, t, MILD_AHEAD_S) : dayC;
}

/** Full speed from well below the edge; else what holds the room, so that a strong pump does not shoot over. */
function speedOf(known: Known, memory: Memory, edgeC: number, { roomC, riseK }: RuleNow): number {
  const outdoorC = outdoorNow(memory);
  if (known.onOff || outdoorC === null) return 1;
  const needed = loadW(known.house, edgeC, outdoorC) / known.pumpHeatW;
  const perK = clamp((SPEED_PER_K * USUAL_RISE_K) / riseK, LEAST_SPEED_PER_K, SPEED_PER_K);
  return clamp(needed + perK * (edgeC + HELD_ABOVE_LOW_K - roomC), Math.max(0.01, known.minModulation), 1);
}

export interface RuleNow {
  on: boolean;
  t: number;
  roomC: number;
  /** K by which a quarter of an hour at full speed warms air and emitter. */
  riseK: number;
}

/** `low`: the lower edges seen so far by hour, for plants that do not tell what comes. */
export function ruleWish(known: Known, memory: Memory, low: Daily, now: RuleNow): Wish {
  const { on, t, roomC } = now;
  if (roomC < FROST_ROOM_C)
    return { level: 1, ample: false, reason: `frost protection: the room has ${roomC.toFixed(1)} °C` };
  const edgeC = edgeOf(known, memory, low, t);
  const { highC } = bandAt(memory, known.comfort, 0);
  const offC = Math.min(edgeC + OFF_ABOVE_LOW_K, Math.max(edgeC + 0.2, highC - 0.2));
  const runs = roomC < edgeC + ON_ABOVE_LOW_K || (on && roomC <= offC);
  return {
    level: runs ? speedOf(known, memory, edgeC, now) : 0,
    ample: roomC > edgeC + AMPLE_K,
    reason: `plain rule: room ${roomC.toFixed(2)} °C, on below ${(edgeC + ON_ABOVE_LOW_K).toFixed(2)}, off above ${offC.toFixed(2)}`,
  };
}
