import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import type { SlackMessage } from '../functions/channels/slack/blocks.ts';
import { toPreviewHtml } from '../samples/slack-preview-html.ts';

const SAMPLES = fileURLToPath(new URL('../docs/samples/', import.meta.url));
const IMAGES = fileURLToPath(new URL('../docs/images/', import.meta.url));

// Pictures of docs/samples/slack-*.json. Needs Chromium and the fonts Lato and Noto Color Emoji.
const { values } = parseArgs({ options: { browser: { type: 'string', default: '/usr/bin/chromium' } } });
if (!existsSync(values.browser)) {
  console.error(`${values.browser} is missing, so the pictures in docs/images are not renewed.`);
  process.exit(0);
}
const browser = await chromium.launch({
  executablePath: values.browser,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  const page = await browser.newPage({ viewport: { width: 760, height: 100 }, deviceScaleFactor: 1.5 });
  await mkdir(IMAGES, { recursive: true });
  const samples = (await readdir(SAMPLES)).filter((name) => /^slack-.*\.json$/.test(name));
  for (const name of samples) {
    const message = JSON.parse(await readFile(`${SAMPLES}${name}`, 'utf8')) as SlackMessage;
    await page.setContent(toPreviewHtml(message));
    const path = `${IMAGES}${name.replace('.json', '.png')}`;
    await page.screenshot({ path, fullPage: true });
    console.log(path);
  }
} finally {
  await browser.close();
}
