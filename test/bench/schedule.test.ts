import { describe, expect, it } from 'vitest';
import { drawDurations } from '../../bench/schedule/durations.ts';
import { runFleet } from '../../bench/schedule/fleet.ts';
import { bestAgainst, dominates, frontierOf, SETTINGS } from '../../bench/schedule/frontier.ts';
import { replay } from '../../bench/schedule/replay.ts';
import { ourWaiter, PEERS } from '../../bench/schedule/waiters.ts';
import { DEFAULT_SCHEDULE } from '../../functions/schedule/schedule.ts';

const durations = drawDurations(4_000, 3);
const peers = PEERS.map((peer) => replay(peer, durations));
const chosen = replay(ourWaiter(DEFAULT_SCHEDULE), durations);

describe('the poll schedule against what people run today', () => {
  const ours = frontierOf(SETTINGS.map((setting) => replay(ourWaiter(setting), durations)));

  it.each(peers)('has a setting with fewer polls and less delay than $name', (peer) => {
    const own = bestAgainst(peer, ours);
    expect(own?.polls).toBeLessThan(peer.polls);
    expect(own?.relativeDelay).toBeLessThan(peer.relativeDelay);
  });

  it.each(peers)('has a default that $name does not dominate', (peer) => {
    expect(dominates(peer, chosen)).toBe(false);
  });

  it('stays, by default, within what 100,000 tasks a day may ask at ten requests a second', () => {
    const pollsASecond = (chosen.polls * 100_000) / 86_400;
    expect(pollsASecond).toBeLessThan(8.5);
  });
});

describe('the learned schedule', () => {
  it('halves the mean delay at the same polls where durations stay what they were', () => {
    for (const sigma of [0.2, 0.5, 0.8]) {
      const { plain, learned } = runFleet({ gateways: 16, tasksPerGateway: 250, sigma }, DEFAULT_SCHEDULE);
      expect(learned.delayMs).toBeLessThan(plain.delayMs / 2);
      expect(learned.polls).toBeLessThan(plain.polls * 1.02);
      expect(learned.relativeDelay).toBeLessThan(plain.relativeDelay);
    }
  });

  it('does no lasting harm when durations become five times as long or as short', () => {
    for (const shift of [5, 0.2]) {
      // The change comes at task 125; results are read at 128, too few to notice, and again at 144: 19 tasks go by the old belief.
      const fleet = { gateways: 12, tasksPerGateway: 250, sigma: 0.35, shift };
      const { plain, learned, after } = runFleet(fleet, DEFAULT_SCHEDULE);
      expect(learned.delayMs).toBeLessThan(plain.delayMs * 0.65);
      expect(learned.polls).toBeLessThan(plain.polls * 1.15);
      expect(after?.learned.polls).toBeLessThan(1.6 * (after?.plain.polls ?? 0));
      expect(after?.learned.relativeDelay).toBeLessThan(0.5);
    }
  });
});
