import { LONGEST_STEP_S } from './clock.ts';
import type { Known } from './known.ts';
import { bandAt, heldValue, type Memory } from './memory.ts';
import { leastW } from './mistaken.ts';
import { FROST_ROOM_C } from './rule.ts';
import { waterFrost } from './water.ts';

/** The heat pump fails the house, or frost threatens it: the accelerator heats at any price. Plain JSON. */
export interface Emergency {
  /** Seconds at full speed without heat or power, until the pump shows life. */
  deadS: number;
  /** Seconds at full speed since the room had `fromC`. */
  triedS: number;
  fromC: number;
  /** Full speed does not hold the room, until it is back in its band. */
  inVain: boolean;
  /** Why the accelerator heats now; null: it need not. */
  why: string | null;
  frost: boolean;
}

export const EMERGENCY_START: Emergency = { deadS: 0, triedS: 0, fromC: 0, inVain: false, why: null, frost: false };

/** Longer than any pump rests or defrosts. */
const DEAD_AFTER_S = 1200;
const FULL = 0.9;
/** A heat meter may see the accelerator as well, and err. */
const METER_ERROR = 1.1;
/** A sound pump may take hours to turn a cold house, but the room does not fall that long. */
const TRIED_S = 3 * 3600;
const FAR_BELOW_K = 2;
const FALLEN_K = 0.5;
/** It ends when the room is above its lower edge, and frost is over, by this much. */
const BACK_K = 0.3;
const THAWED_K = 2;

/** What the step that ended was commanded. */
interface Commanded {
  level: number;
  accelW: number;
  dtS: number;
}

/** Heat or power of the pump itself; null: nothing tells. */
function isAlive(known: Known, memory: Memory, accelW: number): boolean | null {
  const told = (name: 'heatW' | 'compressorW') => {
    const held = memory.values[name];
    if (!held || held.ageS > 0) return null;
    // Kilowatts taken for watts, or a standby: it says nothing.
    return held.value > 0 && held.value < leastW(known) ? null : held.value;
  };
  const [heatW, powerW] = [told('heatW'), told('compressorW')];
  if (powerW !== null && powerW > 0) return true;
  if (heatW === null) return powerW === null ? null : false;
  return heatW > (known.accelHeatsHouse ? METER_ERROR * accelW : 0);
}

function deadAfter(deadS: number, alive: boolean | null, { level, dtS }: Commanded): number {
  if (alive === true && level > 0) return 0;
  return alive === false && level >= FULL ? Math.min(1e7, deadS + dtS) : deadS;
}

/** Does the room fall, far below its band, for hours of full speed? A pump known to be dead tries nothing. */
function tried(before: Emergency, roomC: number, lowC: number, { level, dtS }: Commanded) {
  const inVain = before.inVain && roomC < lowC + BACK_K;
  const tries = level >= FULL && before.deadS < DEAD_AFTER_S;
  if (!tries || before.triedS === 0) return { triedS: tries ? dtS : 0, fromC: roomC, inVain };
  const triedS = before.triedS + dtS;
  if (triedS < TRIED_S) return { triedS, fromC: before.fromC, inVain };
  const falls = roomC < lowC - FAR_BELOW_K && roomC < before.fromC - FALLEN_K;
  return { triedS: dtS, fromC: roomC, inVain: inVain || falls };
}

export function emergencyAfter(before: Emergency, known: Known, memory: Memory, ended: Commanded): Emergency {
  // One line after a gap proves little.
  const commanded = { ...ended, dtS: Math.min(ended.dtS, LONGEST_STEP_S) };
  const roomC = heldValue(memory, 'roomC');
  const { lowC } = bandAt(memory, known.comfort, 0);
  const deadS = deadAfter(before.deadS, isAlive(known, memory, commanded.accelW), commanded);
  const next = { ...before, deadS, ...(roomC !== null && tried(before, roomC, lowC, commanded)) };
  const frost = frostOf(before.frost, memory, roomC);
  return { ...next, why: frost ?? failingOf(next, roomC, lowC, known.accelHeatsHouse), frost: frost !== null };
}

function frostOf(before: boolean, memory: Memory, roomC: number | null): string | null {
  const aboveK = before ? THAWED_K : 0;
  const water = waterFrost(memory, aboveK);
  if (water) return `frost: ${water}`;
  return roomC !== null && roomC < FROST_ROOM_C + aboveK ? `frost: the room has ${roomC.toFixed(1)} °C` : null;
}

function failingOf(e: Emergency, roomC: number | null, lowC: number, helped: boolean): string | null {
  if (roomC !== null && roomC >= lowC + (e.why === null ? 0 : BACK_K)) return null;
  if (e.deadS >= DEAD_AFTER_S)
    return `the pump seems dead: ${Math.round(e.deadS / 60)} min of full speed without heat or power`;
  if (!e.inVain || roomC === null) return null;
  const help = helped ? `, help until ${(lowC + BACK_K).toFixed(1)} °C` : '';
  return `full speed did not stop the room from falling: ${roomC.toFixed(1)} °C${help}`;
}
