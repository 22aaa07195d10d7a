/** What a piece of work took in this process: its own CPU seconds (user and system, all threads) and the wall's. */
export type Taken = { cpuS: number; wallS: number };

export async function measure(work: () => Promise<unknown>): Promise<Taken> {
  const begun = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { cpuS: (user + system) / 1e6, wallS: (performance.now() - begun) / 1e3 };
}
