import * as z from 'zod';
import { OUTCOMES, type Outcome } from '../functions/names.ts';

const email = z.email('is not an e-mail address, like "you@example.com"');

/** A list of addresses without duplicates. */
export const emails = z
  .array(email, 'must be a list of e-mail addresses, like ["you@example.com"]')
  .superRefine((addresses, context) => refuseRepeats(addresses, context));

const RECIPIENT_RULE = `is neither an e-mail address nor {"address": "you@example.com", "outcomes": [some of ${OUTCOMES.join(', ')}]}`;

/** Who gets alerts: an address for all of them, or one with the outcomes that it wants. */
export type Recipient = string | { address: string; outcomes: Outcome[] };

/** A list of recipients, each address once. */
export const recipients = z
  .array(
    z.union([email, z.strictObject({ address: email, outcomes: z.array(z.enum(OUTCOMES)).min(1) })], RECIPIENT_RULE),
    'must be a list of e-mail addresses, like ["you@example.com"]',
  )
  .superRefine((list, context) => refuseRepeats(list.map(addressOf), context));

export function addressOf(recipient: Recipient): string {
  return typeof recipient === 'string' ? recipient : recipient.address;
}

// CDK throws at a second subscription of an address; with another case, one person would get each mail twice.
function refuseRepeats(addresses: string[], context: z.RefinementCtx) {
  const lower = addresses.map((address) => address.toLowerCase());
  for (const [index, address] of lower.entries()) {
    const first = lower.indexOf(address);
    if (first === index) continue;
    context.addIssue({ code: 'custom', path: [index], message: `is already in the list, as number ${first + 1}` });
  }
}

export const flag = z.boolean('must be true or false');

/** A whole number of this range, both ends included. */
export const whole = (min: number, max: number) => {
  const rule = `must be a whole number from ${min} to ${max}`;
  return z.int(rule).min(min, rule).max(max, rule);
};
