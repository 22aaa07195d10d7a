import { DEFAULT_ACCOUNT, RELEASE_ENVIRONMENT_ID, SMALL_GROUP_ID } from '../../simulator/defaults.ts';

/** What somebody does in a Huawei console or a CI job of their own before they have a task to watch. */
export type HuaweiUser = {
  /** Starts an import of an OpenAPI file; resolves to the task's id. */
  importFile(text: string): Promise<string>;
  /** Starts an export of a group; resolves to the task's id. */
  exportGroup(type: 'json' | 'yaml'): Promise<string>;
};

/** Huawei's own fields of an export of the simulator's small group. */
export const EXPORT_FIELDS = { env_id: RELEASE_ENVIRONMENT_ID, group_id: SMALL_GROUP_ID, define: 'all' };

/** Signs in at `endpoint` with the simulator's account, as the API reference says. Throws when it is refused. */
export async function signInAsHuaweiUser(endpoint: string): Promise<HuaweiUser> {
  const { projectId, instanceId, domainName, userName, password } = DEFAULT_ACCOUNT;
  const user = { name: userName, password, domain: { name: domainName } };
  const auth = { identity: { methods: ['password'], password: { user } }, scope: { project: { id: projectId } } };
  const signedIn = await fetch(`${endpoint}/v3/auth/tokens?nocatalog=true`, {
    method: 'POST',
    headers: { 'content-type': 'application/json;charset=utf8' },
    body: JSON.stringify({ auth }),
  });
  const token = signedIn.headers.get('x-subject-token');
  if (signedIn.status !== 201 || token === null) throw new Error(`IAM answered ${signedIn.status}`);
  const openapi = `${endpoint}/v2/${projectId}/apigw/instances/${instanceId}/openapi`;
  const start = async (path: string, init: RequestInit): Promise<string> => {
    const headers = { ...init.headers, 'x-auth-token': token };
    const response = await fetch(`${openapi}/${path}`, { ...init, method: 'POST', headers });
    if (response.status !== 202) throw new Error(`${path}: APIG answered ${response.status} ${await response.text()}`);
    const { task_id } = (await response.json()) as { task_id: string };
    return task_id;
  };
  return {
    importFile(text) {
      const form = new FormData();
      form.set('file_name', new Blob([text], { type: 'application/json' }), 'openapi.json');
      return start('async-import', { body: form });
    },
    exportGroup(type) {
      const body = JSON.stringify({ ...EXPORT_FIELDS, type });
      return start('async-export?oas_version=3.0', { headers: { 'content-type': 'application/json' }, body });
    },
  };
}
