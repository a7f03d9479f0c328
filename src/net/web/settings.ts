import type { IncomingMessage, ServerResponse } from 'node:http';
import pkg from '../../../package.json' with { type: 'json' };
import type { Config } from '../../core/config.ts';
import type { History } from '../history/history.ts';
import { NotifyChange } from '../notify-targets.ts';
import type { Teller } from '../tell.ts';
import type { View } from '../view.ts';
import { readBody } from './body.ts';
import { parseBody } from './change.ts';
import { sendJson } from './reply.ts';
import { shownConfig, supportBundle } from './support.ts';

/** What the settings of the page show and try. */
export interface Settings {
  show(res: ServerResponse): void;
  /** Who is told of a fault, from now on; answers as `show` does. */
  setNotify(req: IncomingMessage, res: ServerResponse): Promise<void>;
  /** Sends a test notification to each target; answers with what became of each. */
  testNotify(res: ServerResponse): Promise<void>;
  support(res: ServerResponse): void;
}

const MAX_BODY_BYTES = 4096;

/** `ticksDir`: where control writes down the ticks of a fault. */
export function createSettings(
  config: Config,
  view: View,
  history: History,
  { notifier, notifyBook }: Pick<Teller, 'notifier' | 'notifyBook'>,
  ticksDir: string,
): Settings {
  const show = (res: ServerResponse) => {
    const told = { notify: notifier.targets(), notifyByPage: notifyBook.byPage() };
    sendJson(res, 200, { version: pkg.version, ...told, config: shownConfig(config) });
  };
  return {
    show,
    async setNotify(req, res) {
      notifyBook.change(parseBody(NotifyChange, (await readBody(req, MAX_BODY_BYTES)).toString('utf8')));
      show(res);
    },
    testNotify: async (res) => sendJson(res, 200, await notifier.test()),
    support(res) {
      res.setHeader('content-disposition', 'attachment; filename="heatmine-support.json"');
      sendJson(res, 200, supportBundle(config, view, history, ticksDir));
    },
  };
}
