import { STATUS_CODES } from 'node:http';
import * as z from 'zod';
import type { Verdict } from './access-keys.ts';
import { type Answer, json } from './http.ts';
import { newId, newToken } from './identifier.ts';
import { parseJson } from './json-body.ts';
import { Lockout } from './limits.ts';
import type { Account } from './options.ts';

const name = z.string().min(1);
const bodySchema = z.object({
  auth: z.object({
    identity: z.object({
      methods: z.array(z.string()).refine((methods) => methods.includes('password')),
      password: z.object({ user: z.object({ name, password: name, domain: z.object({ name }) }) }),
    }),
    scope: z.object({ project: z.object({ id: name }).or(z.object({ name })) }),
  }),
});

type Scope = z.infer<typeof bodySchema>['auth']['scope']['project'];
type User = z.infer<typeof bodySchema>['auth']['identity']['password']['user'];

/** IAM's error shape, which is not APIG's. */
export function iamError(status: number, message: string): Answer {
  return json(status, { error: { code: status, message, title: STATUS_CODES[status] } });
}

/** IAM: `POST /v3/auth/tokens` and `GET /v3/projects`. Five wrong passwords in a row lock the user for 15 minutes, even for the right one. */
export class IamTokens {
  readonly lockout = new Lockout({ limit: 5, lockMs: 15 * 60_000 });
  private readonly accounts: Account[];
  private readonly registry: TokenRegistry;

  constructor(accounts: Account[], registry: TokenRegistry) {
    this.accounts = accounts;
    this.registry = registry;
  }

  answer(request: { contentType: string; query: string; body: Uint8Array }, nowMs: number): Answer {
    if (!request.contentType.startsWith('application/json'))
      return iamError(415, 'Content-Type must be application/json.');
    const body = bodySchema.safeParse(parseJson(request.body));
    if (!body.success) return iamError(400, `Request parameter ${body.error.issues[0]?.path.join('.')} is invalid.`);
    const { identity, scope } = body.data.auth;
    const reachable = this.signIn(identity.password.user, nowMs);
    if ('status' in reachable) return reachable;
    const account = reachable.find((one) => isInScope(one, scope.project));
    if (!account) return iamError(401, 'The project does not exist or is not accessible.');
    return tokenAnswer(
      account,
      this.registry.issue(account, nowMs),
      new URLSearchParams(request.query).has('nocatalog'),
    );
  }

  /** `GET /v3/projects?name=`: the projects that the user of a token, or the owner of a key, may work in. */
  projects(verdict: Verdict, query: string): Answer {
    if (verdict.kind === 'refused')
      return iamError(401, `The request you have made requires authentication: ${verdict.why}`);
    const { domainName, userName } = verdict.account;
    const name = new URLSearchParams(query).get('name');
    const own = this.accounts.filter((one) => one.domainName === domainName && one.userName === userName);
    const projects = own.filter((one) => name === null || one.projectName === name).map(projectOf);
    return json(200, { links: { next: null, previous: null, self: '/v3/projects' }, projects });
  }

  /** One account for each project of the user. */
  private signIn(user: User, nowMs: number): Account[] | Answer {
    const key = `${user.domain.name}/${user.name}`;
    if (this.lockout.isLocked(key, nowMs)) return iamError(401, 'The account is locked. Try again 15 minutes later.');
    const own = this.accounts.filter((one) => `${one.domainName}/${one.userName}` === key);
    if (own[0]?.password === user.password) {
      this.lockout.succeed(key);
      return own;
    }
    this.lockout.fail(key, nowMs);
    return iamError(401, 'The username or password is wrong.');
  }
}

function projectOf({ projectId, projectName, domainName }: Account): object {
  const domainId = idOf(domainName);
  const links = { self: `/v3/projects/${projectId}` };
  const about = { description: '', enabled: true, is_domain: false, parent_id: domainId };
  return { id: projectId, name: projectName, domain_id: domainId, links, ...about };
}

function isInScope(account: Account, project: Scope): boolean {
  return 'id' in project ? project.id === account.projectId : project.name === account.projectName;
}

function tokenAnswer(account: Account, issued: IssuedToken, isWithoutCatalog: boolean): Answer {
  const domain = { id: idOf(account.domainName), name: account.domainName };
  const token = {
    expires_at: microseconds(issued.expiresAtMs),
    issued_at: microseconds(issued.issuedAtMs),
    methods: ['password'],
    catalog: isWithoutCatalog ? [] : [catalogEntry(account)],
    project: { domain, id: account.projectId, name: account.projectName },
    roles: [{ id: '0', name: 'te_admin' }],
    user: { domain, id: idOf(account.userName), name: account.userName, password_expires_at: '' },
  };
  return json(201, { token }, { 'X-Subject-Token': issued.token });
}

function catalogEntry({ region, projectId }: Account): object {
  const url = `https://apig.${region}.myhuaweicloud.com/v2/${projectId}`;
  const endpoints = [{ id: idOf(url), interface: 'public', region, region_id: region, url }];
  return { endpoints, id: idOf('apig'), name: 'apig', type: 'apig' };
}

const microseconds = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z');

const ids = new Map<string, string>();
function idOf(name: string): string {
  const id = ids.get(name) ?? newId();
  ids.set(name, id);
  return id;
}

export type IssuedToken = { token: string; issuedAtMs: number; expiresAtMs: number };

/** The IAM tokens that are out. A new one does not revoke older ones. */
export class TokenRegistry {
  private readonly tokens = new Map<string, { account: Account; expiresAtMs: number }>();
  private readonly lifetimeMs: number;

  constructor(lifetimeMs: number) {
    this.lifetimeMs = lifetimeMs;
  }

  issue(account: Account, nowMs: number): IssuedToken {
    const issued = { token: newToken(), issuedAtMs: nowMs, expiresAtMs: nowMs + this.lifetimeMs };
    this.tokens.set(issued.token, { account, expiresAtMs: issued.expiresAtMs });
    return issued;
  }

  verify(token: string, nowMs: number): Verdict {
    const known = this.tokens.get(token);
    if (!known) return { kind: 'refused', why: 'decrypt token fail' };
    if (known.expiresAtMs <= nowMs) return { kind: 'refused', why: 'token expires' };
    return { kind: 'account', account: known.account };
  }

  /** What a change of password, key or permission does to every token. */
  revokeAll(): void {
    this.tokens.clear();
  }
}
