import type { ServerResponse } from 'node:http';
import pkg from '../../../package.json' with { type: 'json' };
import type { Config } from '../../core/config.ts';
import type { History } from '../history/history.ts';
import type { Notifier } from '../notify.ts';
import type { View } from '../view.ts';
import { sendJson } from './reply.ts';
import { shownConfig, supportBundle } from './support.ts';

/** What the settings of the page show and try. */
export interface Settings {
  show(res: ServerResponse): void;
  /** Sends a test notification to each target; answers with what became of each. */
  testNotify(res: ServerResponse): Promise<void>;
  support(res: ServerResponse): void;
}

/** `ticksDir`: where control writes down the ticks of a fault. */
export function createSettings(
  config: Config,
  view: View,
  history: History,
  notifier: Notifier,
  ticksDir: string,
): Settings {
  return {
    show: (res) =>
      sendJson(res, 200, { version: pkg.version, notify: notifier.targets(), config: shownConfig(config) }),
    testNotify: async (res) => sendJson(res, 200, await notifier.test()),
    support(res) {
      res.setHeader('content-disposition', 'attachment; filename="heatmine-support.json"');
      sendJson(res, 200, supportBundle(config, view, history, ticksDir));
    },
  };
}
