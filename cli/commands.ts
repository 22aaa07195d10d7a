import type { ParseArgsConfig } from 'node:util';

/** An option; `value` names what follows it, and is absent for a switch. */
export type Option = { about: string; value?: string; short?: string; multiple?: boolean };
type Options = Record<string, Option>;

const connection = {
  url: { value: 'URL', about: 'the service (default: APIG_TASKS_URL, else the one on this machine)' },
  'key-file': { value: 'FILE', about: 'a file that contains the API key (default: the variable APIG_TASKS_KEY)' },
  json: { about: 'print one JSON object a line' },
  help: { short: 'h', about: 'print this text' },
} satisfies Options;

const target = {
  profile: { value: 'NAME', about: 'the credentials to use (default: "default")' },
  'instance-id': { value: 'ID', about: "the gateway (default: the profile's)" },
  'project-id': { value: 'ID', about: "the project (default: the profile's)" },
} satisfies Options;

const registration = {
  label: { value: 'TEXT', about: 'a name for people, in every message' },
  ...target,
  context: { value: 'NAME=TEXT', multiple: true, about: 'carried in messages; run_url becomes a link' },
  'callback-url': { value: 'URL', about: 'where the final event is posted' },
  deadline: { value: 'DURATION', about: 'when the service stops watching, such as 2h' },
} satisfies Options;

const start = {
  'idempotency-key': { value: 'TEXT', about: 'the same key starts at most one task (default: a random one)' },
} satisfies Options;

const waiting = {
  timeout: { value: 'DURATION', about: 'stop waiting after this long, such as 90s, 30m or 2h (default: 30m)' },
  'no-wait': { about: 'end as soon as the tasks are watched' },
  'allow-partial': { about: 'count a partial success as a success' },
  junit: { value: 'FILE', about: 'write a JUnit report' },
} satisfies Options;

const output = { output: { short: 'o', value: 'FILE', about: 'where the document goes; "-" is standard output' } };

export type Command = { args: string; about: string; example: string; options: Options };

const command = (args: string, about: string, example: string, options: Options = {}): Command => ({
  ...{ args, about, example },
  options: { ...options, ...connection },
});

/** What the client can do, in the order of its help. A test runs every example. */
export const COMMANDS = {
  import: command(
    'FILE',
    'imports an OpenAPI file into the gateway and waits for the end',
    'apig-tasks import examples/petstore.json --label petstore',
    {
      'group-id': { value: 'ID', about: 'import into this group (default: make a group)' },
      'api-mode': { value: 'MODE', about: 'merge or override, for APIs that exist' },
      'extend-mode': { value: 'MODE', about: 'merge or override, for extended definitions' },
      'simple-mode': { about: "Huawei's simple_mode" },
      'mock-mode': { about: "Huawei's mock_mode" },
      'publish-to': { value: 'ID', about: 'publish the APIs to this environment after the import' },
      ...registration,
      ...start,
      ...waiting,
    },
  ),
  export: command(
    '',
    'exports a group from the gateway, waits for the end and writes the document',
    'apig-tasks export --group-id $GROUP_ID --env-id DEFAULT_ENVIRONMENT_RELEASE_ID -o orders.json',
    {
      'group-id': { value: 'ID', about: 'the group (required)' },
      'env-id': { value: 'ID', about: 'the environment (required)' },
      ...output,
      define: { value: 'SCOPE', about: 'spec, proxy, all or dev' },
      type: { value: 'TYPE', about: 'json or yaml' },
      'oas-version': { value: 'VERSION', about: '2.0 or 3.0' },
      version: { value: 'TEXT', about: 'the version that the document names' },
      api: { value: 'ID', multiple: true, about: 'only this API; may be repeated' },
      ...registration,
      ...start,
      ...waiting,
    },
  ),
  watch: command(
    'ID…',
    'waits for tasks to end; registers those that the service does not know',
    'apig-tasks watch $TASK_ID --timeout 10m',
    { ...registration, ...waiting },
  ),
  register: command('ID…', 'has tasks watched, and ends', 'apig-tasks register $TASK_ID --label orders', registration),
  list: command('', 'lists tasks, newest first', 'apig-tasks list --outcome failed,expired --since 24h', {
    state: { value: 'STATE', about: 'pending or final' },
    outcome: { value: 'NAMES', about: 'such as failed, or several with commas' },
    label: { value: 'TEXT', about: 'this label; with * at its end all that start so' },
    ...target,
    'task-type': { value: 'TYPE', about: 'import_api or export_api' },
    'group-id': { value: 'ID', about: 'tasks of this group' },
    since: { value: 'TIME', about: 'RFC 3339, or 24h, 7d' },
    limit: { value: 'COUNT', about: 'at most so many (default: 20)' },
  }),
  show: command('ID', 'prints a task and its result', 'apig-tasks show $TASK_ID --json'),
  definition: command('ID', 'prints the exported document', 'apig-tasks definition $EXPORT_ID -o orders.json', output),
  notify: command('ID', 'sends the notifications of a result again', 'apig-tasks notify $TASK_ID', {
    channel: { value: 'NAME', about: 'to this channel only' },
  }),
  rewatch: command(
    'ID',
    'watches again a task that expired, was not found or was rejected',
    'apig-tasks rewatch $EXPIRED_ID',
    registration,
  ),
  forget: command('ID', 'stops watching a task', 'apig-tasks forget $PENDING_ID'),
  whoami: command('', 'prints the name and the scopes of the key', 'apig-tasks whoami'),
} satisfies Record<string, Command>;

export type CommandName = keyof typeof COMMANDS;

/** The options as `parseArgs` of Node wants them. */
export function toParserOptions(options: Options): NonNullable<ParseArgsConfig['options']> {
  return Object.fromEntries(
    Object.entries(options).map(([name, { value, short, multiple = false }]) => [
      name,
      { type: value === undefined ? 'boolean' : 'string', multiple, ...(short && { short }) } as const,
    ]),
  );
}
