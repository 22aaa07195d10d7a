import type { Profiles } from '../functions/core/profile.ts';
import { DEFAULT_ACCOUNT } from '../simulator/defaults.ts';

/** The `default` profile for a simulator at `url`. */
export function simulatorProfiles(url: string, requestsPerSecond = 50): Profiles {
  const { region, projectId, instanceId, ak, sk } = DEFAULT_ACCOUNT;
  return {
    default: {
      ...{ region, project_id: projectId, instance_id: instanceId, ak, sk },
      ...{ apig_endpoint: url, iam_endpoint: url, requests_per_second: requestsPerSecond },
    },
  };
}
