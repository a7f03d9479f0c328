/** Said several times a second: silence means stop. */
export interface ToCommand {
  run: boolean;
  watts: number;
}

/** Told when it starts and when it has ended: its process group, which whoever is in a hurry stops without asking. */
export interface FromCommand {
  group: number | null;
}
