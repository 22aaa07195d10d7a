import { type Answer, json } from './http.ts';

/** An error as APIG itself words it: `{error_code, error_msg}`. */
export type ApiError = { status: number; code: string; message: string };

const error = (status: number, code: string, message: string): ApiError => ({ status, code, message });
const SUPPORT = 'Please refer to the support documentation';
const parameter = (code: string, text: string) => (name: string) =>
  error(400, code, `${text},parameterName:${name}. ${SUPPORT}`);

/** Huawei's errors by situation. Texts as in the APIG API reference and its error-code table. */
export const apiErrors = {
  parameterError: (detail: string) => error(400, 'APIG.2000', `Parameter error,${detail}`),
  missing: parameter('APIG.2001', 'The request parameters must be specified'),
  tooSmall: parameter('APIG.2002', 'The parameter value is too small'),
  tooLarge: parameter('APIG.2003', 'The parameter value is too large'),
  tooLong: parameter('APIG.2006', 'The parameter is too long'),
  invalid: parameter('APIG.2011', 'Invalid parameter value'),
  notAnOption: parameter('APIG.2012', 'Invalid parameter value'),
  invalidAddress: () => error(400, 'APIG.2024', 'Invalid URL domain'),
  invalidPort: () => error(400, 'APIG.2025', 'Invalid port number'),
  invalidTitle: () => error(400, 'APIG.2044', 'Invalid title of info'),
  unreadableServers: () => error(400, 'APIG.2045', 'Parse Servers error. The Servers must meet the documents'),
  notJsonOrYaml: () => error(400, 'APIG.3600', 'JSON or YAML format error'),
  unsupportedVersion: () => error(400, 'APIG.3601', 'The Swagger file version must be 2.0'),
  swaggerSyntax: (detail: string) => error(400, 'APIG.3602', `Syntax error in the Swagger file: ${detail}`),
  fileTooLong: () => error(400, 'APIG.3603', 'The Swagger file content is too long'),
  fileEmpty: () => error(400, 'APIG.3609', 'The input file is empty'),
  tooManyApisAtOnce: (max: number) =>
    error(
      403,
      'APIG.3127',
      `The number of APIs has reached the upper limit. A maximum of ${max} APIs can be imported at a time`,
    ),
  tooManyApisInGroup: () =>
    error(403, 'APIG.3125', 'The number of APIs in the API group exceeds the maximum allowed limit'),
  groupNameExists: () => error(400, 'APIG.3201', 'The API group name already exists'),
  apiNameExists: () => error(400, 'APIG.3202', 'The API name already exists'),
  parameterNameExists: (name: string) =>
    error(400, 'APIG.3209', `The parameter name already exists,parameterName:${name}`),
  apiExists: () => error(400, 'APIG.3301', 'The API already exists'),
  noPermission: () => error(403, 'APIG.1005', 'No permissions to request this method'),
  groupUnknown: (id: string) => error(404, 'APIG.3001', `API group ${id} does not exist`),
  apiUnknown: (id: string) => error(404, 'APIG.3002', `API ${id} does not exist`),
  environmentUnknown: (id: string) => error(404, 'APIG.3003', `The environment does not exist;id:${id}`),
  instanceUnknown: (id: string) => error(404, 'APIG.3030', `The instance does not exist;id:${id}`),
  notPublished: () => error(404, 'APIG.3015', 'The API publication record does not exist'),
  taskUnknown: (id: string) => error(404, 'APIG.3093', `The asynchronous task ${id} does not exist`),
  instanceBusy: () => error(409, 'APIG.3718', 'An instance task is currently being processed'),
  unauthenticated: (why: string) => error(401, 'APIGW.0301', `Incorrect IAM authentication information: ${why}`),
  noSuchPath: () => error(404, 'APIGW.0101', 'The API does not exist or has not been published in the environment'),
  bodyTooLarge: () => error(413, 'APIGW.0201', 'Request entity too large'),
  throttled: (limit: number) =>
    error(
      429,
      'APIGW.0308',
      `The throttling threshold has been reached: policy user over ratelimit,limit:${limit},time:1 second`,
    ),
  system: () => error(500, 'APIG.9999', 'System error'),
} as const;

/** The answer for an error; what the front gateway says (`APIGW.`) carries the request id in its body too. */
export function errorAnswer(fault: ApiError, requestId: string, headers?: Record<string, string>): Answer {
  const body = { error_code: fault.code, error_msg: fault.message };
  return json(fault.status, fault.code.startsWith('APIGW.') ? { ...body, request_id: requestId } : body, headers);
}

/** Texts of codes that only a fault injects. Source: error-code tables of APIG and of the API gateway in front of it. */
const MESSAGES: Record<string, string> = {
  'APIG.1000': 'Failed to authenticate the request',
  'APIG.1001': 'The user does not exist',
  'APIG.1002': 'Incorrect token or token resolution failed',
  'APIG.1003': 'The token has expired',
  'APIG.1005': 'No permissions to request this method',
  'APIG.1149': 'No permission for this instance task',
  'APIG.2000': 'Parameter error',
  'APIG.2012': 'Invalid parameter value,parameterName:task_id. Please refer to the support documentation',
  'APIG.3001': 'The API group does not exist',
  'APIG.3030': 'The instance does not exist',
  'APIG.3093': 'The asynchronous task does not exist',
  'APIG.3101': 'The number of API groups exceeds the maximum allowed limit',
  'APIG.3458': 'The feature is not supported by the current instance',
  'APIG.3603': 'The Swagger file content is too long',
  'APIG.3718': 'An instance task is currently being processed',
  'APIG.9004': 'Database error',
  'APIG.9008': 'Too many requests',
  'APIG.9999': 'System error',
  'APIGW.0101': 'The API does not exist or has not been published in the environment',
  'APIGW.0201': 'Backend timeout',
  'APIGW.0301': 'Incorrect IAM authentication information: token expires',
  'APIGW.0307': 'The token must be updated',
  'APIGW.0308': 'The throttling threshold has been reached: policy user over ratelimit,limit:10,time:1 second',
  'APIGW.0613': 'Backend unavailable',
};

const CODES: Record<number, string> = {
  400: 'APIG.2000',
  401: 'APIGW.0301',
  403: 'APIG.1005',
  404: 'APIG.3093',
  409: 'APIG.3718',
  412: 'APIG.3458',
  429: 'APIGW.0308',
  500: 'APIG.9999',
};

/** The code that usually comes with a status. */
export const codeOf = (status: number): string => CODES[status] ?? (status === 503 ? 'APIGW.0613' : 'APIGW.0201');

/** The text that comes with a code. */
export const messageOf = (code: string): string => MESSAGES[code] ?? 'The request cannot be processed now';
