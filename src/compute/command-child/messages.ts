/** Said several times a second: silence means stop. */
export interface ToCommand {
  run: boolean;
  watts: number;
}
