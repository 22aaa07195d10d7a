import { expect, it } from 'vitest';
import { createTerminalLog } from '../../local/terminal-log.ts';

it('writes nothing that moves a cursor or turns a direction, whoever sent the text', () => {
  const written: string[] = [];
  const log = createTerminalLog({ write: (text) => written.push(text) });
  log.warn('poll failed\u009b31m\u0085\u202e', {
    error: { message: 'a\u009bb\u0085c\u202ed\u001b[31m\ne' },
    cause: new Error('x\u009by'),
  });
  expect(written).toHaveLength(1);
  expect(written[0]).toMatch(/^[\x20-\x7e]+\n$/);
  expect(written[0]).toContain('a\\u009bb\\u0085c\\u202ed\\u001b[31m\\ne');
});
