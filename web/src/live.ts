import { useEffect, useState } from 'preact/hooks';
import { RESYNC } from '../../src/contract/delta.ts';
import { assembler } from './assemble.ts';
import type { Snapshot } from './snapshot.ts';

export interface Live {
  snapshot: Snapshot | null;
  /** Since the last snapshot, and since the control loop's tick counter last moved (net repeats what it last heard). */
  silentS: number;
  controlSilentS: number;
}

export const STALE_S = 5;
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 15_000;

/** `live` beside the page, whatever sub-path that is. */
export function socketUrl(path: string): URL {
  const url = new URL(path, document.baseURI);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url;
}

/** Follows `live`; calls back on each state; reconnects with doubling pauses. Returns the way to end it. */
function follow(onSnapshot: (snapshot: Snapshot) => void): () => void {
  let retryMs = FIRST_RETRY_MS;
  let timer: number | undefined;
  let socket: WebSocket | undefined;
  let ended = false;
  const connect = () => {
    const opened = new WebSocket(socketUrl('live'));
    const assemble = assembler(() => opened.send(RESYNC));
    socket = opened;
    opened.onmessage = (message) => {
      const snapshot = assemble(JSON.parse(String(message.data)));
      if (!snapshot) return;
      retryMs = FIRST_RETRY_MS;
      onSnapshot(snapshot);
      if (!snapshot.tour?.over) return;
      ended = true;
      opened.close();
    };
    opened.onclose = () => {
      if (ended) return;
      // Spread, so that ten tablets do not come back in the same instant after a restart.
      timer = window.setTimeout(connect, retryMs * (0.75 + Math.random() / 2));
      retryMs = Math.min(retryMs * 2, MAX_RETRY_MS);
    };
  };
  connect();
  return () => {
    ended = true;
    window.clearTimeout(timer);
    socket?.close();
  };
}

/** The latest snapshot and how old it is; re-renders once a second. */
export function useLive(): Live {
  const [live, setLive] = useState<Live>({ snapshot: null, silentS: 0, controlSilentS: 0 });
  useEffect(() => {
    let heardMs = performance.now();
    let movedMs = heardMs;
    let tick: number | undefined;
    const age = (sinceMs: number) => (performance.now() - sinceMs) / 1000;
    const end = follow((snapshot) => {
      heardMs = performance.now();
      if (snapshot.control?.tick !== tick) movedMs = heardMs;
      tick = snapshot.control?.tick;
      setLive({ snapshot, silentS: 0, controlSilentS: age(movedMs) });
    });
    const timer = window.setInterval(() => {
      if (age(heardMs) > 2) setLive((was) => ({ ...was, silentS: age(heardMs), controlSilentS: age(movedMs) }));
    }, 1000);
    return () => {
      window.clearInterval(timer);
      end();
    };
  }, []);
  return live;
}
