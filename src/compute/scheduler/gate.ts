import type { Reason } from '../../contract/messages.ts';

/**
 * Whether the cards are powered at all. Pure; the only place that decides it: control obeys through the lease it gets with
 * the wanted watts, and has a rule of its own only for the time that no such lease is alive.
 */
export interface GateState {
  on: boolean;
  /** Since the cards last had something to do or watts that pay; infinite until the first time. */
  idleS: number;
  /** Since they last worked for somebody who asked, likewise. */
  askedS: number;
}

/** A start powers nothing: control was not asked yet. */
export const GATE_START: GateState = {
  on: false,
  idleS: Number.POSITIVE_INFINITY,
  askedS: Number.POSITIVE_INFINITY,
};
/** Idle watts are money, and contactors wear: off after this long without use. */
export const GATE_IDLE_S = 900;
/** Who asked may ask again, and would wait for the cards; unpaid work waits for nobody, and what ended it stays for a while. */
export const GATE_UNASKED_S = 120;

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

/** Seconds until the cards are gated off if nothing comes. */
const leftS = ({ idleS, askedS }: Pick<GateState, 'idleS' | 'askedS'>): number =>
  Math.max(GATE_UNASKED_S - idleS, GATE_IDLE_S - askedS);

/**
 * On at once for work or watts that pay; off 15 min after the last question, or 2 min after the last watts that paid where
 * nobody had asked meanwhile. What cannot be worked on is no use.
 */
export function gateStep(state: GateState, input: GateInput): { state: GateState; verdict: GateVerdict } {
  const works = input.questions > 0 || (input.owedJ > 0 && input.workW > 0);
  const used = works || input.paidW > 0;
  const dtS = Math.max(0, input.dtS);
  const idleS = used ? 0 : state.idleS + dtS;
  const askedS = input.questions > 0 ? 0 : state.askedS + dtS;
  const waitS = leftS({ idleS, askedS });
  const on = used || (state.on && waitS > 0);
  const { code, text } = on ? whyOn(input, works, waitS) : whyGated(input, idleS);
  return {
    state: { on, idleS, askedS },
    verdict: { do: on ? 'on' : 'gated', reason: { what: 'gate', code, text } },
  };
}

function whyOn({ paidW, idleW }: GateInput, works: boolean, waitS: number) {
  if (works) return { code: 'answers', text: 'the card is on: it works on answers' };
  if (paidW > 0) return { code: 'paid', text: `the card is on: ${Math.round(paidW)} W pay even without an asker` };
  const leftMin = Math.ceil(waitS / 60);
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
