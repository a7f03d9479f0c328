import type { ControlState } from '../../contract/messages.ts';
import type { Language } from '../../contract/today-line.ts';
import type { Message } from './channels.ts';

/** When somebody is woken. Pure: what is wrong now, and what of it is news. */
export interface Trouble {
  key: string;
  text: string;
  /** It must have lasted so long: a fault that ends by itself wakes nobody. */
  holdMs: number;
}

const FAULT_HOLD_MS = 10_000;
const SILENT_HOLD_MS = 25_000;
/** The same trouble is told again after this. */
const AGAIN_MS = 6 * 3_600_000;
const WELL_MS = 60_000;
const STOPS = new Set(['S2', 'S3', 'S4']);

const WORDS = {
  en: {
    title: 'heating fault',
    well: 'the fault has ended',
    silent: 'the control loop is not heard any more; its outputs are as its dead-man left them',
    why: 'see the page, or `npm run -s heatmine -- doctor`',
  },
  de: {
    title: 'Störung der Heizung',
    well: 'die Störung ist vorbei',
    silent: 'von der Regelung ist nichts mehr zu hören; ihre Ausgänge stehen, wie die Totmannkette sie ließ',
    why: 'mehr auf der Seite oder mit `npm run -s heatmine -- doctor`',
  },
} as const;

/** What is wrong with the heating now; `null` for a control loop that is silent. */
export function troubleOf(control: ControlState | null, language: Language): Trouble | undefined {
  if (!control) return { key: 'silent', text: WORDS[language].silent, holdMs: SILENT_HOLD_MS };
  const { safety, latched, reasons } = control;
  const emergency = reasons.find((r) => r.code === 'emergency-heat');
  if (!latched && !STOPS.has(safety) && !emergency) return undefined;
  const cause = emergency ?? reasons.find((r) => r.what !== 'unit') ?? reasons[0];
  return { key: `${safety}${latched} ${cause?.code ?? ''}`, text: cause?.text ?? safety, holdMs: FAULT_HOLD_MS };
}

export interface NotifyState {
  /** What is wrong and since when. */
  trouble: { key: string; sinceMs: number } | null;
  wellSinceMs: number | null;
  /** What was told, and when last. */
  told: Record<string, number>;
  /** Something was told whose end was not. */
  open: boolean;
}

export const NOTIFY_START: NotifyState = { trouble: null, wellSinceMs: null, told: {}, open: false };

export function notifyStep(
  previous: NotifyState,
  trouble: Trouble | undefined,
  nowMs: number,
  unit: string,
  language: Language,
): { state: NotifyState; message?: Message } {
  const words = WORDS[language];
  const message = (title: string, text: string, urgent: boolean): Message => ({
    title: `HeatMine ${unit}: ${title}`,
    text,
    urgent,
  });
  if (!trouble) {
    const wellSinceMs = previous.wellSinceMs ?? nowMs;
    const state = { ...previous, trouble: null, wellSinceMs };
    if (!previous.open || nowMs - wellSinceMs < WELL_MS) return { state };
    return { state: { ...state, open: false }, message: message(words.well, words.why, false) };
  }
  const same = previous.trouble?.key === trouble.key;
  const sinceMs = same ? previous.trouble!.sinceMs : nowMs;
  const state: NotifyState = { ...previous, trouble: { key: trouble.key, sinceMs }, wellSinceMs: null };
  const toldMs = previous.told[trouble.key];
  if (nowMs - sinceMs < trouble.holdMs || (toldMs !== undefined && nowMs - toldMs < AGAIN_MS)) return { state };
  const recent = Object.entries(previous.told).filter(([, ms]) => nowMs - ms < AGAIN_MS);
  const told = { ...Object.fromEntries(recent), [trouble.key]: nowMs };
  return {
    state: { ...state, told, open: true },
    message: message(words.title, `${trouble.text}; ${words.why}`, true),
  };
}
