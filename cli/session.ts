import type { Values } from './arguments.ts';
import type { CommandName } from './commands.ts';
import { EXIT, type ExitCode, Stop, wrongUsage } from './exit.ts';
import type { Io } from './io.ts';
import type { Called, Service } from './service.ts';
import type { Paint } from './text.ts';
import { inOptions } from './words.ts';

/** What every command works with. */
export type Session = {
  io: Io;
  name: CommandName;
  service: Service;
  args: string[];
  values: Values;
  isJson: boolean;
  /** For standard output. */
  paint: Paint;
  /** One line on standard error, above the table if there is one. */
  note(text: string): void;
};

/** A line of results: an object as JSON, or the text for people. */
export function print({ io, isJson }: Pick<Session, 'io' | 'isJson'>, object: object, text: () => string): void {
  io.stdout.write(isJson ? `${JSON.stringify(object)}\n` : `${text()}\n`);
}

/** The value of a call, or a `Stop` that says why there is none. `refusedCode`: for a start, even a refused key is 2. */
export function expectValue<T>(called: Called<T>, service: Service, refusedCode?: ExitCode): T {
  switch (called.kind) {
    case 'ok':
      return called.value;
    case 'refused': {
      const isKey = called.status === 401 || called.status === 403;
      const help = called.problem?.help;
      const message =
        help === undefined || called.message.includes(help) ? called.message : `${called.message} ${help}`;
      const code = refusedCode ?? (isKey || called.status >= 500 ? EXIT.unreachable : EXIT.refused);
      throw new Stop(code, inOptions(message), called.problem);
    }
    case 'unreachable':
      throw new Stop(EXIT.unreachable, `No usable answer from ${service.url}: ${called.reason}.`, called.problem);
    case 'late':
      throw new Stop(EXIT.unreachable, `No usable answer from ${service.url} within --timeout.`);
  }
}

/** The fields of a registration that the options give. Throws `Stop`. */
export function registrationOf(values: Values): Record<string, unknown> {
  const deadlineMs = values.duration('deadline');
  return {
    ...textFields(values, ['label', 'profile', 'instance-id', 'project-id', 'callback-url']),
    ...(deadlineMs !== undefined && { deadline_seconds: Math.round(deadlineMs / 1_000) }),
    ...(values.has('context') && { context: Object.fromEntries(values.texts('context').map(contextEntry)) }),
  };
}

function contextEntry(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw wrongUsage(`--context ${JSON.stringify(text)} is not NAME=TEXT.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** The given ones of these options, by the name of the API's field. */
export function textFields(values: Values, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = values.text(name);
      return text === undefined ? [] : [[name.replaceAll('-', '_'), text]];
    }),
  );
}

/** The path of one task. */
export const taskPath = (taskId: string, rest = ''): string => `/tasks/${encodeURIComponent(taskId)}${rest}`;
