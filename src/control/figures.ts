/** Power as people are told it. */
export const kw = (watts: number): string => `${(watts / 1000).toFixed(1)} kW`;
