import { newId } from './identifier.ts';

/** An OpenAPI operation object, as it was imported. */
export type Operation = Record<string, unknown>;

export type Api = {
  id: string;
  name: string;
  method: string;
  path: string;
  /** `SWA` takes every path that starts with this one. */
  matchMode: 'NORMAL' | 'SWA';
  operation: Operation;
  /** Ids of environments. */
  publishedIn: Set<string>;
};

export type Group = { id: string; name: string; registeredAtMs: number; apis: Map<string, Api> };

/** A group to be made without an import. */
export type GroupSeed = {
  groupId?: string;
  name: string;
  apis: number;
  /** Size of each API's description: with 1,000 APIs and 4,000 bytes an export is 4 MB and more. */
  descriptionBytes?: number;
};

/** Method, path and match mode. Two paths that differ in the names of their variables alone are one to the router. */
export const apiKey = ({ method, path, matchMode }: Pick<Api, 'method' | 'path' | 'matchMode'>): string =>
  `${method} ${matchMode} ${path.replace(/\{[^}]*\}/g, '{}')}`;

/** One APIG gateway: its groups and their APIs. */
export class Gateway {
  private readonly all = new Map<string, Group>();
  /** Seeded groups that nobody has looked into. */
  private readonly unfilled = new Map<string, GroupSeed>();

  /** A group by id; a seeded one is filled the first time it is asked for. */
  group(id: string): Group | undefined {
    const group = this.all.get(id);
    const seed = this.unfilled.get(id);
    if (!group || !seed) return group;
    this.unfilled.delete(id);
    for (const api of seededApis(seed)) group.apis.set(apiKey(api), api);
    return group;
  }

  /** Every group, oldest first; those that were seeded may not have their APIs yet. */
  groups(): Omit<Group, 'apis'>[] {
    return [...this.all.values()];
  }

  /** The APIs of every group that was looked into or imported into. */
  apis(): Api[] {
    return [...this.all.values()].flatMap((group) => [...group.apis.values()]);
  }

  createGroup(name: string, nowMs: number, id = newId()): Group {
    const group: Group = { id, name, registeredAtMs: nowMs, apis: new Map() };
    this.all.set(id, group);
    return group;
  }

  hasGroupNamed(name: string): boolean {
    return this.groups().some((group) => group.name === name);
  }

  /** Returns the id. */
  seed(seed: GroupSeed, nowMs: number): string {
    const { id } = this.createGroup(seed.name, nowMs, seed.groupId);
    this.unfilled.set(id, seed);
    return id;
  }
}

function* seededApis({ apis, descriptionBytes = 40 }: GroupSeed): Iterable<Api> {
  for (let index = 1; index <= apis; index++) {
    const name = `API_${String(index).padStart(5, '0')}`;
    const text = `Line ${index}: café, "quotes", 网关\n`;
    const description = text.padEnd(descriptionBytes, 'Lorem ipsum dolor sit amet. ');
    yield {
      id: newId(),
      name,
      method: 'GET',
      path: `/seeded/${index}/{id}`,
      matchMode: 'NORMAL',
      operation: seededOperation(name, description),
      publishedIn: new Set(),
    };
  }
}

function seededOperation(name: string, description: string): Operation {
  return {
    operationId: name,
    description,
    parameters: [{ name: 'id', in: 'path', required: true, type: 'string' }],
    responses: { default: { description: 'response example' } },
    'x-apigateway-request-type': 'public',
    'x-apigateway-match-mode': 'NORMAL',
    'x-apigateway-backend': { type: 'MOCK', mockEndpoints: { 'result-content': 'ok' } },
  };
}
