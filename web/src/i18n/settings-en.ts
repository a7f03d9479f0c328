/** Words of the first visit, the log and the settings. */
export const settingsEn = {
  log: {
    title: 'Log',
    empty: 'Nothing has happened yet.',
    failed: (why: string) => `The log could not be read: ${why}`,
    level: { info: 'info', warn: 'warning', fault: 'fault' },
    clocks: 'This house is simulated: its events carry its own time, those of the machine the time on the wall.',
    faults: 'Faults now',
    noFault: 'No fault now.',
    events: 'What has happened',
    house: 'house',
    wall: 'wall',
  },
  commission: {
    title: 'Commissioning',
    intro:
      'The unit checks pumps, valves and sensors one after the other and heats only for that. Each output can be driven by hand; the interlock has the last word.',
    begin: 'Begin commissioning',
    end: 'End it, drive normally',
    hold: 'Drive by hand',
    letGo: 'Let go',
    now: 'now',
    result: { PASS: 'passed', FAIL: 'failed', SKIP: 'skipped' },
  },
  claim: {
    title: 'This device is new here',
    how: 'The unit shows and sets its house only for devices that have its code. This prints one on the unit:',
    code: 'Code',
    send: 'Enter',
    wrong: 'The code is wrong, used or too old. Print a new one; after a few tries wait a minute.',
  },
  backup: {
    title: 'Backup and restore',
    intro:
      'Keys, settings, ledger, history and what was learnt about this house, in one file that only the passphrase opens. Nobody can recover a forgotten passphrase.',
    passphrase: (n: string) => `Passphrase, at least ${n} characters`,
    make: 'Make a backup',
    made: 'The backup is made; your browser has it among its downloads.',
    file: 'Backup file',
    restore: 'Restore',
    staged: (n: string) =>
      `${n} files are ready and take effect at the next start of the unit; what they replace is kept.`,
  },
  settings: {
    title: 'Settings',
    failed: (why: string) => `The settings could not be read: ${why}`,
    notify: 'Told of a fault',
    notifyTo: (targets: string) => `Faults go to: ${targets}.`,
    noNotify:
      'Nobody is told of a fault. Set `notify` in config.yaml: an ntfy topic for a phone, an e-mail address or a webhook.',
    test: 'Send a test',
    delivered: 'delivered',
    config: 'Configuration in force',
    support: 'Support bundle',
    supportNote: 'for somebody who helps: state, events and a day of history, without secrets',
    level: { owner: 'This device is known as an owner.', installer: 'This device is known as an installer.' },
  },
};
