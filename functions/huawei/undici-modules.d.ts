// undici by module: its index pulls in fetch, caches and mocks, which a Lambda bundle does without.
declare module 'undici/lib/dispatcher/pool.js' {
  import type { Pool } from 'undici';

  const PoolClass: typeof Pool;
  export default PoolClass;
}
