/** Wishes that end by themselves, apart from their schemas: the page must not load a schema library for these names. */
export const OVERRIDE_KINDS = ['warmer', 'hot-water-once', 'quiet', 'pause-compute', 'holiday', 'screed'] as const;
export type OverrideKind = (typeof OVERRIDE_KINDS)[number];

/** Words that end several at once; `comfort` is what the presets of a thermostat begin. */
const GROUPS = { all: OVERRIDE_KINDS, comfort: ['warmer', 'quiet', 'holiday'] } as const;
export type OverrideGroup = keyof typeof GROUPS;
export const OVERRIDE_GROUPS = Object.keys(GROUPS) as [OverrideGroup, ...OverrideGroup[]];
export const isGroup = (kind: string): kind is OverrideGroup => Object.hasOwn(GROUPS, kind);
/** Those of a group, or the one itself. */
export const kindsOf = (kind: OverrideKind | OverrideGroup): readonly OverrideKind[] =>
  isGroup(kind) ? GROUPS[kind] : [kind];

/** How long a button asks for, minutes, unless told otherwise. */
export const OVERRIDE_MIN: Record<OverrideKind, number> = {
  warmer: 180,
  'hot-water-once': 180,
  quiet: 120,
  'pause-compute': 120,
  holiday: 7 * 1440,
  screed: 7 * 1440,
};

/** Kelvins, unless told otherwise, of the wishes that have any. */
export const OVERRIDE_BY_K: Partial<Record<OverrideKind, number>> = { warmer: 1.5, holiday: 4 };

const WEEK_MIN = 7 * 1440;
/** The longest that counts, minutes. */
export const OVERRIDE_MAX_MIN: Record<OverrideKind, number> = {
  warmer: WEEK_MIN,
  'hot-water-once': WEEK_MIN,
  quiet: WEEK_MIN,
  'pause-compute': WEEK_MIN,
  holiday: 60 * 1440,
  screed: WEEK_MIN,
};
