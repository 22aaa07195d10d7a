import { describe, expect, it } from 'vitest';
import type { AlertMemory } from '../../functions/messages/operator-alerter.ts';

export const NOW_MS = Date.parse('2026-11-24T02:00:00Z');
export const HOUR_MS = 3_600_000;

/** What every durable `AlertMemory` does. */
export function describeAlertMemory(name: string, memory: () => AlertMemory): void {
  describe(`AlertMemory on ${name}`, () => {
    it('lets the first claim through and refuses it until the period is over', async () => {
      const claims = [];
      for (const afterMs of [0, 1, HOUR_MS - 1, HOUR_MS, 2 * HOUR_MS - 1]) {
        claims.push(await memory().claim('a', NOW_MS + afterMs, HOUR_MS));
      }
      expect(claims).toEqual([true, false, false, true, false]);
    });

    it('lets one of many claims at once through', async () => {
      const claims = await Promise.all(Array.from({ length: 20 }, () => memory().claim('race', NOW_MS, HOUR_MS)));
      expect(claims.filter(Boolean)).toHaveLength(1);
    });

    it('keeps keys apart', async () => {
      expect(await memory().claim('profile:one', NOW_MS, HOUR_MS)).toBe(true);
      expect(await memory().claim('profile:two', NOW_MS, HOUR_MS)).toBe(true);
    });

    it('lets a released key be claimed again', async () => {
      await memory().claim('again', NOW_MS, HOUR_MS);
      await memory().release('again');
      expect(await memory().claim('again', NOW_MS, HOUR_MS)).toBe(true);
    });
  });
}
