import type { Board } from '../src/hal/board.ts';
import { wiringOf } from '../src/hal/drivers/params.ts';
import { headerOf } from '../src/hal/headers.ts';
import { pointsOfBoard } from '../src/hal/wiring.ts';

const PINS = 40;
const WIDTH = 30;
/** Pins that are no GPIO. https://www.raspberrypi.com/documentation/computers/raspberry-pi.html#gpio */
const POWER: Record<number, string> = {
  1: '3.3 V',
  2: '5 V',
  4: '5 V',
  17: '3.3 V',
  27: 'HAT EEPROM',
  28: 'HAT EEPROM',
};
for (const pin of [6, 9, 14, 20, 25, 30, 34, 39]) POWER[pin] = 'GND';

/** What the board hangs on each pin of its GPIO chip's header. */
function labels(board: Board): Map<number, string> {
  const found = new Map<number, string>(Object.entries(POWER).map(([pin, text]) => [Number(pin), text]));
  const put = (chip: string, line: number, text: string) => {
    const pin = headerOf(chip)?.pins[line];
    if (pin) found.set(pin, text);
  };
  const onGpio = (params: unknown, text: string) => {
    const wiring = wiringOf(params);
    const spec = board.buses[wiring.bus];
    if (wiring.kind === 'gpio' && spec?.kind === 'gpio') put(spec.chip, wiring.line, `${text}, ${wiring.line}`);
  };
  for (const [id, spec] of Object.entries(board.buses)) {
    if (spec.kind !== 'i2c' || !spec.lines) continue;
    put(spec.lines.chip, spec.lines.sda, `${id} SDA, ${spec.lines.sda}`);
    put(spec.lines.chip, spec.lines.scl, `${id} SCL, ${spec.lines.scl}`);
  }
  onGpio(board.deadMan, 'dead-man');
  for (const point of pointsOfBoard(board)) onGpio(board.devices[point.device]!.params, point.name);
  return found;
}

/** The header as one looks at it, pin 1 at the top left, with what hangs on each pin and its line; empty without a header. */
export function headerDiagram(board: Board): string {
  const chips = Object.values(board.buses).flatMap((spec) => (spec.kind === 'gpio' ? [spec.chip] : []));
  if (!chips.some((chip) => headerOf(chip))) return '';
  const found = labels(board);
  const rows = Array.from({ length: PINS / 2 }, (_, n) => {
    const [odd, even] = [2 * n + 1, 2 * n + 2];
    const left = (found.get(odd) ?? '').padStart(WIDTH);
    return `${left} ${String(odd).padStart(3)} | ${String(even).padEnd(3)} ${found.get(even) ?? ''}`.trimEnd();
  });
  return ['Header, pin 1 at the top left; after each point its GPIO line:', '', '```', ...rows, '```'].join('\n');
}
