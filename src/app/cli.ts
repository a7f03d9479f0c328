import pkg from '../../package.json' with { type: 'json' };
import { HeatmineError, messageOf } from '../core/errors.ts';
import { didYouMean } from '../core/strict-file.ts';
import { asTyped, usageAsTyped } from '../core/words.ts';
import { type Command, print, say } from './command.ts';

/** Each command is loaded only when it is called, so that `ask` does not pay for the simulator. */
const COMMANDS: Record<string, { about: string; load: () => Promise<Command> }> = {
  run: { about: 'run the whole unit', load: () => import('./commands/run.ts').then((m) => m.run) },
  ask: { about: 'ask an expert; the answer streams', load: () => import('./commands/ask.ts').then((m) => m.ask) },
  useful: {
    about: 'tell whether the last answer of the swarm was of use (useful yes, useful no)',
    load: () => import('./commands/useful.ts').then((m) => m.useful),
  },
  peers: { about: 'other nodes that answer', load: () => import('./commands/peers.ts').then((m) => m.peers) },
  invite: {
    about: 'print a line that lets others in',
    load: () => import('./commands/invite.ts').then((m) => m.invite),
  },
  join: { about: 'join the swarm with such a line', load: () => import('./commands/join.ts').then((m) => m.join) },
  status: {
    about: 'what the unit does now (--watch)',
    load: () => import('./commands/status.ts').then((m) => m.status),
  },
  why: {
    about: 'the reasons behind it, now or --at 14:05',
    load: () => import('./commands/why.ts').then((m) => m.why),
  },
  set: { about: 'change a set-point or the mode', load: () => import('./commands/set.ts').then((m) => m.set) },
  override: {
    about: 'a wish that ends by itself: warmer, hot water once, quiet',
    load: () => import('./commands/override.ts').then((m) => m.override),
  },
  acknowledge: {
    about: 'lift a latched fault once it is mended',
    load: () => import('./commands/acknowledge.ts').then((m) => m.acknowledge),
  },
  claim: {
    about: 'let one more device see and set the house on the page',
    load: () => import('./commands/claim.ts').then((m) => m.claim),
  },
  experts: {
    about: 'the experts on this box: ls, ps, fit, pull, publish, eval, rm',
    load: () => import('./commands/experts.ts').then((m) => m.experts),
  },
  doctor: {
    about: 'check this box and say how to mend it',
    load: () => import('./commands/doctor.ts').then((m) => m.doctor),
  },
  commission: {
    about: 'check pumps, valves and sensors of a new machine',
    load: () => import('./commands/commission.ts').then((m) => m.commission),
  },
  io: {
    about: 'look at and drive single points of the board',
    load: () => import('./commands/io.ts').then((m) => m.io),
  },
  notify: {
    about: 'test who is told of a heating fault (notify test)',
    load: () => import('./commands/notify.ts').then((m) => m.notify),
  },
  'accel-host': {
    about: 'serve the accelerators of another machine',
    load: () => import('./commands/accel-host.ts').then((m) => m.accelHost),
  },
  backup: {
    about: 'write keys, configuration and what was learnt into one file',
    load: () => import('./commands/backup.ts').then((m) => m.backup),
  },
  restore: {
    about: 'put such a file back',
    load: () => import('./commands/restore.ts').then((m) => m.restore),
  },
  mqtt: {
    about: 'what goes over the broker: where it is, watch it, send to it',
    load: () => import('./commands/mqtt.ts').then((m) => m.mqtt),
  },
  config: {
    about: 'write, check or bring up to date the configuration: init, check, migrate',
    load: () => import('./commands/config.ts').then((m) => m.config),
  },
  receipts: {
    about: 'answers sold and bought, as the ledger has them',
    load: () => import('./commands/receipts.ts').then((m) => m.receipts),
  },
  earnings: {
    about: 'credits, electricity, heat value and idle, apart',
    load: () => import('./commands/earnings.ts').then((m) => m.earnings),
  },
  sim: { about: 'simulate days or a year in fast motion', load: () => import('./commands/sim.ts').then((m) => m.sim) },
  control: {
    about: 'control a foreign plant over a pipe',
    load: () => import('./commands/control.ts').then((m) => m.control),
  },
  identify: {
    about: 'learn the heat loss of this house from its records',
    load: () => import('./commands/identify.ts').then((m) => m.identify),
  },
  tour: { about: 'see it all in 90 seconds on the page', load: () => import('./commands/tour.ts').then((m) => m.tour) },
  bench: {
    about: 'measure against goals and references',
    load: () => import('./commands/bench.ts').then((m) => m.bench),
  },
};

function help(): void {
  print('HeatMine: computes with AI accelerators and heats the house with what they give off.\n');
  print(`  ${usageAsTyped('heatmine COMMAND [OPTIONS]')}\n`);
  for (const [name, { about }] of Object.entries(COMMANDS)) print(`  ${name.padEnd(11)} ${about}`);
  print(`\nEvery command takes --home DIR, --port-base N and --json; ${asTyped('COMMAND --help')} shows an example.`);
}

/** These drive a machine, whether or not anybody reads along. */
const DRIVING = ['run', 'accel-host'];

/** `| head` has read enough: that is no fault of the program. */
export function endWithReader(name = ''): void {
  const onError = ({ code }: NodeJS.ErrnoException) => {
    if (!DRIVING.includes(name)) process.exit(code === 'EPIPE' ? 0 : 2);
  };
  for (const stream of [process.stdout, process.stderr]) stream.on('error', onError);
}

/** Runs one command; resolves with the exit code. */
export async function main(argv: string[]): Promise<number> {
  const [name, ...args] = argv;
  if (name === '--version') {
    print(pkg.version);
    return 0;
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    help();
    return 0;
  }
  try {
    const entry = COMMANDS[name];
    if (!entry) {
      const meant = didYouMean(name, Object.keys(COMMANDS));
      throw new HeatmineError('USAGE', `no command "${name}"${meant ? `, did you mean "${meant}"?` : ''}`);
    }
    const command = await entry.load();
    if (args.includes('--help') || args.includes('-h')) {
      const { about, usage, example } = command;
      if (args.includes('--json')) print(JSON.stringify({ name, about, usage: usageAsTyped(usage), example }));
      else print(`${usageAsTyped(command.usage)}\n\n${command.about}\n\nExample:\n  ${command.example}`);
      return 0;
    }
    return await command.run(args);
  } catch (error) {
    const told = toldOf(error, name);
    say(`${told.code}: ${told.message}\n  -> ${told.remedy}`);
    if (args.includes('--json')) print(JSON.stringify({ error: told }));
    return 2;
  }
}

/** What a person can do something about; anything else is a fault of the program, and is thrown on with its stack. */
function toldOf(error: unknown, name: string): { code: string; message: string; remedy: string } {
  const message = messageOf(error);
  if (error instanceof HeatmineError) {
    const known = error.code === 'USAGE' && name in COMMANDS;
    const remedy = known ? `${asTyped(`${name} --help`)} shows how, with an example` : error.remedy;
    return { code: error.code, message, remedy };
  }
  // ENOENT, EACCES, ENOSPC, …: the system says no, and names what about.
  if (error instanceof Error && 'syscall' in error && 'code' in error)
    return {
      code: String(error.code),
      message: message.replace(`${error.code}: `, ''),
      remedy: 'see that it is there, that this user may use it, and that the disk is not full',
    };
  throw error;
}
