import { readArguments } from './arguments.ts';
import type { CommandName } from './commands.ts';
import { findService } from './connection.ts';
import { EXIT, type ExitCode, Stop } from './exit.ts';
import { helpText } from './help.ts';
import { Interrupted, type Io } from './io.ts';
import {
  definitionCommand,
  forgetCommand,
  listCommand,
  notifyCommand,
  registerCommand,
  rewatchCommand,
  showCommand,
  whoamiCommand,
} from './plain-commands.ts';
import { Service } from './service.ts';
import type { Session } from './session.ts';
import { createPaint } from './text.ts';
import { exportCommand, importCommand, watchCommand } from './waiting-commands.ts';

const RUN: Record<CommandName, (session: Session) => Promise<ExitCode>> = {
  import: importCommand,
  export: exportCommand,
  watch: watchCommand,
  register: registerCommand,
  list: listCommand,
  show: showCommand,
  definition: definitionCommand,
  notify: notifyCommand,
  rewatch: rewatchCommand,
  forget: forgetCommand,
  whoami: whoamiCommand,
};

/** Runs one command line (without the program's name) to its exit code. Throws for what is a bug of the client alone. */
export async function runClient(argv: readonly string[], io: Io): Promise<ExitCode> {
  // Not from the parsed arguments, because they may be what is wrong.
  const isJson = argv.includes('--json');
  try {
    return await run(argv, io, isJson);
  } catch (error) {
    if (error instanceof Interrupted) return EXIT.interrupted;
    if (!(error instanceof Stop)) throw error;
    io.stderr.write(`apig-tasks: ${error.message}\n`);
    if (isJson && error.problem !== undefined) io.stdout.write(`${JSON.stringify(error.problem)}\n`);
    return error.code;
  }
}

async function run(argv: readonly string[], io: Io, isJson: boolean): Promise<ExitCode> {
  const read = readArguments(argv);
  if ('help' in read) {
    io.stdout.write(`${helpText(read.help)}\n`);
    return EXIT.done;
  }
  const { name, args, values } = read;
  const note = (text: string) => void io.stderr.write(`${text}\n`);
  const target = findService({ url: values.text('url'), keyFile: values.text('key-file'), env: io.env, note });
  const session: Session = {
    ...{ io, name, args, values, isJson, note, paint: createPaint(io.stdout.isTTY === true, io.env) },
    service: new Service(target, { io, note: (text) => session.note(text) }),
  };
  return RUN[name](session);
}
