import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createProcessAlertMemory } from '../../functions/messages/operator-alerter.ts';
import type { TaskResult } from '../../functions/tasks/result.ts';
import { burst, failedImport, goodExport, partialImport } from '../../generate/sample-results.ts';
import { createTerminalOperatorAlerter, createTerminalPublisher, wantsColours } from '../../local/terminal-alerts.ts';
import { arbitraryResult } from '../messages/arbitrary-result.ts';

const ESC = '\u001b';

async function print(results: TaskResult[], colours: boolean): Promise<string> {
  const written: string[] = [];
  const terminal = { colours, write: (text: string) => written.push(text) };
  expect(await createTerminalPublisher(terminal).publish(results)).toEqual({ failed: [] });
  return written.join('');
}

describe('createTerminalPublisher', () => {
  it('prints plain lines into a pipe', async () => {
    const text = await print([partialImport], false);
    expect(text).not.toContain(ESC);
    expect(text.split('\n').slice(0, 2)).toEqual([
      '▲ APIG import partially succeeded: 12 created, 3 updated, 2 failed',
      '  Label: staging',
    ]);
    expect(text.endsWith('\n\n')).toBe(true);
  });

  it.each([
    ['green', '32', '✔', goodExport],
    ['yellow', '33', '▲', partialImport],
    ['red', '31', '✖', failedImport],
  ])('marks the headline in %s at a terminal', async (_name, code, mark, result) => {
    expect(await print([result], true)).toMatch(new RegExp(`^${ESC}\\[${code}m${mark} ${ESC}\\[1mAPIG `));
  });

  it('ends every line without colour left on', async () => {
    for (const line of (await print(burst, true)).split('\n'))
      if (line.includes(ESC)) expect(line.endsWith(`${ESC}[0m`)).toBe(true);
  });

  it('prints a digest for a burst', async () => {
    expect(await print(burst, false)).toMatch(/^✖ APIG: 8 tasks ended: 1 failed/);
  });

  it("lets nobody else's words steer the terminal", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryResult, { minLength: 1, maxLength: 4 }), async (results) => {
        expect(await print(results, false)).not.toMatch(/(?!\n)\p{Cc}/u);
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});

describe('createTerminalOperatorAlerter', () => {
  it('prints an alert once, with its control characters gone', async () => {
    const written: string[] = [];
    const terminal = { colours: false, write: (text: string) => written.push(text) };
    const clock = { now: () => 0, sleep: async () => {} };
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const alerter = createTerminalOperatorAlerter({ terminal, clock, log, memory: createProcessAlertMemory() });
    const alert = { key: 'k', subject: `Profile ${ESC}[31mx is refused`, body: 'Line one\nLine two' };
    expect([await alerter.raise(alert), await alerter.raise(alert)]).toEqual([true, false]);
    expect(written).toEqual(['! Profile [31mx is refused\n  Line one\n  Line two\n\n']);
  });
});

describe('wantsColours', () => {
  it.each([
    [{ isTty: true }, true],
    [{ isTty: true, noColor: '' }, true],
    [{ isTty: true, noColor: '1' }, false],
    [{ isTty: true, term: 'dumb' }, false],
    [{ isTty: false }, false],
  ])('%j gives %s', (terminal, expected) => {
    expect(wantsColours(terminal)).toBe(expected);
  });
});
