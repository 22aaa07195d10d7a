import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { TaskError, TaskIdentity } from '../../tasks/task.ts';
import { boundError } from '../bound-error.ts';
import { type Row, readMap } from './attributes.ts';

/** The attributes that both tables share. */
export function identityAttributes(task: TaskIdentity): Row {
  const row: Row = {
    task_id: { S: task.taskId },
    instance_id: { S: task.instanceId },
    project_id: { S: task.projectId },
    profile: { S: task.profile },
  };
  if (task.label !== undefined) row.label = { S: task.label };
  if (task.callbackUrl !== undefined) row.callback_url = { S: task.callbackUrl };
  return row;
}

/** Undefined when one of the four obligatory attributes is missing. */
export function readIdentity(row: Row): TaskIdentity | undefined {
  const taskId = row.task_id?.S;
  const instanceId = row.instance_id?.S;
  const projectId = row.project_id?.S;
  const profile = row.profile?.S;
  if (!taskId || !instanceId || !projectId || !profile) return undefined;
  const identity: TaskIdentity = { taskId, instanceId, projectId, profile };
  if (row.label?.S !== undefined) identity.label = row.label.S;
  if (row.callback_url?.S !== undefined) identity.callbackUrl = row.callback_url.S;
  return identity;
}

/** `{code, message, request_id?, http_status?}` as a map. */
export function errorAttribute(error: TaskError): AttributeValue {
  const { code, message, requestId, httpStatus } = boundError(error);
  const map: Row = { code: { S: code }, message: { S: message } };
  if (requestId !== undefined) map.request_id = { S: requestId };
  if (httpStatus !== undefined) map.http_status = { N: String(httpStatus) };
  return { M: map };
}

/** Undefined where there is no error, or none with a code and a message. */
export function readError(attribute: AttributeValue | undefined): TaskError | undefined {
  const map = readMap(attribute);
  if (typeof map?.code !== 'string' || typeof map.message !== 'string') return undefined;
  const error: TaskError = { code: map.code, message: map.message };
  if (typeof map.request_id === 'string') error.requestId = map.request_id;
  if (typeof map.http_status === 'number') error.httpStatus = map.http_status;
  return error;
}
