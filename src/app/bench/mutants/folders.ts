/** What is mutated, below src/control. */
export const FOLDERS: readonly string[] = ['interlock', 'decide'];
