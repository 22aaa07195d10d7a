import { ConfigError } from '../functions/tasks/errors.ts';

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
