import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SwarmConfig } from '../../../src/core/swarm-config.ts';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import { takeOffered } from '../../../src/net/swarm/offer.ts';
import { topicsIn } from '../../../src/net/swarm/topics.ts';
import { SERVE } from './swarm.ts';

test('what an expert says of its topics, in the words of the taxonomy', () => {
  const cases: [string[], string[]][] = [
    [['heating/units'], ['units']],
    [['heatpump/pumps'], ['general']],
    [
      ['units', 'heating/faults', 'garden/units'],
      ['heating', 'units'],
    ],
    [['general/heating', 'heatings'], ['heating']],
    [[], ['general']],
  ];
  for (const [own, topics] of cases) assert.equal(topicsIn(own), topics, own.join());
});

test('an expert of the owner is offered under its own topics and parents, one that ships under those it is known for', () => {
  const said = { topics: ['units'], languages: [], parents: ['faults'] };
  const self = {
    ...{ identity: freshIdentity(), urls: [], till: undefined, compute: {}, offered: new Set<string>(), experts: [] },
    config: SwarmConfig.parse({ join: true, serve: { ...SERVE, experts: ['mine', 'faults', 'unsigned'] } }),
    weights: { offered: () => [], said: (id: string) => (id === 'unsigned' ? undefined : said) },
  };
  takeOffered(self);
  assert.equal(
    self.experts.map(({ id, topics, parents }) => ({ id, topics, parents })),
    [
      { id: 'mine', topics: ['units'], parents: ['faults'] },
      { id: 'faults', topics: ['heating'], parents: ['ancestor'] },
      { id: 'unsigned', topics: ['general'], parents: undefined },
    ],
  );
});

test.run();
