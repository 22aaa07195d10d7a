import { AwsClient } from 'aws4fetch';
import { CREDENTIALS } from './aws.ts';
import type { Emulator } from './emulator/emulator.ts';

/** Credentials of a new IAM user without any permission. */
export async function createStranger({ url }: Emulator): Promise<typeof CREDENTIALS> {
  const client = new AwsClient({ ...CREDENTIALS, service: 'iam', region: 'us-east-1', retries: 0 });
  const iam = async (Action: string) => {
    const body = String(new URLSearchParams({ Action, UserName: 'stranger', Version: '2010-05-08' }));
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await client.fetch(`${url}/`, { method: 'POST', headers, body });
    const text = await response.text();
    if (!response.ok) throw new Error(`IAM ${Action}: ${response.status} ${text}`);
    return text;
  };
  await iam('CreateUser');
  const answer = await iam('CreateAccessKey');
  const read = (name: string) => new RegExp(`<${name}>([^<]+)</${name}>`).exec(answer)?.[1] ?? '';
  return { accessKeyId: read('AccessKeyId'), secretAccessKey: read('SecretAccessKey') };
}
