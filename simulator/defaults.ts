/**
 * The account that a simulator knows when nothing else is configured. Local mode, the demo and the tests sign in with it;
 * none of these values is a secret.
 */
export const DEFAULT_ACCOUNT = {
  region: 'sim-region-1',
  projectId: '0a1b2c3d4e5f60718293a4b5c6d7e8f9',
  projectName: 'sim-region-1',
  instanceId: 'eddc4d25480b4cd6b512f270a1b8b341',
  ak: 'SIMULATORACCESSKEY00',
  sk: 'simulator-secret-key-not-a-secret-000000',
  domainName: 'sim-domain',
  userName: 'sim-user',
  password: 'sim-Password-1',
} as const;

/** The environment every simulated gateway has, under the id the documentation gives RELEASE. */
export const RELEASE_ENVIRONMENT_ID = 'DEFAULT_ENVIRONMENT_RELEASE_ID';

/** Groups that exist from the start, for exports: two APIs of a few hundred bytes, and a document of several MB. */
export const SMALL_GROUP_ID = '9100ae30705947cc9543d37cd7fb388c';
export const LARGE_GROUP_ID = 'c77f5e81d9cb4424bf704ef2b0ac7600';
