import { ratiosOf, type Spread, spreadOf } from '../stats.ts';
import type { Family, Subject } from './subjects.ts';
import type { ImportTimes } from './time-imports.ts';

/** What was measured of one module. The ratios, to the SDK clients that it holds, are a bundle's alone. */
export type Import = Subject & { ms: Spread; toClients?: Spread; toLightened?: Spread };
/** Modules with the same SDK clients, the clients alone first. */
export type FamilyImports = { clients: string[]; imports: Import[] };

export function measureOne(subject: Subject, times: ImportTimes): Import {
  return { ...subject, ms: spreadOf(timesOf(subject, times)) };
}

/** Each bundle against its clients, round by round. */
export function measureFamily({ clients, alone, lightened, bundles }: Family, times: ImportTimes): FamilyImports {
  const measured = bundles.map((bundle) => ({
    ...measureOne(bundle, times),
    toClients: spreadOf(ratiosOf(timesOf(bundle, times), timesOf(alone, times))),
    toLightened: spreadOf(ratiosOf(timesOf(bundle, times), timesOf(lightened, times))),
  }));
  return { clients, imports: [measureOne(alone, times), measureOne(lightened, times), ...measured] };
}

const timesOf = ({ file }: Subject, times: ImportTimes) => times.get(file) ?? [];
