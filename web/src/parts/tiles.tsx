import type { ComponentChildren } from 'preact';
import { useWords } from '../i18n/index.ts';
import { hasTank, type Snapshot } from '../snapshot.ts';
import { Modelled } from './modelled.tsx';

/** The figures a person looks for, each with the one beside it that gives it meaning. */
export function Tiles({ snapshot }: { snapshot: Snapshot | null }) {
  const { t, f } = useWords();
  const { control, compute, plant } = snapshot ?? { control: null, compute: null, plant: null };
  const s = control?.sensors;
  const value = (name: keyof NonNullable<typeof s>) => (s?.[name]?.quality === 'good' ? s[name].value : null);
  const set = control?.setPoints;
  const energy = control?.energy;
  const meters = control?.meters;
  const price = control?.price;
  return (
    <section class="tiles" aria-label={t.tiles.title}>
      <Tile id="supply" label={t.tiles.supply} value={f.celsius(value('supplyC'))}>
        {t.tiles.return} {f.celsius(value('returnC'))}
      </Tile>
      <Tile id="buffer" label={t.tiles.buffer} value={f.celsius(value('bufferTopC'))}>
        {t.tiles.bottom} {f.celsius(value('bufferBottomC'))}
      </Tile>
      {hasTank(control) && (
        <Tile id="hotwater" label={t.tiles.hotWater} value={f.celsius(value('hotWaterC'))}>
          {t.tiles.wanted} {f.celsius(set?.hotWaterSetC, 0)}
        </Tile>
      )}
      <Tile id="coolant" label={t.tiles.coolantOut} value={f.celsius(value('accelOutC'))}>
        {t.tiles.chip} {f.celsius(value('accelChipC'), 0)}
      </Tile>
      <Tile id="outdoor" label={t.tiles.outdoor} value={f.celsius(value('outdoorC'))}>
        {t.tiles.sunShine} {plant ? `${f.number(plant.weather.solarWm2)} W/m²` : f.power(value('pvW'))}
      </Tile>
      <Tile id="cop" label={t.tiles.cop} value={f.number(meters?.copNow, 1)}>
        {t.tiles.today} {f.number(meters?.copDay || null, 2)} · {t.tiles.year} {f.number(meters?.copYear || null, 2)}
      </Tile>
      <Tile id="cost" label={t.tiles.cost} value={f.eur(meters?.costTodayEur)}>
        {t.tiles.plainPump} {f.eur(meters?.plainPumpTodayEur)}
      </Tile>
      <Tile id="price" label={t.tiles.price} value={f.cents(price?.priceEurPerKwh)} modelled={price?.modelled}>
        {t.tiles.export} {f.cents(price?.exportEurPerKwh)} · {price ? t.tiles.priceFrom[price.source] : t.tiles.noPrice}
        {price?.knownUntilMs != null && `, ${t.tiles.knownUntil} ${f.weekday(price.knownUntilMs)}`}
      </Tile>
      <Tile id="heat" label={t.tiles.heat} value={f.power(control && control.heat.condenserW + control.heat.accelW)}>
        {t.tiles.heatPump} {f.power(control?.heat.condenserW)} · {t.tiles.fromCompute} {f.power(control?.heat.accelW)} ·{' '}
        {t.tiles.soFar} {f.kwh(energy?.heatKwh)}
      </Tile>
      <Tile
        id="compute-power"
        label={t.tiles.compute}
        value={f.power(value('accelW'))}
        modelled={compute?.card.modelled}
      >
        {t.tiles.granted} {f.power(control?.grantW)}
      </Tile>
      <Tile id="answers" label={t.tiles.answers} value={f.number(compute?.answered)}>
        {f.number(compute?.queued)} {t.tiles.queued}
      </Tile>
      <Tile id="tokens" label={t.tiles.tokens} value={f.big(compute && compute.answerTokens + compute.fillerTokens)}>
        {f.number(compute?.tokensPerS)} {t.tiles.perS} · {t.tiles.filler} {f.big(compute?.fillerTokens)}
      </Tile>
    </section>
  );
}

interface TileProps {
  id: string;
  label: string;
  value: string;
  modelled?: boolean | undefined;
  children: ComponentChildren;
}

function Tile({ id, label, value, modelled, children }: TileProps) {
  return (
    <div class="tile" id={`tile-${id}`}>
      <span class="label">
        {label}
        <Modelled when={modelled} />
      </span>
      <strong>{value}</strong>
      <span class="quiet">{children}</span>
    </div>
  );
}
