import * as z from 'zod/mini';

/** A whole number of the environment, from `min` (0) to `max`, in digits alone. */
export function whole({ min = 0, max }: { min?: number; max: number }) {
  const isWithin = (digits: string) => /^\d{1,12}$/.test(digits) && Number(digits) >= min && Number(digits) <= max;
  const complaint = `must be a whole number from ${min} to ${max}`;
  return z.pipe(z.string().check(z.refine(isWithin, complaint)), z.transform(Number));
}

/** A port to listen on; 0 is any free one. */
export const port = whole({ max: 65_535 });
