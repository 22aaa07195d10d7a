/** The documented text of each code that can be asked for as a fault. Source: error-code tables of APIG and of the API gateway in front of it. */
const MESSAGES: Record<string, string> = {
  'APIG.1000': 'Failed to authenticate the request',
  'APIG.1001': 'The user does not exist',
  'APIG.1002': 'Incorrect token or token resolution failed',
  'APIG.1003': 'The token has expired',
  'APIG.1005': 'No permissions to request this method',
  'APIG.2000': 'Parameter error',
  'APIG.2012': 'Invalid parameter value,parameterName:task_id. Please refer to the support documentation',
  'APIG.3030': 'The instance does not exist',
  'APIG.3093': 'The asynchronous task does not exist',
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
  429: 'APIGW.0308',
  500: 'APIG.9999',
};

/** The code that usually comes with a status. */
export const codeOf = (status: number): string => CODES[status] ?? (status === 503 ? 'APIGW.0613' : 'APIGW.0201');

/** The text that comes with a code. */
export const messageOf = (code: string): string => MESSAGES[code] ?? 'The request cannot be processed now';
