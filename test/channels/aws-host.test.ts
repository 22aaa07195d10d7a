import { expect, it } from 'vitest';
import { awsHost } from '../../functions/channels/aws-host.ts';

it.each([
  ['s3', 'eu-central-1', 's3.eu-central-1.amazonaws.com'],
  ['dynamodb', 'cn-north-1', 'dynamodb.cn-north-1.amazonaws.com.cn'],
])('finds %s in %s', (service, region, host) => {
  expect(awsHost(service, region)).toBe(host);
});
