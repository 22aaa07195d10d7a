declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** `path`: folder of the LevelDB store; in memory when absent. `createTableMs`: time in CREATING. */
  export default function dynalite(options?: { path?: string; createTableMs?: number }): Server;
}
