/** Most megabytes of a semi-space; the young generation takes three. */
const MOST_SEMI_SPACE_MB = 16;

/**
 * Flags that keep V8's heap within a function of so many megabytes of memory, with a quarter left for what is not heap.
 *
 * V8 collects late where it believes in much memory. A sweep's garbage then decides the peak: 370 MB after 200,000
 * tasks instead of 190, with 35 MB in use (`npm run bench -- scale`).
 */
export function heapFlags(memoryMb: number): string[] {
  const semiSpaceMb = Math.min(MOST_SEMI_SPACE_MB, Math.floor(memoryMb / 32));
  return [`--max-semi-space-size=${semiSpaceMb}`, `--max-old-space-size=${Math.floor(memoryMb * 0.75)}`];
}
