import { serveEngines } from '../../../../compute/engine-child/serve.ts';
import { createEchoEngine } from '../../../../compute/engines/echo.ts';

/** An engine process without weights: what is left is the cost of our own path. */
process.on('disconnect', () => process.exit(0));
serveEngines({ llama: createEchoEngine() }, process as never);
