import * as z from 'zod';

/** A list of addresses without duplicates. */
export const emails = z
  .array(
    z.email('is not an e-mail address, like "you@example.com"'),
    'must be a list of e-mail addresses, like ["you@example.com"]',
  )
  .superRefine((addresses, context) => {
    // CDK throws at a second subscription of an address; with another case, one person would get each mail twice.
    const lower = addresses.map((address) => address.toLowerCase());
    for (const [index, address] of lower.entries()) {
      const first = lower.indexOf(address);
      if (first === index) continue;
      context.addIssue({ code: 'custom', path: [index], message: `is already in the list, as number ${first + 1}` });
    }
  });

export const flag = z.boolean('must be true or false');

/** A whole number of this range, both ends included. */
export const whole = (min: number, max: number) => {
  const rule = `must be a whole number from ${min} to ${max}`;
  return z.int(rule).min(min, rule).max(max, rule);
};
