import { readFileSync, writeFileSync } from 'node:fs';
import { buildStatusPage } from '../web/build-status-page.ts';

/** `npm run status-page`: packs web/index.html for the API. A test fails while the packed page is not fresh. */
const html = readFileSync(new URL('../web/index.html', import.meta.url), 'utf8');
const target = new URL('../functions/http/status-page.json', import.meta.url);
writeFileSync(target, `${JSON.stringify(buildStatusPage(html), null, 2)}\n`);
