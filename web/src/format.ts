import { unitOf } from '../../src/contract/units.ts';

const NONE = '–';
type Value = number | null | undefined;

/**
 * Numbers and times as the reader of a language writes them; null and undefined become a dash, never a zero. Times are
 * those of `timeZone`, left out: of this device.
 */
export function formatFor(tag: 'en' | 'de', timeZone?: string) {
  // Day before month and 24 hours for both.
  const language = tag === 'en' ? 'en-GB' : 'de-DE';
  const cache = new Map<number, Intl.NumberFormat>();
  const digits = (value: number, decimals: number): string => {
    let format = cache.get(decimals);
    if (!format) {
      format = new Intl.NumberFormat(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
      cache.set(decimals, format);
    }
    // A rounded minus zero would read "-0.0".
    const rounded = Number(value.toFixed(decimals));
    return format.format(rounded === 0 ? 0 : rounded).replace('-', '\u2212');
  };
  const number = (value: Value, decimals = 0): string => (value == null ? NONE : digits(value, decimals));
  const clock = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, { timeZone, ...options });
  const time = clock({ hour: '2-digit', minute: '2-digit' });
  const dateTime = clock({ dateStyle: 'short', timeStyle: 'medium' });
  const day = clock({ weekday: 'short', day: 'numeric' });
  const weekday = clock({ weekday: 'short', hour: '2-digit', minute: '2-digit' });
  const isoDate = new Intl.DateTimeFormat('sv-SE', { timeZone });

  return {
    number,
    celsius: (value: Value, decimals = 1) => (value == null ? NONE : `${digits(value, decimals)}\u00a0°C`),
    /** Watts up to 999, kilowatts beyond: the eye compares widths, the number stays short. */
    power: (value: Value) => {
      if (value == null) return NONE;
      return Math.abs(value) < 1000 ? `${digits(value, 0)}\u00a0W` : `${digits(value / 1000, 1)}\u00a0kW`;
    },
    kwh: (value: Value) => (value == null ? NONE : `${digits(value, Math.abs(value) < 10 ? 2 : 1)}\u00a0kWh`),
    cents: (eurPerKwh: Value) => (eurPerKwh == null ? NONE : `${digits(eurPerKwh * 100, 1)}\u00a0ct/kWh`),
    eur: (value: Value) => (value == null ? NONE : `${digits(value, 2)}\u00a0€`),
    wattHours: (joules: number) => `${digits(joules / 3600, joules >= 36_000 ? 1 : joules >= 36 ? 2 : 4)}\u00a0Wh`,
    big: (value: Value) =>
      value == null
        ? NONE
        : new Intl.NumberFormat(tag, { notation: 'compact', maximumFractionDigits: 1 }).format(value),
    size: (bytes: number) => {
      if (bytes < 1e6) return `${digits(bytes / 1e3, 0)}\u00a0kB`;
      return bytes < 1e9 ? `${digits(bytes / 1e6, 1)}\u00a0MB` : `${digits(bytes / 1e9, 2)}\u00a0GB`;
    },
    /** Seconds, minutes, hours or days, whichever a person would say. */
    duration: (seconds: number) => {
      const told = (value: number, unit: string) =>
        `${digits(value, Number.isInteger(Math.round(value * 10) / 10) ? 0 : 1)}\u00a0${unit}`;
      if (seconds < 90) return `${digits(seconds, 0)}\u00a0s`;
      if (seconds < 5400) return `${digits(seconds / 60, 0)}\u00a0min`;
      return seconds < 72 * 3600 ? told(seconds / 3600, 'h') : told(seconds / 86_400, 'd');
    },
    /** By the unit that the name ends in. */
    point: (name: string, value: Value) => {
      const unit = unitOf(name);
      if (value == null) return NONE;
      return `${digits(value, unit?.decimals ?? 0)}${unit?.symbol ? `\u00a0${unit.symbol}` : ''}`;
    },
    time: (ms: number) => time.format(ms),
    dateTime: (ms: number) => dateTime.format(ms),
    day: (ms: number) => day.format(ms),
    weekday: (ms: number) => weekday.format(ms),
    /** 2026-01-14, for the name of a file. */
    isoDate: (ms: number) => isoDate.format(ms),
  };
}
