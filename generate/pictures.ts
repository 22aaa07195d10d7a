import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { ROOT } from './files.ts';
import { listPagePictures } from './page-pictures.ts';
import { pagerDutyPreviewHtml } from './pagerduty-preview-html.ts';
import { slackPreviewHtml } from './slack-preview-html.ts';
import { teamsPreviewHtml } from './teams-preview-html.ts';

const CHROMIUM = '/usr/bin/chromium';
const SAMPLES = new URL('docs/samples/', ROOT);
const IMAGES = new URL('docs/images/', ROOT);
/** Beside each picture's name the SHA-256 of the page that it was taken of: a picture itself differs with the fonts. */
const RECORD = new URL('pictures.json', IMAGES);

type Picture = {
  name: string;
  sha256: string;
  viewport: { width: number; height: number };
  /** Whether all of the page is shown, or what is in the window. */
  isWhole: boolean;
  show(page: Page): Promise<void>;
};

/** How the sample of a kind of channel, by its file name's first word, becomes a page. A resolve shows nothing. */
const PREVIEWS: Record<string, (message: never) => string> = {
  slack: slackPreviewHtml,
  teams: teamsPreviewHtml,
  pagerduty: pagerDutyPreviewHtml,
};

/** What each picture has to show: the samples of docs/samples as pages, and the views of the status page. */
export function listPictures(): Picture[] {
  return [...listMessages(), ...listViews()];
}

function listViews(): Picture[] {
  const markup = readFileSync(new URL('web/index.html', ROOT), 'utf8');
  return listPagePictures(markup).map(({ shows, ...picture }) => ({
    ...picture,
    sha256: sha256(shows),
    isWhole: false,
  }));
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function listMessages(): Picture[] {
  const samples = readdirSync(SAMPLES).toSorted();
  return samples.flatMap((sample) => {
    const preview = PREVIEWS[sample.split('-', 1)[0] ?? ''];
    if (preview === undefined || sample === 'pagerduty-resolve.json') return [];
    const html = preview(JSON.parse(readFileSync(new URL(sample, SAMPLES), 'utf8')) as never);
    const show = (page: Page) => page.setContent(html);
    const viewport = { width: 760, height: 100 };
    return [{ name: sample.replace('.json', '.png'), sha256: sha256(html), viewport, isWhole: true, show }];
  });
}

/** What the pictures show that are there: SHA-256 of their pages by their names. */
export function readPictureRecord(): Record<string, string> {
  return JSON.parse(readFileSync(RECORD, 'utf8'));
}

/**
 * Takes the pictures that are out of date, and says what it did. Needs Debian's Chromium and the fonts Lato and Noto
 * Color Emoji; without Chromium old pictures stay, and the test of the record goes on failing.
 */
export async function renewPictures(): Promise<string> {
  const recorded = readPictureRecord();
  const pictures = listPictures();
  const stale = pictures.filter(({ name, sha256 }) => recorded[name] !== sha256);
  if (stale.length === 0) return 'the pictures are up to date';
  const names = stale.map(({ name }) => name).join(', ');
  if (!existsSync(CHROMIUM)) return `NOT renewed, because ${CHROMIUM} is missing: docs/images/{${names}}`;
  await takePictures(stale);
  const record = Object.fromEntries(pictures.map(({ name, sha256 }) => [name, sha256]));
  await writeFile(RECORD, `${JSON.stringify(record, null, 2)}\n`);
  return `took the pictures ${names}`;
}

async function takePictures(pictures: readonly Picture[]): Promise<void> {
  await mkdir(IMAGES, { recursive: true });
  const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'];
  const browser = await chromium.launch({ executablePath: CHROMIUM, args });
  try {
    for (const { name, viewport, isWhole, show } of pictures) {
      const page = await browser.newPage({ viewport, deviceScaleFactor: 1.5, locale: 'en-GB', timezoneId: 'UTC' });
      await show(page);
      await page.screenshot({ path: fileURLToPath(new URL(name, IMAGES)), fullPage: isWhole });
      await page.close();
    }
  } finally {
    await browser.close();
  }
}
