/** Wishes that end by themselves, apart from their schemas: the page must not load a schema library for these names. */
export const OVERRIDE_KINDS = ['warmer', 'hot-water-once', 'quiet', 'pause-compute'] as const;
export type OverrideKind = (typeof OVERRIDE_KINDS)[number];

/** How long a button asks for, minutes, unless told otherwise. */
export const OVERRIDE_MIN: Record<OverrideKind, number> = {
  warmer: 180,
  'hot-water-once': 180,
  quiet: 120,
  'pause-compute': 120,
};
