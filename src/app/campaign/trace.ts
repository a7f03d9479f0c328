import { openScene } from './approach.ts';
import type { Finding } from './campaign.ts';
import type { Injected } from './faults.ts';
import { runWindow } from './window.ts';
import type { Moment } from './world.ts';

const LAST_TICKS = 8;
const EVERY_S = 5;
const LEAD_S = 25;

const n1 = (x: number) => x.toFixed(1);

/** One moment in one line: what control orders, and the plant's truth. */
function lineOf(s: number, m: Moment): string {
  const { commanded: o, plant: p } = m;
  return [
    `${n1(s).padStart(7)} s`,
    m.verdict?.safety ?? '-',
    `comp ${o.compressorOn}/${n1(o.compressorPct)} % share ${p.compressorShare.toFixed(2)}`,
    `valve ${o.coolingOn}`,
    `accel ${o.accelSupplyOn}/${o.accelCapW.toFixed(0)} W draws ${p.accelW.toFixed(0)}`,
    `flow ${n1(p.accelFlowLpm)} ${n1(p.heatFlowLpm)}`,
    `chip ${n1(p.chipC)} out ${n1(p.coolantOutC[0]!)}`,
    `water ${n1(p.returnC)} ${n1(p.condenserC)} ${n1(p.supplyC)}`,
    `gas ${n1(p.dischargeC)}`,
    `backup ${o.backupHeaterOn} hw ${o.hotWaterOn} reject ${o.rejectOn}`,
  ].join(' | ');
}

const faultLine = ({ kind, fromS, untilS, broken }: Injected) =>
  `  ${kind} from ${n1(fromS)} s ${Number.isFinite(untilS) ? `to ${n1(untilS)} s` : 'on'} ${JSON.stringify(broken)}`;

/** What a finding is told with: how to run it again, what was broken, and the last moments before the rule broke. */
export function storyOf(finding: Finding): string {
  const { seed, scene, cell, violation, preface, faults } = finding;
  const head = [
    `VIOLATION ${violation.rule}: ${violation.text}`,
    `  ${cell.mode}/${cell.phase}, ${n1(violation.s)} s; again: npm run -s sim -- --campaign --seed ${seed} --scene ${scene} --cases 12`,
    ...[...preface, ...faults].map(faultLine),
  ];
  if (finding.window < 0) return head.join('\n');
  const lines: string[] = [];
  const watch = (s: number, m: Moment) => {
    const close = violation.s - s;
    if (close <= LAST_TICKS * 0.1 || (close <= LEAD_S && Math.round(s * 10) % (EVERY_S * 10) === 0)) {
      lines.push(lineOf(s, m));
    }
  };
  const opened = openScene(cell, seed, scene);
  if (!opened) return head.join('\n');
  const { reached } = opened;
  const { world } = opened.scene;
  const all = [...preface, ...faults];
  runWindow({ from: reached.moment, world, faults: all, seed: finding.windowSeed, lengthS: violation.s, watch });
  return [...head, ...lines].join('\n');
}
