import type { Profile } from '../functions/huawei/profiles.ts';
import { permissionHelp } from '../functions/tasks/codes.ts';
import type { Fault } from '../functions/tasks/observation.ts';
import { type Finding, fail, ok, warn } from './check.ts';
import { MAX_SKEW_MS } from './clock-skew.ts';

/**
 * Judges a profile by Huawei's answer about a task that does not exist; no fault stands for a 200. `aheadMs` is how far
 * this machine's clock was ahead of Huawei's.
 */
export function judgeAnswer(check: string, fault: Fault | undefined, profile: Profile, aheadMs = 0): Finding {
  if (fault === undefined) return ok(check, 'credentials accepted');
  const { error } = fault;
  const said = `${error.code}: ${error.message}${error.requestId ? ` (request ${error.requestId})` : ''}`;
  if (isIamTrouble(fault)) return judgeIam(check, fault, said);
  switch (fault.class) {
    case 'not_found':
      if (error.code === 'APIG.1149')
        return fail(check, `not of this project, ${said}`, 'check project_id and instance_id');
      return ok(check, `credentials accepted (${error.code} for a task that does not exist)`);
    case 'gateway_not_found':
      return judgeGateway(check, fault, profile);
    case 'unauthenticated':
      return fail(check, `refused, ${said}`, isClockOff(profile, aheadMs) ? CLOCK_FIX : signInFix(profile));
    case 'forbidden':
      return fail(check, `not permitted, ${said}`, permissionHelp());
    case 'throttled':
      return warn(check, `throttled, ${said}`, 'run the doctor again later; lower requests_per_second if it continues');
    case 'transient':
      return error.httpStatus === undefined
        ? fail(check, `cannot be reached, ${said}`, 'check region, apig_endpoint, HTTPS_PROXY, DNS and firewall')
        : warn(check, `answers with an error, ${said}`, 'run the doctor again later; ask Huawei Cloud if it continues');
    case 'permanent':
      return fail(check, `the query was rejected, ${said}`, 'check project_id and instance_id');
  }
}

/**
 * IAM gave no token, and did not refuse the login either: it cannot be reached, fails, or something else answers in its place.
 * A refusal has a code of IAM's. Without an HTTP status the code tells a broken profile from a broken connection.
 */
export function isIamTrouble({ class: faultClass, error: { code, httpStatus } }: Fault): boolean {
  if (faultClass !== 'unauthenticated') return false;
  if (httpStatus === undefined) return NETWORK_CODES.has(code);
  return httpStatus !== 401 && (httpStatus >= 500 || httpStatus === 429 || !/^(IAM|APIGW?|APIC)\./.test(code));
}

const NETWORK_CODES = new Set(['CONNECTION', 'TIMEOUT', 'ABORTED']);

function judgeIam(check: string, { error: { httpStatus } }: Fault, said: string): Finding {
  if (httpStatus === undefined)
    return fail(check, `IAM cannot be reached, ${said}`, 'check region, iam_endpoint, HTTPS_PROXY, DNS and firewall');
  if (httpStatus >= 500 || httpStatus === 429)
    return warn(
      check,
      `IAM answers with an error, ${said}`,
      'run the doctor again later; check iam_endpoint if it continues',
    );
  return fail(check, `no answer of IAM, ${said}`, 'check region and iam_endpoint: something else answers there');
}

const CLOCK_FIX =
  'set the clock of this machine (NTP): it is more than 15 minutes off, and signatures with its time are refused, whatever the key';

const isClockOff = ({ ak }: Profile, aheadMs: number) => ak !== undefined && Math.abs(aheadMs) > MAX_SKEW_MS;

// Without a default gateway the doctor asks for one that cannot exist; this answer shows that the sign-in worked.
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
  return `put the correct domain_name (the name of the account), user_name (of the IAM user) and password ${where}; repeated wrong passwords lock the account for 15 minutes`;
}
