import { sawLine } from '../../src/contract/saw.ts';
import {
  type Answer,
  ClientError,
  createClient,
  isPrivate,
  type Offer,
  type Question,
  relaysOf,
} from '../../src/net/client/client.ts';
import { WORDS } from './words.ts';

type Language = keyof typeof WORDS;
const at = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const [form, answers, state] = [at<HTMLFormElement>('form'), at('answers'), at('state')];
const [question, expert] = [at<HTMLTextAreaElement>('question'), at<HTMLSelectElement>('expert')];
const [send, stop, forget] = [at('send') as HTMLButtonElement, at('stop'), at('forget')];
const [invite, near] = [at<HTMLTextAreaElement>('invite'), at<HTMLInputElement>('near')];
const patient = at<HTMLInputElement>('patient');
const PATIENCE_S = 12 * 3600;

/** All that this page keeps: in the memory of the tab, until it is closed. */
let language: Language = navigator.language.startsWith('de') ? 'de' : 'en';
let said: Question['messages'] = [];
let offers: { offer: Offer; nodes: number }[] = [];
let asking: AbortController | undefined;
const words = () => WORDS[language];

/** The relay that served this page, and those of an invite line. */
function client() {
  const here = { url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}` };
  const others = invite.value.trim() ? relaysOf(invite.value) : [];
  return createClient({ relays: [here, ...others], nearRelays: near.checked });
}

const TIME = { hour: '2-digit', minute: '2-digit' } as const;

function element(tag: string, className: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function speak() {
  const t = words();
  document.documentElement.lang = language;
  const texts: Record<string, string> = {
    ...{ title: t.title, intro: t.intro, 'question-label': t.question, 'expert-label': t.expert, send: t.send },
    ...{ stop: t.stop, forget: t.forget, 'seen-title': t.seenTitle, more: t.more, 'invite-label': t.invite },
    ...{ 'near-label': t.near, 'patient-label': t.patient },
  };
  for (const [id, text] of Object.entries(texts)) at(id).textContent = text;
  at('languages').ariaLabel = t.language;
  at('seen').replaceChildren(...t.seen.map((line) => element('li', '', line)));
  for (const button of at('languages').children) button.ariaPressed = String((button as HTMLElement).lang === language);
  showOffers();
  for (const tell of retell) tell();
}

/** Lines whose words change with the language, besides the fixed ones. */
const retell = new Set<() => void>();
function telling(where: HTMLElement, line: () => string) {
  const tell = () => {
    where.textContent = line();
  };
  tell();
  retell.add(tell);
}

function showOffers() {
  const chosen = expert.value;
  const options = offers.map(({ offer, nodes }) => {
    const price = offer.price ? '' : `, ${words().free}`;
    const text = `${offer.id} (${offer.topics.join(', ')}; ${words().nodes(nodes)}${price})`;
    return new Option(text, offer.id, false, offer.id === chosen);
  });
  expert.replaceChildren(new Option(words().any, ''), ...options);
  expert.value = chosen;
}

async function look() {
  telling(state, () => words().looking);
  const { nodes } = await client().find();
  const byId = new Map<string, { offer: Offer; nodes: number }>();
  for (const offer of nodes.flatMap((node) => node.experts)) {
    byId.set(offer.id, { offer, nodes: (byId.get(offer.id)?.nodes ?? 0) + 1 });
  }
  offers = [...byId.values()];
  showOffers();
  telling(state, () => words().found(offers.length));
}

function faultText(error: unknown): string {
  const { code, message, retryAfterS } = error instanceof ClientError ? error : new ClientError('', String(error));
  const again = retryAfterS ? ` ${words().retry(retryAfterS)}` : '';
  return `${words().faults[code] ?? message}${again}${code ? ` (${code})` : ''}`;
}

function meterText({ meter }: Answer): string {
  const wh = (meter.joules / 3600).toFixed(2);
  return words().meter(meter.answerTokens + meter.promptTokens, wh, meter.modelled);
}

async function ask(text: string) {
  const card = element('article', 'card', '');
  const words1 = element('p', 'text', '');
  card.append(element('p', 'question', text), words1);
  answers.append(card);
  asking = new AbortController();
  busy(true);
  telling(state, () => words().waiting);
  const messages = [...said, { role: 'user' as const, content: text }];
  try {
    const answer = await client().ask({
      ...{ messages, signal: asking.signal, ...(expert.value && { expert: expert.value }) },
      ...(patient.checked && { patienceS: PATIENCE_S }),
      onWait: (untilMs) => telling(state, () => words().sunAt(new Date(untilMs).toLocaleTimeString(language, TIME))),
      onChunk: (chunk) => words1.append(chunk),
      onRestart: () => {
        words1.textContent = '';
        telling(state, () => words().restarted);
      },
    });
    said = [...messages, { role: 'assistant', content: answer.text }];
    const saw = card.appendChild(element('p', 'saw', ''));
    telling(saw, () => `${meterText(answer)}. ${sawLine(answer.way, language)}`);
    telling(state, () => '');
  } catch (error) {
    const wasStopped = asking.signal.aborted;
    telling(state, () => (wasStopped ? words().stopped : ''));
    if (!wasStopped) telling(card.appendChild(element('p', 'refusal', '')), () => faultText(error));
  } finally {
    asking = undefined;
    busy(false);
  }
}

function busy(is: boolean) {
  send.hidden = is;
  stop.hidden = !is;
  answers.ariaBusy = String(is);
  (is ? stop : question).focus();
}

async function begin() {
  for (const each of ['en', 'de'] as const) {
    const button = element('button', '', each === 'en' ? 'English' : 'Deutsch') as HTMLButtonElement;
    button.type = 'button';
    button.lang = each;
    button.onclick = () => {
      language = each;
      speak();
    };
    at('languages').append(button);
  }
  at('near-row').hidden = !(location.hostname === 'localhost' || isPrivate(location.hostname.replace(/^\[|\]$/g, '')));
  speak();
  if (!(await canSeal())) return;
  form.onsubmit = (event) => {
    event.preventDefault();
    const text = question.value.trim();
    if (asking) return;
    if (!text) return telling(state, () => words().empty);
    question.value = '';
    void ask(text);
  };
  question.onkeydown = (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  };
  stop.onclick = () => asking?.abort();
  forget.onclick = () => {
    asking?.abort();
    said = [];
    answers.replaceChildren();
    retell.clear();
    telling(state, () => words().forgotten);
  };
  await look().catch((error) => telling(state, () => faultText(error)));
}

/** Browsers have these keys on https and on this machine only. */
async function canSeal(): Promise<boolean> {
  const able = window.isSecureContext
    ? crypto.subtle
        .generateKey('X25519', false, ['deriveBits'])
        .then(() => crypto.subtle.generateKey('Ed25519', false, ['sign']).then(() => true))
    : Promise.resolve(false);
  const can = await able.catch(() => false);
  if (can) return true;
  at('fault').hidden = false;
  telling(at('fault'), () => (window.isSecureContext ? words().old : words().insecure));
  send.disabled = true;
  return false;
}

void begin();
