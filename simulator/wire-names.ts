/** Renames the keys of a JSON value, all the way down. */
function renameKeys(value: unknown, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renameKeys(item, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [rename(key), renameKeys(item, rename)]));
}

type CodeName<Name> = Name extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<CodeName<Tail>>}` : Name;

/** What a value of the wire is in the code; arrays have none of their own. */
type FromWire<T> = T extends object ? { [Name in keyof T as CodeName<Name> & string]: FromWire<T[Name]> } : T;

/** snake_case, as on the wire, to camelCase, as in the code. */
export const fromWire = <T>(value: T): FromWire<T> =>
  renameKeys(value, (key) => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())) as FromWire<T>;

/** The way back. */
export const toWire = (value: unknown): unknown =>
  renameKeys(value, (key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
