import { POINTS_DE } from '../../contract/points-de.ts';

/** German names of the entities that are no points; the points have theirs in the contract. */
const NAMES_DE: Record<string, string> = {
  condenserW: 'Wärme vom Kondensator',
  accelHeatW: 'Wärme vom Rechner',
  rejectedW: 'abgeführte Wärme',
  grantW: 'zugeteilte Rechnerleistung',
  heatNeedW: 'Wärmebedarf',
  heatKwh: 'Wärme ins Haus',
  accelHeatKwh: 'Wärme aus dem Rechnen',
  compressorKwh: 'Strom des Verdichters',
  accelKwh: 'Strom des Rechners',
  cop: 'Arbeitszahl',
  copNow: 'Arbeitszahl jetzt',
  copDay: 'Arbeitszahl heute',
  copYear: 'Arbeitszahl dieses Jahr',
  costTodayEur: 'Kosten heute',
  plainPumpTodayEur: 'reine Wärmepumpe hätte heute gekostet',
  costEur: 'Kosten der Anlage',
  plainPumpEur: 'reine Wärmepumpe hätte gekostet',
  priceEurPerKwh: 'Strompreis',
  compressorRuns: 'Verdichter läuft',
  defrosting: 'Abtauen',
  waterFlows: 'Wasser fließt',
  fault: 'Störung',
  latched: 'wartet auf einen Menschen',
  event: 'Ereignis',
  reason: 'Warum',
  today: 'Heute',
  observed: 'was das Beobachten zeigt',
  safety: 'Sicherheitszustand',
  action: 'Tätigkeit',
  overrides: 'Sonderwünsche',
  loopLateMs: 'Verspätung der Regelung, p99',
  answered: 'beantwortete Fragen',
  answerTokens: 'beantwortete Token',
  tokensPerS: 'Tempo',
  computeReason: 'Rechnen: warum',
  waterHeater: 'Warmwasser',
  computeValueEurPerKwh: 'Wert des Rechnens',
  computeOn: 'Rechnen',
  observeOnly: 'nur beobachten',
  warmer3h: '3 h wärmer',
  hotWaterOnce: 'einmal Warmwasser',
  quiet2h: '2 h leise',
  pauseCompute2h: '2 h nicht rechnen',
  endOverrides: 'alle Sonderwünsche beenden',
};

export function germanNameOf(key: string): string {
  const name = NAMES_DE[key] ?? POINTS_DE[key as keyof typeof POINTS_DE];
  if (name === undefined) throw new Error(`no German name for the entity ${key}: add it to ${import.meta.filename}`);
  return name;
}
