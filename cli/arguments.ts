import { parseArgs } from 'node:util';
import { COMMANDS, type CommandName, toParserOptions } from './commands.ts';
import { wrongUsage } from './exit.ts';

/** A command line that was understood: the values are checked where they are used. */
export type Arguments = { name: CommandName; args: string[]; values: Values };

/** The options that were given, by name. */
export class Values {
  readonly #given: Record<string, unknown>;
  constructor(given: Record<string, unknown>) {
    this.#given = given;
  }

  has(name: string): boolean {
    return this.#given[name] !== undefined;
  }

  text(name: string): string | undefined {
    return this.#given[name] as string | undefined;
  }

  texts(name: string): string[] {
    return (this.#given[name] as string[] | undefined) ?? [];
  }

  /** Milliseconds of `90s`, `30m`, `2h` or `1d`. Throws `Stop`. */
  duration(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const [, count, unit = 's'] = /^(\d{1,7}(?:\.\d{1,3})?)(s|m|h|d)?$/.exec(text.trim()) ?? [];
    const ms = Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
    if (!(ms > 0)) throw wrongUsage(`--${name} ${JSON.stringify(text)} is not a duration such as 90s, 30m or 2h.`);
    return ms;
  }
}

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads a command line without the program's name; `help` if it asks for that. Throws `Stop` with what to change. */
export function readArguments(argv: readonly string[]): Arguments | { help: CommandName | undefined } {
  const [name, ...rest] = argv;
  if (name === undefined) throw wrongUsage('Which command? See apig-tasks --help.');
  if (['--help', '-h', 'help'].includes(name)) return { help: isCommand(rest[0]) ? rest[0] : undefined };
  if (!isCommand(name)) throw wrongUsage(unknownCommand(name));
  const { values, positionals } = parse(name, rest);
  if (values.help) return { help: name };
  return { name, args: checkCount(name, positionals), values: new Values(values) };
}

function isCommand(name: string | undefined): name is CommandName {
  return name !== undefined && Object.hasOwn(COMMANDS, name);
}

function unknownCommand(name: string): string {
  const known = Object.keys(COMMANDS).join(', ');
  if (name.startsWith('-')) return `The command comes first, then its options: one of ${known}.`;
  return `${JSON.stringify(name)} is not a command. Commands: ${known}.`;
}

function parse(name: CommandName, args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options: toParserOptions(COMMANDS[name].options) });
  } catch (error) {
    // Node's own first sentence names the option; the rest explains how to pass one that starts with a dash.
    const [sentence] = (error as Error).message.split(/\. |\n/);
    throw wrongUsage(`${sentence}. See apig-tasks ${name} --help.`);
  }
}

/** `ID…` may come from a pipe instead. */
function checkCount(name: CommandName, args: string[]): string[] {
  const { args: wanted } = COMMANDS[name];
  if (wanted === 'ID…') return args;
  if (wanted !== '' && args.length === 0)
    throw wrongUsage(`apig-tasks ${name} needs ${wanted === 'ID' ? 'a task id' : 'a file'}.`);
  const [surplus] = args.slice(wanted === '' ? 0 : 1);
  if (surplus === undefined) return args;
  throw wrongUsage(
    `apig-tasks ${name} takes ${wanted === '' ? 'options only' : `one ${wanted}`}: ${JSON.stringify(surplus)} is too much.`,
  );
}
