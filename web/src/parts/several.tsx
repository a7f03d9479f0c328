import { sawLine } from '../../../src/contract/saw.ts';
import type { Several } from '../answers.ts';
import { useWords } from '../i18n/index.ts';
import { Useful } from './costs.tsx';
import { Modelled } from './modelled.tsx';

/** As much of a key as people compare. */
const KEY_CHARS = 8;

interface Props {
  several: Several[];
  onTell: (useful: boolean, n: number) => void;
}

/** Answers to the same question that differ most, side by side: who gave each, from what it descends, how far it is from the others. */
export function SeveralView({ several, onTell }: Props) {
  const { t, f, language } = useWords();
  const percent = (share: number) => `${f.number(share * 100)} %`;
  const others = ({ n, apart }: Several) =>
    apart.flatMap((share, i) => (i + 1 === n ? [] : [`${i + 1}: ${percent(share)}`])).join(', ');
  return (
    <>
      <ol class="several">
        {several.map((one) => (
          <li key={one.n}>
            <p class="quiet who">
              {one.n}. <b>{one.expert}</b> {t.ask.ofNode(one.way.node.slice(0, KEY_CHARS))},{' '}
              {one.parents.length > 0 ? t.ask.madeFrom(one.parents.join(', ')) : t.ask.unknownDescent}
            </p>
            <p class="text">{one.text.trim()}</p>
            {one.finish === 'length' && <p class="quiet">{t.ask.cut}</p>}
            <p class="quiet">{t.ask.apart(others(one))}</p>
            <p class="warmed">
              {t.ask.warmedElsewhere(f.wattHours(one.meter.joules))}
              <Modelled when={one.meter.modelled} />
            </p>
            <p class="quiet saw">{sawLine(one.way, language)}</p>
            {one.useful && <Useful told={one.told} onTell={(useful) => onTell(useful, one.n)} />}
          </li>
        ))}
      </ol>
      {several[0] && <p class="quiet">{t.ask.severalOf(f.number(several[0].asked), f.number(several[0].of))}</p>}
    </>
  );
}
