import { SetPoints } from '../../contract/messages.ts';

/** What entities send: a SetCommand or an OverrideCommand as JSON. */
export const BY = 'home-assistant';

/** A SetCommand with Home Assistant's own template around the value. */
export const setTemplate = (name: keyof SetPoints, valueTemplate: string) =>
  `{"name":"${name}","value":${valueTemplate},"by":"${BY}"}`;
export const overridePayload = (kind: string, forMin: number) => JSON.stringify({ kind, forMin, by: BY });

export const bounds = (name: 'roomSetC' | 'hotWaterSetC' | 'computeValueEurPerKwh') => {
  const { minValue, maxValue } = SetPoints.shape[name];
  if (minValue === null || maxValue === null) throw new Error(`${name} has no bounds`);
  return { min: minValue, max: maxValue };
};
