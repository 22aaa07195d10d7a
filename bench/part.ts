/** A printed table: the first column names the row. */
export type Table = { title: string; columns: string[]; rows: (string | number)[][] };

/** A goal and what was measured for it. */
export type Goal = { goal: string; measured: string; reached: boolean };

/** What one part of the benchmark found out. `data` is kept in bench/results.json; charts by their file names. */
export type PartResult = { goals: Goal[]; tables: Table[]; charts?: Record<string, string>; data: unknown };

export type Part = () => Promise<PartResult>;
