import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { LARGE_GROUP_ID, SMALL_GROUP_ID } from '../../simulator/defaults.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { getTask, postExport, postImport, startTestSimulator } from './client.ts';

const immediate = { auth: false, waitingMs: 0, processingMs: 0 };

async function exportNow(simulator: Simulator, body: object, query = '') {
  const response = await postExport(simulator, body, query);
  expect(response.status).toBe(202);
  const { task_id } = (await response.json()) as { task_id: string };
  const task = await getTask(simulator, task_id);
  expect(task).toMatchObject({ task_status: 'succeed', task_type: 'export_api' });
  return JSON.parse(task.task_result);
}

describe('POST …/openapi/async-export', () => {
  it('puts a whole Swagger 2.0 JSON document into one string', async () => {
    await using world = await startTestSimulator(immediate);
    const result = await exportNow(world.simulator, { group_id: SMALL_GROUP_ID, define: 'all' });
    expect(result).toMatchObject({ FileName: 'small-group-RELEASE-all-2026-11-24-12:00:00', FileType: '.json' });
    const document = JSON.parse(result.Comment);
    expect(document).toMatchObject({ swagger: '2.0', info: { title: 'small-group' } });
    expect(Object.keys(document.paths)).toEqual(['/seeded/1/{id}', '/seeded/2/{id}']);
  });

  it.each(['yaml', 'yml'])('writes OpenAPI 3.0 as %s', async (type) => {
    await using world = await startTestSimulator(immediate);
    const result = await exportNow(world.simulator, { group_id: SMALL_GROUP_ID, type }, '?oas_version=3.0');
    expect(result.FileType).toBe(`.${type}`);
    const document = parse(result.Comment);
    expect(document.openapi).toBe('3.0.0');
    expect(document.paths['/seeded/1/{id}'].get).toMatchObject({
      description: expect.stringContaining('café, "quotes", 网关'),
      parameters: [{ name: 'id', schema: { type: 'string' } }],
    });
  });

  it('leaves backends out of the plain specification and puts them into the others', async () => {
    await using world = await startTestSimulator(immediate);
    const exported = async (define: string) =>
      (await exportNow(world.simulator, { group_id: SMALL_GROUP_ID, define })).Comment as string;
    expect(await exported('spec')).not.toContain('x-apigateway-backend');
    expect(await exported('proxy')).toContain('x-apigateway-backend');
  });

  it('gives back what was imported, and only the APIs asked for', async () => {
    await using world = await startTestSimulator(immediate);
    const operation = { summary: 'mine', 'x-apigateway-backend': { type: 'MOCK', mockEndpoints: {} } };
    const text = JSON.stringify({
      swagger: '2.0',
      info: { title: 'mine' },
      paths: { '/a': { get: operation }, '/b': { get: operation } },
    });
    const { task_id } = (await (await postImport(world.simulator, text)).json()) as { task_id: string };
    const imported = JSON.parse((await getTask(world.simulator, task_id)).task_result);
    const body = { group_id: imported.group_id, define: 'all', apis: [imported.success[1].id] };
    const result = await exportNow(world.simulator, body);
    expect(JSON.parse(result.Comment).paths).toEqual({ '/b': { get: operation } });
  });

  it.each(['json', 'yaml'])('exports several MB of %s', async (type) => {
    await using world = await startTestSimulator(immediate);
    const result = await exportNow(world.simulator, { group_id: LARGE_GROUP_ID, type });
    expect(result.Comment.length).toBeGreaterThan(4_000_000);
    expect(result.Comment.match(/API_\d{5}/g)).toHaveLength(1_000);
  });

  it('knows groups added through the control', async () => {
    await using world = await startTestSimulator(immediate);
    const groupId = world.control.addGroup({ name: 'added', apis: 5 });
    const result = await exportNow(world.simulator, { group_id: groupId });
    expect(Object.keys(JSON.parse(result.Comment).paths)).toHaveLength(5);
  });

  it.each([
    ['no group', {}, '', 400, 'APIG.2001'],
    ['no environment', { group_id: SMALL_GROUP_ID, env_id: undefined }, '', 400, 'APIG.2001'],
    ['a kind of file that is none', { group_id: SMALL_GROUP_ID, type: 'xml' }, '', 400, 'APIG.2012'],
    ['a definition that is none', { group_id: SMALL_GROUP_ID, define: 'full' }, '', 400, 'APIG.2012'],
    ['a version that is none', { group_id: SMALL_GROUP_ID }, '?oas_version=3.1', 400, 'APIG.2012'],
    ['a group that is unknown', { group_id: 'x' }, '', 404, 'APIG.3001'],
    ['an API that is unknown', { group_id: SMALL_GROUP_ID, apis: ['x'] }, '', 404, 'APIG.3002'],
    ['an environment that is unknown', { group_id: SMALL_GROUP_ID, env_id: 'x' }, '', 404, 'APIG.3003'],
  ])('refuses %s at once', async (_, body, query, status, code) => {
    await using world = await startTestSimulator(immediate);
    const response = await postExport(world.simulator, body, query);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error_code: code });
  });
});
