import type { Finding } from './hardware-check.ts';

const ORDER: Finding['level'][] = ['FAIL', 'WARN', 'OK'];
/** More warnings than this at once are told by their names. */
const MOST_WARNINGS = 6;

const line = ({ level, what, text }: Finding) => `${level.padEnd(4)} ${what.padEnd(16)} ${text}`;

/** What people read of all that was looked at: what fails first, many warnings shortened, and at the end what matters. */
export function findingsText(findings: readonly Finding[]): string[] {
  const of = (level: Finding['level']) => findings.filter((f) => f.level === level);
  const warnings = of('WARN');
  const few = warnings.length <= MOST_WARNINGS ? warnings : warnings.slice(0, MOST_WARNINGS - 1);
  const rest = warnings.slice(few.length);
  const more = `${rest.length} warnings more: ${rest.map((f) => f.what).join(', ')}; --json tells all`;
  const lines = ORDER.flatMap((level) => (level === 'WARN' ? few : of(level)).map(line));
  const ending = [
    ...(of('FAIL').length > 0
      ? [`${of('FAIL').length} failed: mend what stands first, the unit is not sound without it`]
      : []),
    ...(warnings.length > 0 ? [`${warnings.length} to look at: the unit heats all the same`] : []),
  ];
  if (rest.length > 0)
    lines.splice(of('FAIL').length + few.length, 0, line({ level: 'WARN', what: 'more', text: more }));
  return [...lines, ...ending];
}
