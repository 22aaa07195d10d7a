import type { Stats } from './api.ts';
import { durationWords, fullTime, stateWords } from './words.ts';

type End = Stats['recent'][number];

const WIDTH = 640;
const HEIGHT = 100;
const BOTTOM = 6;

/** How long each of the newest tasks took, oldest on the left, with lines at the percentiles. */
export function Chart({
  ends,
  p50,
  p95,
  taskId,
}: {
  ends: End[];
  p50: number | undefined;
  p95: number | undefined;
  taskId?: string | undefined;
}) {
  const timed = ends.filter((end): end is End & { seconds: number } => end.seconds !== undefined).toReversed();
  if (timed.length < 2) return null;
  const most = Math.max(...timed.map(({ seconds }) => seconds), p95 ?? 0, 1);
  const yOf = (seconds: number) => HEIGHT - BOTTOM - (seconds / most) * (HEIGHT - 3 * BOTTOM);
  const step = WIDTH / Math.max(timed.length, 12);
  const longest = durationWords(most * 1_000);
  const label = `Durations of the newest ${timed.length} tasks, up to ${longest}; half took ${words(p50)} at most, 95 % ${words(p95)}`;
  return (
    <figure class="chart">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        <title>{label}</title>
        {[p50, p95].map(
          (seconds, index) =>
            seconds !== undefined && (
              <line
                key={index}
                class={index === 0 ? 'p50' : 'p95'}
                x1="0"
                x2={WIDTH}
                y1={yOf(seconds)}
                y2={yOf(seconds)}
              />
            ),
        )}
        {timed.map(({ task_id: id, outcome, seconds, completed_at: at }, index) => (
          <rect
            key={id}
            class={id === taskId ? `${outcome} here` : outcome}
            x={index * step + step * 0.15}
            width={step * 0.7}
            y={yOf(seconds)}
            height={HEIGHT - BOTTOM - yOf(seconds) + 2}
            rx="1.5"
          >
            <title>{`${durationWords(seconds * 1_000)}, ${stateWords(outcome)}, ${fullTime(at)}`}</title>
          </rect>
        ))}
      </svg>
      <figcaption class="soft">
        the newest {timed.length}, up to {longest} · <span class="key p50">half took {words(p50)} at most</span> ·{' '}
        <span class="key p95">95 % took {words(p95)} at most</span>
      </figcaption>
    </figure>
  );
}

function words(seconds: number | undefined): string {
  return seconds === undefined ? 'an unknown time' : durationWords(seconds * 1_000);
}
