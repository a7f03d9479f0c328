import type { Reason } from '../../contract/messages.ts';

/**
 * Whether the cards are powered at all. Pure; the only place that decides it: control obeys through the lease it gets with
 * the wanted watts, and has a rule of its own only for the time that no such lease is alive.
 */
export interface GateState {
  on: boolean;
  /** Since the cards last had something to do or watts that pay; infinite until the first time. */
  idleS: number;
}

/** A start powers nothing: control was not asked yet. */
export const GATE_START: GateState = { on: false, idleS: Number.POSITIVE_INFINITY };
/** Idle watts are money, and contactors wear: off after this long without use. */
export const GATE_IDLE_S = 900;

export interface GateInput {
  dtS: number;
  /** Answered or waiting at the door; not those that wait for free watts. */
  questions: number;
  deferred: number;
  owedJ: number;
  grantW: number;
  /** Granted beyond what the cards draw idle. */
  workW: number;
  /** Part of the grant that pays even unpaid; heat of idle cards counts too. */
  paidW: number;
  /** All cards, powered without work. */
  idleW: number;
}

export interface GateVerdict {
  do: 'on' | 'gated';
  reason: Reason;
}

const minutes = (seconds: number) => Math.floor(seconds / 60);

/** On at once for work or watts that pay, off after 15 min without either. What cannot be worked on is no use. */
export function gateStep(state: GateState, input: GateInput): { state: GateState; verdict: GateVerdict } {
  const works = input.questions > 0 || (input.owedJ > 0 && input.workW > 0);
  const used = works || input.paidW > 0;
  const idleS = used ? 0 : state.idleS + Math.max(0, input.dtS);
  const on = used || (state.on && idleS < GATE_IDLE_S);
  const { code, text } = on ? whyOn(input, works, idleS) : whyGated(input, idleS);
  return {
    state: { on, idleS },
    verdict: { do: on ? 'on' : 'gated', reason: { what: 'gate', code, text } },
  };
}

function whyOn({ paidW, idleW }: GateInput, works: boolean, idleS: number) {
  if (works) return { code: 'answers', text: 'the card is on: it works on answers' };
  if (paidW > 0) return { code: 'paid', text: `the card is on: ${Math.round(paidW)} W pay even without an asker` };
  const leftMin = Math.ceil((GATE_IDLE_S - idleS) / 60);
  const text = `the card is on without work, ${Math.round(idleW)} W idle: gated off in ${leftMin} min`;
  return { code: 'idle', text };
}

function whyGated({ grantW, deferred, idleW }: GateInput, idleS: number) {
  const long = Number.isFinite(idleS) ? `for ${minutes(idleS)} min` : 'since the start';
  const off = `the card is gated off, ${Math.round(idleW)} W idle saved`;
  if (grantW <= 0) return { code: 'no_watts', text: `no watts are granted, nothing that pays ${long}: ${off}` };
  if (deferred > 0)
    return { code: 'deferred', text: `${deferred} economy questions wait for free watts, none ${long}: ${off}` };
  return { code: 'nothing_pays', text: `no question and nothing that pays ${long}: ${off}` };
}
