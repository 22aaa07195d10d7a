import { describe, expect, it } from 'vitest';
import { drawDurations } from '../../bench/schedule/durations.ts';
import { bestAgainst, dominates, frontierOf, SETTINGS } from '../../bench/schedule/frontier.ts';
import { replay } from '../../bench/schedule/replay.ts';
import { ourWaiter, PEERS } from '../../bench/schedule/waiters.ts';
import { DEFAULT_SCHEDULE } from '../../functions/schedule/schedule.ts';

const durations = drawDurations(4_000, 3);
const peers = PEERS.map((peer) => replay(peer, durations));
const chosen = replay(ourWaiter(DEFAULT_SCHEDULE), durations);

describe('the poll schedule against what people run today', () => {
  const ours = frontierOf(SETTINGS.map((setting) => replay(ourWaiter(setting), durations)));

  // Our first poll comes a second after the registration: who asks less than thrice can be beaten in delay alone.
  it.each(peers.filter(({ polls }) => polls > 3))(
    'has a setting with fewer polls and less delay than $name',
    (peer) => {
      const own = bestAgainst(peer, ours);
      expect(own?.polls).toBeLessThan(peer.polls);
      expect(own?.relativeDelay).toBeLessThan(peer.relativeDelay);
    },
  );

  it.each(peers)('has a default that $name does not dominate', (peer) => {
    expect(dominates(peer, chosen)).toBe(false);
  });

  it('finds, by default, the end of a task of up to two minutes within 1.4 s, with fewer polls than KooCLI', () => {
    const short = replay(
      ourWaiter(DEFAULT_SCHEDULE),
      durations.filter((duration) => duration <= 120_000),
    );
    const [kooCli] = peers.filter(({ name }) => name.includes('its default'));
    expect(short.delayMs).toBeLessThan(1_450);
    expect(chosen.polls).toBeLessThan(kooCli?.polls ?? 0);
    expect(chosen.relativeDelay).toBeLessThan((kooCli?.relativeDelay ?? 0) / 2);
  });
});
