import { type Answer, json } from './answer.ts';

/** An error as APIG itself words it: `{error_code, error_msg}`. */
export type ApiError = { status: number; code: string; message: string };

const error = (status: number, code: string, message: string): ApiError => ({ status, code, message });
const SUPPORT = 'Please refer to the support documentation';

/** Huawei's errors by situation. Texts as in the APIG API reference and its error-code table. */
export const apiErrors = {
  parameterError: (detail: string) => error(400, 'APIG.2000', `Parameter error,${detail}`),
  missing: (name: string) =>
    error(400, 'APIG.2001', `The request parameters must be specified,parameterName:${name}. ${SUPPORT}`),
  tooLarge: (name: string) =>
    error(400, 'APIG.2003', `The parameter value is too large,parameterName:${name}. ${SUPPORT}`),
  tooLong: (name: string) => error(400, 'APIG.2006', `The parameter is too long,parameterName:${name}. ${SUPPORT}`),
  invalid: (name: string) => error(400, 'APIG.2011', `Invalid parameter value,parameterName:${name}. ${SUPPORT}`),
  notAnOption: (name: string) => error(400, 'APIG.2012', `Invalid parameter value,parameterName:${name}. ${SUPPORT}`),
  groupNameExists: () => error(400, 'APIG.3201', 'The API group name already exists'),
  apiNameExists: () => error(400, 'APIG.3202', 'The API name already exists'),
  apiExists: () => error(400, 'APIG.3301', 'The API already exists'),
  noPermission: () => error(403, 'APIG.1005', 'No permissions to request this method'),
  groupUnknown: (id: string) => error(404, 'APIG.3001', `API group ${id} does not exist`),
  apiUnknown: (id: string) => error(404, 'APIG.3002', `API ${id} does not exist`),
  environmentUnknown: (id: string) => error(404, 'APIG.3003', `The environment does not exist;id:${id}`),
  instanceUnknown: (id: string) => error(404, 'APIG.3030', `The instance does not exist;id:${id}`),
  taskUnknown: (id: string) => error(404, 'APIG.3093', `The asynchronous task ${id} does not exist`),
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
