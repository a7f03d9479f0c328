/** Said several times a second: silence means stop. */
export interface ToCommand {
  run: boolean;
  watts: number;
}

/** Told when it changes: its process group (negative) and the processes that have left it, which whoever is in a hurry stops without asking. */
export interface FromCommand {
  pids: number[];
}
