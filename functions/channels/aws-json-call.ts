import { AwsClient } from 'aws4fetch';
import { StoreError } from '../tasks/errors.ts';
import { parseJson } from '../tasks/json.ts';

const RETRIES = 3;

/** A service of AWS that speaks its JSON protocol 1.0. */
export type AwsJsonService = {
  service: 'sqs' | 'dynamodb';
  region: string;
  /** Asked before each call, for instance `client.config.credentials` of any SDK client. */
  credentials: () => Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken?: string }>;
  endpoint: string;
  /** For one call with all its attempts. */
  timeoutMs: number;
};

/** `body` is undefined where it was no JSON. */
export type AwsJsonAnswer = { status: number; body: unknown };

/**
 * One signed call of `target` (`AmazonSQS.SendMessage`), tried again after 429 and 5xx. Throws `StoreError` where there is
 * no answer; what the service refuses is an answer. A client of the SDK would be 25 to 30 kB in a bundle of 300.
 */
export async function callAwsJson(api: AwsJsonService, target: string, parameters: object): Promise<AwsJsonAnswer> {
  const { service, region, credentials, endpoint, timeoutMs } = api;
  try {
    const client = new AwsClient({ ...(await credentials()), region, service, retries: RETRIES });
    const response = await client.fetch(new URL('/', endpoint), {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target },
      body: JSON.stringify(parameters),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, body: parseJson(await response.text()) };
  } catch (cause) {
    throw new StoreError(`${service} cannot be reached for ${target}`, { cause });
  }
}
