import type { Profile } from '../functions/huawei/profile.ts';
import type { Fault } from '../functions/tasks/observation.ts';
import { type Finding, fail, ok, warn } from './check.ts';

/** Says what Huawei's answer about a task that does not exist tells of the profile that asked; no fault is a 200. */
export function judgeAnswer(check: string, fault: Fault | undefined, profile: Profile): Finding {
  if (fault === undefined) return ok(check, 'credentials accepted');
  const { error } = fault;
  const said = `${error.code}: ${error.message}${error.requestId ? ` (request ${error.requestId})` : ''}`;
  switch (fault.class) {
    case 'not_found':
      return ok(check, `credentials accepted (${error.code} for a task that does not exist)`);
    case 'gateway_not_found':
      return judgeGateway(check, fault, profile);
    case 'unauthenticated':
      return fail(check, `refused, ${said}`, signInFix(profile));
    case 'forbidden':
      return fail(check, `not permitted, ${said}`, 'grant apig:asyncTask:get and apig:instance:get in this project');
    case 'throttled':
      return warn(check, `throttled, ${said}`, 'run the doctor again later; lower requests_per_second if it continues');
    case 'transient':
      return error.httpStatus === undefined
        ? fail(check, `cannot be reached, ${said}`, 'check region, apig_endpoint, DNS and firewall')
        : warn(check, `answers with an error, ${said}`, 'run the doctor again later; ask Huawei Cloud if it continues');
    case 'permanent':
      return fail(check, `the query was rejected, ${said}`, 'check project_id and instance_id');
  }
}

// Without a default gateway the doctor asks for one that cannot exist; who is told so has signed in.
function judgeGateway(check: string, { error }: Fault, profile: Profile): Finding {
  const isPath = error.code === 'APIGW.0101' || error.code.startsWith('HTTP.');
  if (profile.instance_id === undefined && !isPath) return ok(check, 'credentials accepted; no default gateway set');
  const message = `${error.code}: ${error.message}`;
  return fail(check, message, isPath ? 'check region and apig_endpoint' : 'check instance_id and project_id');
}

function signInFix({ ak, auth_token }: Profile): string {
  const where = 'in the Huawei secret (locally: the environment)';
  if (ak !== undefined) {
    return `put a valid ak and sk ${where}; each retry counts: more than five bad signatures lock the key for 5 minutes`;
  }
  if (auth_token !== undefined)
    return `put a new auth_token ${where}; a token expires after 24 hours, so prefer ak and sk`;
  return `put the correct domain_name, user_name and password ${where}; repeated wrong passwords lock the account for 15 minutes`;
}
