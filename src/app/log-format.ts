const LEVELS: Record<number, string> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };

/** One structured log line of a child, as a person of the house reads it in the terminal. Lines that are not ours pass with their source. */
export function formatLog(name: string, line: string, timeZone: string): string {
  try {
    const { level, msg, time, err, name: _name, ...rest } = JSON.parse(line) as Record<string, unknown>;
    const clock = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'medium' }).format(Number(time));
    const extra = Object.entries(rest).map(([k, v]) => ` ${k}=${typeof v === 'string' ? v : JSON.stringify(v)}`);
    return `${clock} ${name.padEnd(7)} ${LEVELS[Number(level)] ?? ''} ${msg ?? ''}${err ? `: ${typeof err === 'string' ? err : JSON.stringify(err)}` : ''}${extra.join('')}`;
  } catch {
    return `${name}: ${line}`;
  }
}
