import { COMMANDS, type Command, type CommandName } from './commands.ts';

const EXIT_CODES = `Exit codes
  0    it worked; where the command waits, every task succeeded (or partially, with --allow-partial)
  1    a task failed
  2    wrong usage, or a start that the service or Huawei Cloud refuses
  3    an import partially succeeded
  4    a task expired, was not found or was rejected
  5    --timeout passed; the tasks go on and are still announced
  6    the service cannot be reached for 2 minutes, or refuses the key
  130  Ctrl-C; the tasks go on`;

/** The text of `--help`, of one command or of all. */
export function helpText(name: CommandName | undefined): string {
  return name === undefined ? overview() : ofCommand(name, COMMANDS[name]);
}

function overview(): string {
  const rows = Object.entries(COMMANDS).map(([name, { args, about }]) => [`${name} ${args}`.trim(), about] as const);
  return `Starts and watches imports and exports of Huawei Cloud API Gateway.

  apig-tasks COMMAND [options]

Commands
${columns(rows)}

The service is APIG_TASKS_URL with the key APIG_TASKS_KEY, or --url and --key-file, or the one that npm start runs here.
apig-tasks COMMAND --help lists the options of a command.

${EXIT_CODES}`;
}

function ofCommand(name: string, { args, about, options, example }: Command): string {
  const rows = Object.entries(options).map(
    ([option, { value = '', short, about: what }]) =>
      [`${short ? `-${short}, ` : ''}--${option} ${value}`.trim(), what] as const,
  );
  const usage = ['apig-tasks', name, args, '[options]'].filter(Boolean).join(' ');
  return `${usage}: ${about}.\n\nOptions\n${columns(rows)}\n\nExample\n  ${example}`;
}

function columns(rows: (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}
