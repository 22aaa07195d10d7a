import type { Context } from 'aws-lambda';
import type { Page } from 'playwright-core';
import { unnamedKeys } from '../functions/http/api-keys.ts';
import { createTasksApiHandler, type TasksApiHandler } from '../functions/http/handler.ts';
import { createTaskSchedule, withMinInterval } from '../functions/schedule/schedule.ts';
import { matchesResult } from '../functions/tasks/filter.ts';
import { buildStatusPage } from '../web/build-status-page.ts';
import { NOW_MS, PENDING, RESULTS } from './page-samples.ts';

const ORIGIN = 'http://localhost';
const KEY = 'the-key-of-the-pictures';

/** The views that are shown, by the names of their pictures. */
const VIEWS = {
  'page-overview.png': { hash: '', height: 700 },
  'page-task.png': { hash: `#${RESULTS[0]?.taskId}`, height: 900 },
  'page-history.png': { hash: '#/history?since=7d&label=staging', height: 460 },
  'page-start.png': { hash: '#/start', height: 460 },
} as const;

/** Each picture's name, the size of its window, and what it shows: the page and the samples, as text. */
export function listPagePictures(markup: string) {
  const { html } = buildStatusPage(markup);
  const shows = html + JSON.stringify([NOW_MS, PENDING, RESULTS]);
  return Object.entries(VIEWS).map(([name, { hash, height }]) => ({
    name,
    shows: shows + hash,
    viewport: { width: 1_100, height },
    show: (page: Page) => showView(page, { html, hash }),
  }));
}

/** Opens the page as somebody who is signed in, on the real API over the samples. */
async function showView(page: Page, { html, hash }: { html: string; hash: string }): Promise<void> {
  const handler = sampleApi();
  await page.clock.setFixedTime(NOW_MS);
  await page.addInitScript(`sessionStorage.setItem('apig-task-notifier.key', '${KEY}')`);
  await page.route('**/*', async (route) => {
    const url = new URL(route.request().url());
    if (url.pathname === '/') return route.fulfill({ contentType: 'text/html', body: html });
    const { statusCode: status, headers, body } = await ask(handler, url);
    return route.fulfill({ status, headers, body: String(body ?? '') });
  });
  await page.goto(`${ORIGIN}/${hash}`);
  await page.waitForLoadState('networkidle');
}

function ask(handler: TasksApiHandler, { pathname: path, search }: URL) {
  const headers = { authorization: `Bearer ${KEY}` };
  const requestContext = { http: { method: 'GET', path } };
  const rawQueryString = search.slice(1);
  const event = {
    version: '2.0' as const,
    rawPath: path,
    rawQueryString,
    headers,
    requestContext,
    isBase64Encoded: false,
  };
  return handler(event, {} as Context);
}

/** The API over the samples, which nothing changes. */
function sampleApi(): TasksApiHandler {
  const schedule = createTaskSchedule(withMinInterval(undefined));
  const none = async () => undefined;
  const never = () => Promise.reject(new Error('The samples do not change'));
  return createTasksApiHandler({
    pending: {
      ...{ register: never, recordError: never, remove: never, noteHeard() {} },
      get: async (id) => PENDING.find(({ taskId }) => taskId === id),
      async *scan() {
        yield [...PENDING];
      },
    },
    results: {
      ...{ put: never, remove: never, removeUnreadable: never, recordDeliveries: never },
      get: async (id) => RESULTS.find(({ taskId }) => taskId === id),
      list: async (filter, { limit }) => ({
        items: RESULTS.filter((result) => matchesResult(result, filter)).slice(0, limit),
      }),
    },
    files: { open: none },
    profiles: async () => ({}),
    apiKeys: async () => unnamedKeys([KEY]),
    audit() {},
    schedule,
    republish: never,
    clock: { now: () => NOW_MS },
    log: { info() {}, warn() {}, error: (message, fields) => console.error(message, fields) },
    taskDeadlineMs: 86_400_000,
  });
}
