import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ROOT, renderGeneratedFiles, replaceTable } from '../../generate/files.ts';
import { listPictures, readPictureRecord } from '../../generate/pictures.ts';
import { embedSamples } from '../../generate/samples.ts';

const files = renderGeneratedFiles();

describe('npm run generate', () => {
  it.each(Object.entries(files))('has written %s as its sources say it now', (path, text) => {
    expect(readFileSync(new URL(path, ROOT), 'utf8')).toBe(text);
  });

  it('writes every sample that is in docs/samples', () => {
    const there = readdirSync(new URL('docs/samples/', ROOT)).map((name) => `docs/samples/${name}`);
    expect(there.toSorted()).toEqual(
      Object.keys(files)
        .filter((path) => path.startsWith('docs/samples/'))
        .toSorted(),
    );
  });

  it('has taken each picture of a message from its sample as it is now', () => {
    expect(readPictureRecord()).toEqual(Object.fromEntries(listPictures().map(({ name, sha256 }) => [name, sha256])));
    expect(readdirSync(new URL('docs/images/', ROOT))).toEqual(
      expect.arrayContaining(Object.keys(readPictureRecord())),
    );
  });
});

describe('embedding', () => {
  it('replaces the table with the same head and nothing around it', () => {
    const page = 'before\n\n| a | b |\n|---|---|\n| old | 1 |\n| old | 2 |\n\nafter\n';
    expect(replaceTable(page, '| a | b |\n|---|---|\n| new | 3 |')).toBe(
      'before\n\n| a | b |\n|---|---|\n| new | 3 |\n\nafter\n',
    );
  });

  it('refuses a page that has no such table', () => {
    expect(() => replaceTable('| other |\n', '| a | b |\n')).toThrow('no table begins with | a | b |');
  });

  it('refuses a sample that nobody writes', () => {
    expect(() => embedSamples('<!-- sample x.json -->\n```json\n{}\n```\n', {})).toThrow('x.json');
  });

  it('finds the samples of docs/notifications.md', () => {
    expect(files['docs/notifications.md']?.match(/<!-- sample /g)?.length).toBeGreaterThan(5);
  });
});
