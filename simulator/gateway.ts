import { newId } from './identifier.ts';

/** An OpenAPI operation object, as it was imported. */
export type Operation = Record<string, unknown>;

export type Api = { id: string; name: string; method: string; path: string; operation: Operation };

export type Group = { id: string; name: string; apis: Map<string, Api> };

/** What a group to be made from nothing looks like. */
export type GroupSeed = {
  groupId?: string;
  name: string;
  apis: number;
  /** Size of each API's description: with 1,000 APIs and 4,000 bytes an export is 4 MB and more. */
  descriptionBytes?: number;
};

/** Path with its variable names taken out: two paths that differ in nothing else are one to the router. */
export const apiKey = (method: string, path: string): string => `${method} ${path.replace(/\{[^}]*\}/g, '{}')}`;

/** One APIG gateway: its groups and their APIs. */
export class Gateway {
  readonly groups = new Map<string, Group>();
  private readonly seeds = new Map<string, GroupSeed>();

  /** A group by id; a seeded one is filled the first time it is asked for. */
  group(id: string): Group | undefined {
    const seed = this.seeds.get(id);
    if (seed) {
      this.seeds.delete(id);
      const group = this.createGroup(seed.name, id);
      for (const api of seededApis(seed)) group.apis.set(apiKey(api.method, api.path), api);
    }
    return this.groups.get(id);
  }

  createGroup(name: string, id = newId()): Group {
    const group: Group = { id, name, apis: new Map() };
    this.groups.set(id, group);
    return group;
  }

  hasGroupNamed(name: string): boolean {
    const isNamed = (group: { name: string }): boolean => group.name === name;
    return [...this.groups.values(), ...this.seeds.values()].some(isNamed);
  }

  /** Returns the id. */
  seed(seed: GroupSeed): string {
    const id = seed.groupId ?? newId();
    this.seeds.set(id, seed);
    return id;
  }
}

function* seededApis({ apis, descriptionBytes = 40 }: GroupSeed): Iterable<Api> {
  for (let index = 1; index <= apis; index++) {
    const name = `API_${String(index).padStart(5, '0')}`;
    const description = `Line ${index}: café, "quotes", 网关\n`.padEnd(
      descriptionBytes,
      'Lorem ipsum dolor sit amet. ',
    );
    yield {
      id: newId(),
      name,
      method: 'GET',
      path: `/seeded/${index}/{id}`,
      operation: seededOperation(name, description),
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
