/** How a command is typed. HeatMine is no program on PATH: npm brings the Node that it runs on. */
const PREFIX = 'npm run -s heatmine --';

/** `status` as people type it, in backticks, for a sentence. */
export const asTyped = (command: string): string => `\`${PREFIX} ${command}\``;

/** A usage text whose lines begin with `heatmine`, as people type it. */
export const usageAsTyped = (usage: string): string => usage.replaceAll(/^( *)heatmine\b/gm, `$1${PREFIX}`);
