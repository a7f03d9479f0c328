/**
 * How each command that the documents or a `--help` show is tried. What is not listed here fails `docs-commands.test.ts`; benches take
 * minutes and tests run by themselves: of these only the names are checked.
 */
export type Rule =
  /** Ends by itself, with one of these codes (0 unless said), having printed this; `as`: shortened, to be quick. */
  | { how: 'run'; out: RegExp; exits?: number[]; as?: string }
  /** As `run`, but one after the other in the order of this table: it changes the unit. */
  | { how: 'change'; out: RegExp; exits?: number[] }
  /** Goes on for ever or for long: printed this, then stopped. */
  | { how: 'begin'; out: RegExp }
  | { how: 'exempt'; why: string };

const elsewhere = (test: string): Rule => ({ how: 'exempt', why: `run by test/${test}` });
const CI = { how: 'exempt', why: '.ci/run does exactly this' } as const;

/** Pages that a test of their own follows from the first to the last line. */
export const OWN_TEST: Record<string, string> = { 'docs/adding-hardware.md': 'hal/adding-hardware.test.ts' };

/** By what is typed after `npm run -s heatmine --`; the other npm scripts by their whole line. */
export const RULES: Record<string, Rule> = {
  'npm ci': CI,
  'npm test': CI,
  'npm run check': CI,
  'npm run docs': CI,
  'npm run fix': { how: 'exempt', why: 'writes into the repository; CI runs the same without writing' },
  'npm start': { how: 'exempt', why: 'the unit of this test is one, built page apart' },
  'npm run train': { how: 'exempt', why: 'takes half an hour and writes the experts that ship' },
  'npm run train -- --only faults': { how: 'exempt', why: 'takes minutes and writes an expert that ships' },
  'npm run train -- --eval': {
    how: 'exempt',
    why: 'writes into the repository; test/models/experts.test.ts measures the same',
  },
  'npm run train -- --quick': elsewhere('models/train.test.ts'),
  'npm run train -- --docs': { how: 'exempt', why: 'writes into the repository; CI finds stale pages' },
  'run --speed 60': { how: 'exempt', why: 'the unit of this test runs so' },
  'ask "why is my flow too low?"': { how: 'run', out: /\w{3}/ },
  ask: { how: 'run', out: /ask what\?/, exits: [2] },
  'status --watch': { how: 'begin', out: /safety S\d/ },
  status: { how: 'run', out: /mode .*safety S\d/, exits: [0, 1] },
  why: { how: 'run', out: /unit/ },
  // A simulated house that has just begun may keep nothing of that time.
  'why --at 14:05': { how: 'run', out: /as of \d{4}-\d\d-|no reasons are kept of that time/, exits: [0, 2] },
  'why --ticks': { how: 'run', out: /no fault has been written down yet|:\d\d [A-Z]+: / },
  acknowledge: { how: 'run', out: /nothing is latched/ },
  doctor: { how: 'run', out: /OK +node/, exits: [0, 1] },
  'doctor --home /var/lib/heatmine': { how: 'change', out: /OK +config/, exits: [0, 1] },
  'experts evolve': { how: 'run', out: /evolution is on/ },
  'experts fit model.gguf --vram 24,24': elsewhere('app/experts.test.ts'),
  'accel-host nvidia-smi --listen tcp://192.168.1.9:9410 --token-file /etc/heatmine/token':
    elsewhere('app/accel-host.test.ts'),
  'experts ls': { how: 'run', out: /faults/ },
  'experts publish DIR': elsewhere('app/experts.test.ts'),
  'experts merge faults convert --method ties --out both': elsewhere('app/merge.test.ts'),
  'experts pull NAME': elsewhere('app/swarm-weights.test.ts'),
  'experts pull hf:OWNER/REPO:FILE | https://… | FILE': elsewhere('app/experts.test.ts'),
  'io list': { how: 'run', out: /gasOk/ },
  // 1 where a point is not good: at a start sensors come one by one.
  io: { how: 'run', out: /gasOk|io list/, exits: [0, 1, 2] },
  'io watch gasOk': { how: 'begin', out: /gasOk/ },
  identify: { how: 'run', out: /days|hours/, exits: [0, 1, 2] },
  'identify --days 28': { how: 'run', out: /reading the last 28 days/, exits: [0, 1, 2] },
  'identify --csv house.csv': elsewhere('app/identify.test.ts'),
  'control --plant stdio --house house.json': elsewhere('control/foreign'),
  'sim --days 7 --seed 1': { how: 'run', as: 'sim --days 0.2 --seed 1', out: /violations +none/ },
  tour: { how: 'begin', out: /Open http/ },
  '--version': { how: 'run', out: /^\d+\.\d+\.\d+/ },
  'notify test': elsewhere('app/notify.test.ts'),
  invite: { how: 'run', out: /swarm\.join is off/, exits: [1, 2] },
  'join heatmine:1:eyJiIjpb…': { how: 'run', out: /is no whole invite line/, exits: [2] },
  'join LINE': elsewhere('app/swarm-commands.test.ts'),
  'join --serve': elsewhere('app/join-serve.test.ts'),
  peers: { how: 'run', out: /No other node answers/, exits: [1] },
  'experts search --topic heating --max-price 0': elsewhere('app/experts-search.test.ts'),
  'ask --dissent 3 "…"': elsewhere('app/experts-search.test.ts'),
  'ask --swarm --direct "…"': elsewhere('app/swarm-commands.test.ts'),
  'ask --swarm --expert faults "…"': elsewhere('app/swarm-commands.test.ts'),
  'ask --swarm --quote --max-price N "…"': elsewhere('net/swarm/pay/paid.test.ts'),
  'useful yes': elsewhere('net/swarm/useful/useful.test.ts'),
  receipts: elsewhere('net/swarm/pay/paid.test.ts'),
  'receipts --side earned --csv': { how: 'run', out: /^seq,side,hourUtc/ },
  earnings: elsewhere('net/swarm/pay/paid.test.ts'),
  'backup house.heatmine': elsewhere('app/backup.test.ts'),
  'restore house.heatmine': elsewhere('app/backup.test.ts'),
  claim: { how: 'run', out: /It works once/ },
  'sim --campaign --seed N [--cases M | --minutes K]': elsewhere('app/campaign.test.ts'),
  'config init --home /var/lib/heatmine': { how: 'change', out: /wrote .*config\.yaml/ },
  'config check --home /var/lib/heatmine': { how: 'change', out: /sound/ },
  mqtt: { how: 'run', out: /broker .*user home/ },
  'mqtt send zone \'{"zone": "living", "temperatureC": 20.8}\'': { how: 'run', out: /zone/ },
  'mqtt watch': { how: 'begin', out: /control\/state/ },
  'config init': elsewhere('app/config-init.test.ts'),
  'config check': { how: 'run', out: /sound/ },
  'config migrate': elsewhere('app/config-migrate.test.ts'),
  'set roomSetC 21.5': { how: 'change', out: /roomSetC is 21.5/ },
  'override warmer --for 3h': { how: 'change', out: /warmer/ },
  'override holiday --for 12d': { how: 'change', out: /holiday, 4 K of set-back for 12 d/ },
  'override end': { how: 'change', out: /none in force/ },
  'set operation observe': { how: 'change', out: /operation is observe/ },
  'set operation auto': { how: 'change', out: /operation is auto/ },
  'set operation commission': { how: 'change', out: /operation is commission/ },
  'io pulse hotWaterOn --for 2': { how: 'change', out: /hotWaterOn/ },
  'commission --yes': { how: 'begin', out: /checking: / },
  commission: { how: 'run', out: /say --yes/, exits: [2] },
};
