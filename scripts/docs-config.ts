// Writes docs/config.schema.json, for editors that complete config.yaml.
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { Config } from '../src/core/config.ts';

const schema = z.toJSONSchema(Config.omit({ portBase: true, speed: true }), { io: 'input' });
writeFileSync(new URL('../docs/config.schema.json', import.meta.url), `${JSON.stringify(schema, null, 2)}\n`);
