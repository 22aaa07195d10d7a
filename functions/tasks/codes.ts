/** The calls that need a permission of their own. */
export type HuaweiCall = 'query' | 'import' | 'export' | 'publish' | 'list groups';

/** What is known beside a failure's code, so that the advice can name it. */
export type HelpContext = {
  /** The call that was refused, or whose task reports the failure. Default `query`. */
  call?: HuaweiCall;
  /** The group of the task, if known. */
  groupId?: string | undefined;
  /** Name of the credentials. */
  profile?: string | undefined;
};

type Help = string | ((context: HelpContext) => string);

/** Each permission has two names; an account uses one scheme. Source: APIG API reference, "Permissions and Supported Actions". */
const ACTIONS: Record<HuaweiCall, { policy: string; classic: string }> = {
  query: {
    policy: 'apig:asyncTask:get and apig:instance:get',
    classic: 'apig:apis:import or apig:apis:export, and apig:instances:get',
  },
  import: { policy: 'apig:api:import and the actions it depends on', classic: 'apig:apis:import' },
  export: { policy: 'apig:api:export and the actions it depends on', classic: 'apig:apis:export' },
  publish: {
    policy: 'apig:api:batchOnlineOrOffline, apig:instance:get, apig:apiGroup:get and apig:environment:list',
    classic: 'apig:apis:publish',
  },
  'list groups': { policy: 'apig:apiGroup:list', classic: 'apig:groups:list' },
};

/** Which permission a call needs, by its name in both of Huawei's schemes. */
export function permissionHelp(call: HuaweiCall = 'query'): string {
  const { policy, classic } = ACTIONS[call];
  return `Grant the user ${policy} (identity policy), or ${classic} (role or classic policy); a change takes up to 30 minutes.`;
}

const named = (profile: string | undefined): string => (profile === undefined ? 'the profile' : `profile "${profile}"`);

/** The way out where a group of the file's title exists already. */
const intoGroup = (groupId: string | undefined): string =>
  `is_create_group=false and group_id=${groupId ?? '(the id of that group)'}`;

const credentials = ({ profile }: HelpContext): string =>
  `Put valid credentials into ${named(profile)}, and check the clock of this machine if it signs with AK/SK. Do not try a refused key or password again and again: Huawei locks it.`;
const permission = ({ call }: HelpContext): string => permissionHelp(call);
const account =
  'Check the Huawei Cloud account in the console: real-name authentication, balance, or a frozen account.';
const coordinates = ({ profile }: HelpContext): string =>
  `Check the gateway id, the project id and the region or endpoint of ${named(profile)}.`;
const again =
  'Huawei Cloud has a problem of its own: start it again in a few minutes, and give Huawei the request id if it stays.';
const busy = 'Another task of the gateway is running: wait until it has ended, then start again.';
const slower = 'Send fewer requests per second with these credentials, then start again.';
const missing = (what: string): string =>
  `The definition names ${what} that this gateway does not have: create it on the gateway first, or remove it from the definition.`;
const taken = (what: string): string =>
  `Rename the ${what} in the definition, or import with extend_mode=override to replace the existing one.`;
const value = 'Correct the field that the message names, to a value the API reference allows.';
const address =
  'Correct the address of the back end: a host name or IP address that the gateway may call, with a port from 1 to 65535.';

/** What helps, by code. Sources: the error codes of APIG and its user guide, "Importing APIs". */
const HELP: Record<string, Help> = {
  // Who asks.
  ...each(
    ['APIG.1000', 'APIG.1001', 'APIG.1002', 'APIG.1003', 'APIG.1007', 'APIG.1009', 'APIGW.0301', 'APIGW.0307'],
    credentials,
  ),
  ...each(['APIC.7100', 'APIC.7101', 'APIC.7102', 'APIC.7103', 'IAM.401', 'BAD_PROFILE', 'BAD_PROFILES'], credentials),
  ...each(['APIG.1005', 'APIG.1020', 'APIG.1136', 'APIG.1200', 'APIC.7130', 'IAM.403'], permission),
  ...each(['APIG.1011', 'APIG.1012', 'APIG.1013'], account),
  ...each(['APIG.1149', 'APIG.3030', 'APIC.7302', 'APIGW.0101'], coordinates),
  'APIG.1101': 'The group belongs to somebody else: check group_id, and the project and gateway of the profile.',
  'APIG.3093': 'Check the task id, the gateway and the project: Huawei Cloud does not know this task (any more).',
  UNKNOWN_PROFILE: ({ profile }) => `Add ${named(profile)} to the Huawei profiles, or name one that exists.`,
  // The gateway at this moment.
  ...each(['APIG.3711', 'APIG.3718', 'APIC.7701'], busy),
  ...each(['APIGW.0308', 'APIG.9008'], slower),
  ...each(['APIG.3500', 'APIG.9004', 'APIG.9005', 'APIG.9006', 'APIG.9007', 'APIG.9999', 'APIGW.0613'], again),
  'APIG.3458': 'This gateway cannot import or export asynchronously: upgrade it, or use the synchronous call.',
  // The file as a whole.
  'APIG.2044': 'Change info.title: it becomes the name of the group, 3 to 64 characters that start with a letter.',
  'APIG.2045': 'Give each entry of servers an absolute URL, such as https://example.com/v1.',
  'APIG.3001': 'Check group_id, and that the group is on this gateway and in this project.',
  'APIG.3100': 'A quota of the gateway is used up: delete what is not needed, or ask Huawei for more in a ticket.',
  'APIG.3101':
    'The gateway has no room for another group: delete one, import into an existing one, or ask Huawei for more in a ticket.',
  'APIG.3127': 'One import takes 300 APIs: split the file, or ask Huawei for more in a ticket.',
  'APIG.3132': 'The group has no room for so many APIs: import into another group, or ask Huawei for more in a ticket.',
  'APIG.3201': ({ groupId }) =>
    `A group with the title of this file exists: import into it with ${intoGroup(groupId)}, or change info.title.`,
  'APIG.3600': 'The file is neither JSON nor YAML: run it through a linter, and look for wrong indentation and tabs.',
  'APIG.3601': 'Use swagger: "2.0" or openapi: 3.0.x; convert OpenAPI 3.1 down to 3.0.',
  'APIG.3602': 'Validate the file against the schema of its version, Swagger 2.0 or OpenAPI 3.0.',
  'APIG.3603': 'The file is too long: split it, or drop descriptions and examples.',
  'APIG.3609': 'The file is empty: check the path that the job sends.',
  // One API.
  ...each(['APIG.2000', 'APIG.2002', 'APIG.2003', 'APIG.2004', 'APIG.2005', 'APIG.2006', 'APIG.2007'], value),
  ...each(['APIG.2008', 'APIG.2009', 'APIG.2010', 'APIG.2011', 'APIG.2012', 'APIG.2013'], value),
  'APIG.2001': 'Add the field that the message names; often it is x-apigateway-backend, which every API needs.',
  ...each(['APIG.2021', 'APIG.2022', 'APIG.2024', 'APIG.2025'], address),
  'APIG.2026': 'Declare each variable of the path as a parameter with in: path.',
  ...each(['APIG.2027', 'APIG.2028'], 'Declare each parameter that the back end maps among the parameters of the API.'),
  'APIG.2036': 'Remove the authorizer parameter from the back end, or secure the API with a custom authorizer.',
  'APIG.3002': 'Check the ids in apis: this gateway has no such API.',
  'APIG.3102': 'The quota of APIs is used up: delete some, or ask Huawei for more in a ticket.',
  'APIG.3125': 'A group holds 1,000 APIs: import into another group, delete some, or ask Huawei for more in a ticket.',
  'APIG.3202': 'Another API has this name: change operationId.',
  'APIG.3209': 'Rename one of the two parameters; names of headers ignore case.',
  'APIG.3301':
    'An API with this method, path and match mode exists: change the path, or import with api_mode=override to replace it.',
  'APIG.3003':
    'The request or the definition names an environment that this gateway does not have: check `env_id` (for an import `publish_to`).',
  'APIG.3005': missing('a request throttling policy'),
  'APIG.3006': missing('an access control policy'),
  'APIG.3017': missing('a signature key'),
  ...each(['APIG.3019', 'APIG.9002'], missing('a function')),
  'APIG.3020': missing('a domain name'),
  'APIG.3023': missing('a load balance (VPC) channel'),
  'APIG.3024': missing('a server of a load balance channel'),
  'APIG.3081': missing('an authorizer'),
  'APIG.3095': missing('an orchestration rule'),
  'APIG.3204': taken('request throttling policy'),
  'APIG.3206': taken('access control policy'),
  'APIG.3207': taken('signature key'),
  'APIG.3211': taken('authorizer'),
  'APIG.3212': taken('identity source'),
  'APIG.3213': taken('tag'),
  'APIG.3216': taken('gateway response'),
  'APIG.3707': 'Publish the API first, then bind the plug-in.',
  'APIG.3717': 'Switch two-way TLS off for this back end, or call it by HTTPS.',
  'APIG.3471': 'Use a load balance channel of a type that this operation supports.',
  // On the way there.
  ANSWER_TOO_LARGE: 'The answer is larger than the notifier reads: export fewer APIs at once, with apis.',
  DEADLINE: 'Check in the Huawei Cloud console whether the task is still running.',
};

function each(codes: string[], help: Help): Record<string, Help> {
  return Object.fromEntries(codes.map((code) => [code, help]));
}

/** What helps against a failure with this code of Huawei's (or of ours), in a sentence or two; undefined for an unknown code. */
export function helpFor(code: string, context: HelpContext = {}): string | undefined {
  const help = Object.hasOwn(HELP, code) ? HELP[code] : undefined;
  return typeof help === 'function' ? help(context) : help;
}

/** `help` for a failure as answers and events carry it; nothing where the code is unknown. */
export function helpMember(code: unknown, context: HelpContext = {}): { help?: string } {
  const help = typeof code === 'string' ? helpFor(code, context) : undefined;
  return help === undefined ? {} : { help };
}

/** Whether a code blames the credentials or permissions of the profile, and not the task. */
export function blamesProfile(code: string): boolean {
  const help = Object.hasOwn(HELP, code) ? HELP[code] : undefined;
  return help === credentials || help === permission || help === account || code === 'UNKNOWN_PROFILE';
}
