import { describe, expect, it } from 'vitest';
import statusPage from '../../functions/http/status-page.json' with { type: 'json' };

const { html } = statusPage;
/** Bytes: it comes with every cold start of the API, and over every phone's line. */
const MOST_BYTES = 24_000;

describe('the packed status page', () => {
  it('keeps to its budget', () => {
    expect(Buffer.byteLength(html)).toBeLessThan(MOST_BYTES);
  });

  it('asks nothing of other servers and writes no HTML of its own', () => {
    expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|src=|@import|url\(/);
    expect(html).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write|\son\w+=/);
  });

  it('moves nothing, so that nothing has to be calmed for those who want less motion', () => {
    expect(html).not.toMatch(/animation|transition|scroll-behavior/);
  });
});
