import process from 'node:process';

/** Ends a command that takes no arguments and was given some: what is ignored would be taken for done. */
export function refuseArguments(command: string, instead: string): void {
  const [first] = process.argv.slice(2);
  if (first === undefined) return;
  console.error(`${command} takes no arguments; "${first}" is not supported. ${instead}`);
  process.exit(2);
}
