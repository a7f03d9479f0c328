import { z } from 'zod';

/** update, retained: named as Home Assistant's update entity reads it (https://www.home-assistant.io/integrations/update.mqtt/). */
export const Update = z.object({
  installed_version: z.string().max(32),
  latest_version: z.string().max(32),
  release_url: z.url().max(255).optional(),
  release_summary: z.string().max(255).optional(),
});
export type Update = z.infer<typeof Update>;
