import { drawBars } from '../bars/draw-bars.ts';

/** What one way of telling sends for all ends. */
export type Sent = { name: string; messages: number; calls: number };

/** Messages and calls that the ends become. */
export function drawNotify(completions: number, sent: Sent[]): string {
  return drawBars({
    title: `What ${completions.toLocaleString('en-US')} ends become`,
    panels: ['messages', 'API calls'],
    sameScale: true,
    groups: [
      {
        rows: sent.map(({ name, messages, calls }) => ({
          name,
          color: 'ours',
          bars: [{ value: messages }, { value: calls }],
        })),
      },
    ],
    note: 'Programs get an event for each end, ten in a call; people get one alert a sweep, and Slack one digest for a batch of its queue.',
  });
}
