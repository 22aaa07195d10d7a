import { DEFAULT_ACCOUNT } from './defaults.ts';

/** A profile, in the shape of `HUAWEICLOUD_PROFILES_FILE`, that signs in to a simulator with its default account's AK/SK. */
export function defaultProfile(url: string) {
  const { region, projectId, instanceId, ak, sk } = DEFAULT_ACCOUNT;
  return { region, project_id: projectId, instance_id: instanceId, ak, sk, apig_endpoint: url, iam_endpoint: url };
}
