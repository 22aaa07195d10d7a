import process from 'node:process';
import { ConfigError, StoreError } from '../functions/tasks/errors.ts';

/** Ends the process; what is the reader's to fix (environment, port, folder) is said without a stack. */
export function giveUp(error: unknown): never {
  const isReaders = error instanceof ConfigError || error instanceof StoreError || isSystemProblem(error);
  if (!isReaders) throw error;
  console.error(error.message);
  process.exit(1);
}

/** The port is taken, the address is not this machine's, or the folder cannot be used. */
const SYSTEM_PROBLEM = /^(EADDR\w+|ENOTFOUND|EACCES|EPERM|EROFS|ENOSPC|ENOENT|EEXIST|EISDIR|ENOTDIR)$/;

function isSystemProblem(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && SYSTEM_PROBLEM.test(String(error.code));
}

/** For `catch`: says of a place that cannot be listened at which variable names it, and passes other errors on. */
export function namingVariable(portVariable: string): (error: unknown) => never {
  return (error) => {
    const { code, syscall, port, address, hostname } = error as Partial<ListenError>;
    const sayProblem = PROBLEMS[`${syscall} ${code}`];
    if (sayProblem === undefined) throw error;
    throw new ConfigError([sayProblem({ name: portVariable, port: String(port), host: hostname ?? address ?? '' })]);
  };
}

type ListenError = { code: string; syscall: string; port: number; address: string; hostname: string };
type Place = { name: string; port: string; host: string };

const noSuchHost = ({ host }: Place) =>
  `HOST ${host} is not an address of this machine: set HOST=127.0.0.1 or unset it`;

const PROBLEMS: Record<string, (place: Place) => string> = {
  'listen EADDRINUSE': ({ name, port }) =>
    `${name} ${port} is in use by another program: set ${name}=… to a free port, or ${name}=0 for any`,
  'listen EACCES': ({ name, port }) => `${name} ${port} is not permitted for this user: set ${name}=… to 1024 or more`,
  'listen EADDRNOTAVAIL': noSuchHost,
  'getaddrinfo ENOTFOUND': noSuchHost,
  'getaddrinfo EAI_AGAIN': noSuchHost,
};

/**
 * Calls `stop` at the first SIGINT or SIGTERM. More of them change nothing: at Ctrl-C there are two, for npm passes on
 * what the terminal has sent to all.
 */
export function onStop(stop: () => Promise<void>): void {
  let isStopping = false;
  const stopOnce = () => {
    if (!isStopping) void stop();
    isStopping = true;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stopOnce);
}

/** Ends a command that takes no arguments and was given some: what is ignored would be taken for done. */
export function refuseArguments(command: string, instead: string): void {
  const [first] = process.argv.slice(2);
  if (first === undefined) return;
  console.error(`${command} takes no arguments; "${first}" is not supported. ${instead}`);
  process.exit(2);
}
