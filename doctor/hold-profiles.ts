import type { Profiles } from '../functions/huawei/profiles.ts';
import type { Redactor } from './redactor.ts';

/** Keeps everything that profiles sign in with, or sign with, out of what is printed. */
export function holdProfiles(redactor: Redactor, profiles: Profiles): void {
  for (const { sk, security_token, password, auth_token, webhook_secrets = [] } of Object.values(profiles)) {
    redactor.hold([sk, security_token, password, auth_token, ...[webhook_secrets].flat()]);
  }
}
