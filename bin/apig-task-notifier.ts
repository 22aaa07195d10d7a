import process from 'node:process';

/** What the package's second command runs; each module reads its own arguments. */
const COMMANDS = {
  start: () => import('./local.ts'),
  demo: () => import('./demo.ts'),
  simulator: () => import('./simulator.ts'),
  doctor: () => import('./doctor.ts'),
  backup: () => import('./backup.ts'),
  key: () => import('./key.ts'),
};

const USAGE = `apig-task-notifier COMMAND

  start      the service on this machine, until Ctrl-C; settings are environment variables
  demo       everything once, on this machine, in a minute
  simulator  the stand-in for Huawei Cloud alone
  doctor     checks a deployment, or the service on this machine: doctor --local
  backup     a consistent copy of DATA_DIR while the service runs: backup FOLDER
  key        makes an API key: key --name ci-orders --scopes start,read

The client is another command: apig-tasks --help`;

const LEAST_NODE = 24;

async function main(): Promise<void> {
  const [name = ''] = process.argv.splice(2, 1);
  if (name === '--help' || name === '-h') return console.log(USAGE);
  if (!Object.hasOwn(COMMANDS, name)) return giveUp(`${name ? `"${name}" is not a command.\n\n` : ''}${USAGE}`);
  // Before any other module is read: an older Node could not even parse them.
  if (Number.parseInt(process.versions.node, 10) < LEAST_NODE) return giveUp(tooOld());
  await COMMANDS[name as keyof typeof COMMANDS]();
}

function tooOld(): string {
  return `apig-task-notifier needs Node ${LEAST_NODE} or later, and this is ${process.versions.node}; the client apig-tasks runs on Node 20 as well.`;
}

function giveUp(text: string): void {
  console.error(text);
  process.exitCode = 2;
}

await main();
