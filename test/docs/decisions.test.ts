import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const folder = new URL('../../docs/decisions/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');

it('docs/decisions lists every decision with its title, date and status', () => {
  const rows = readdirSync(folder)
    .filter((name) => name !== 'README.md')
    .toSorted()
    .map((name) => {
      const form =
        /^# (\d{3})\. (.+)\n\n\*(\d{4}-\d\d-\d\d) · (in force|(?:partly )?overtaken on \d{4}-\d\d-\d\d by .+)\*\n\n## Decision\n/;
      const [, number, title, date, status] = form.exec(read(name)) ?? [];
      expect(number, name).toBe(name.slice(0, 3));
      return `| [${number}](${name}) | ${title} | ${date} | ${status} |`;
    });
  const listed = read('README.md')
    .split('\n')
    .filter((line) => line.startsWith('| ['));
  expect(listed).toEqual(rows);
});
