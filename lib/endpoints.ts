import * as z from 'zod';

const LOOPBACK = /^(127(\.\d{1,3}){3}|\[::1\]|localhost)$/;

const endpoint = z
  .url({ protocol: /^https?$/, error: 'must be a URL, like "https://apig.example.com"' })
  .refine(isHttpsOrLoopback, {
    error: 'plain http is only for a loopback address',
  });

/** Overrides of Huawei's endpoints, for regions this project does not know yet and for tests. */
export const endpointsSchema = z
  .strictObject({
    apig: endpoint.optional().describe('Instead of `https://apig.{region}.myhuaweicloud.com`, for every profile.'),
    iam: endpoint.optional().describe('Instead of `https://iam.{region}.myhuaweicloud.com`, for every profile.'),
  })
  .prefault({})
  .describe('Huawei Cloud endpoints, where the region does not say them. A profile’s own endpoints come first.');

function isHttpsOrLoopback(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || LOOPBACK.test(hostname);
}
