import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { SMALL_GROUP_ID } from '../../simulator/defaults.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { gatewayPath, getTask, type ImportFields, postImport, startTestSimulator } from './client.ts';

const immediate = { auth: false, waitingMs: 0, processingMs: 0 };
const mock = { type: 'MOCK', mockEndpoints: { 'result-content': 'ok' } };
const operation = (operationId: string, backend: object | undefined = mock) => ({
  operationId,
  responses: { default: { description: 'ok' } },
  'x-apigateway-backend': backend,
});
const header = (name: string) => ({ name, in: 'header', type: 'string' });
const documentOf = (paths: object, title = 'orders') =>
  JSON.stringify({ swagger: '2.0', info: { title, version: '1' }, paths });

async function importNow(simulator: Simulator, text: string, fields: ImportFields = {}) {
  const response = await postImport(simulator, text, fields);
  expect(response.status).toBe(202);
  const { task_id } = (await response.json()) as { task_id: string };
  expect(task_id).toMatch(/^[0-9a-f]{32}$/);
  const task = await getTask(simulator, task_id);
  return { status: task.task_status, type: task.task_type, result: JSON.parse(task.task_result) };
}

const existingGroup = { is_create_group: 'false', group_id: SMALL_GROUP_ID };
const codes = (result: { failure: Record<string, string>[] }) =>
  result.failure.map((one) => `${one.method} ${one.path} ${one.error_code}`);

describe('POST …/openapi/async-import', () => {
  it('reports one entry per path and method of a JSON document', async () => {
    await using world = await startTestSimulator(immediate);
    const paths = {
      '/a': { get: operation('get_a'), post: operation('post_a') },
      '/b': { parameters: [], put: operation('put_b') },
    };
    const { status, type, result } = await importNow(world.simulator, documentOf(paths));
    expect({ status, type }).toEqual({ status: 'succeed', type: 'import_api' });
    expect(result).toMatchObject({
      success: [
        { action: 'create', method: 'GET', path: '/a', id: expect.stringMatching(/^[0-9a-f]{32}$/) },
        { action: 'create', method: 'POST', path: '/a' },
        { action: 'create', method: 'PUT', path: '/b' },
      ],
      failure: [],
      swagger: { result: 'Success' },
      group_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it('reads YAML of OpenAPI 3 with any-method entries', async () => {
    await using world = await startTestSimulator(immediate);
    const text = `openapi: 3.0.1
info: {title: stock, version: "1"}
paths:
  /stock/{id}:
    x-apigateway-any-method:
      x-apigateway-backend: {type: HTTP, httpEndpoints: {address: "stock.example.com:8443", scheme: https, method: ANY, path: "/{id}"}}
`;
    const { result } = await importNow(world.simulator, text);
    expect(result.success).toMatchObject([{ method: 'ANY', path: '/stock/{id}' }]);
  });

  it('refuses entries for the reasons Huawei has, and imports the rest', async () => {
    await using world = await startTestSimulator(immediate);
    const http = (endpoints: object) => ({
      type: 'HTTP',
      httpEndpoints: { address: 'a.example.com', scheme: 'https', method: 'GET', path: '/', ...endpoints },
    });
    const paths = {
      '/ok': { get: operation('get_ok') },
      '/none': { get: { operationId: 'get_none' } },
      '/type': { get: operation('get_type', { type: 'FTP' }) },
      '/scheme': { get: operation('get_scheme', http({ scheme: 'ftp' })) },
      '/address': { get: operation('get_address', http({ address: '' })) },
      '/domain': { get: operation('get_domain', http({ address: 'a b.example.com' })) },
      '/port': { get: operation('get_port', http({ address: 'a.example.com:70000' })) },
      '/timeout': { get: operation('get_timeout', http({ timeout: 60_001 })) },
      '/instant': { get: operation('get_instant', http({ timeout: 0 })) },
      '/twice': { get: { ...operation('get_twice'), parameters: [header('X-Trace'), header('x-trace')] } },
      '/name': { get: operation('get_ok') },
      '/match': { get: { ...operation('get_match'), 'x-apigateway-match-mode': 'PREFIX' } },
      '/users/{id}': { get: operation('get_user') },
      '/users/{name}': { get: operation('get_user_by_name') },
      relative: { get: operation('get_relative') },
      '/trace': { trace: operation('trace_it') },
    };
    const { status, result } = await importNow(world.simulator, documentOf(paths));
    expect(status).toBe('succeed');
    expect(result.success.map((one: { path: string }) => one.path)).toEqual(['/ok', '/users/{id}']);
    expect(codes(result)).toEqual([
      'GET /none APIG.2001',
      'GET /type APIG.2012',
      'GET /scheme APIG.2012',
      'GET /address APIG.2001',
      'GET /domain APIG.2024',
      'GET /port APIG.2025',
      'GET /timeout APIG.2003',
      'GET /instant APIG.2002',
      'GET /twice APIG.3209',
      'GET /name APIG.3202',
      'GET /match APIG.2012',
      'GET /users/{name} APIG.3301',
      'GET relative APIG.2011',
      'TRACE /trace APIG.2012',
    ]);
  });

  it('asks for no backend in mock mode', async () => {
    await using world = await startTestSimulator(immediate);
    const { result } = await importNow(world.simulator, documentOf({ '/a': { get: {} } }), { mock_mode: 'true' });
    expect(result).toMatchObject({ success: [{ path: '/a' }], failure: [] });
  });

  it('keeps what is there with merge and replaces it, under the same id, with override', async () => {
    await using world = await startTestSimulator(immediate);
    const text = documentOf({ '/a': { get: operation('get_a') } });
    const first = (await importNow(world.simulator, text, existingGroup)).result;
    const merged = (await importNow(world.simulator, text, existingGroup)).result;
    const replaced = (await importNow(world.simulator, text, { ...existingGroup, api_mode: 'override' })).result;
    expect(first).toMatchObject({ success: [{ action: 'create' }], group_id: SMALL_GROUP_ID });
    expect(merged).toMatchObject({ success: [], failure: [], ignore: [{ method: 'GET', path: '/a' }] });
    expect(replaced.success).toEqual([{ ...first.success[0], action: 'update' }]);
  });

  it('fails a new group whose name is taken', async () => {
    await using world = await startTestSimulator(immediate);
    const text = documentOf({ '/a': { get: operation('get_a') } });
    await importNow(world.simulator, text);
    expect(await importNow(world.simulator, text)).toMatchObject({
      status: 'failed',
      result: { error_code: 'APIG.3201' },
    });
  });

  it.each([
    ['prose', 'Dear Huawei, please import this.', 'APIG.3600'],
    ['broken JSON', '{"swagger":"2.0",', 'APIG.3600'],
    ['broken YAML', 'swagger: "2.0"\n\tinfo: [', 'APIG.3600'],
    ['JSON of something else', '{"hello":"world"}', 'APIG.3601'],
    ['Swagger 1.2', '{"swagger":"1.2","info":{"title":"old one"},"paths":{}}', 'APIG.3601'],
    ['OpenAPI 3.1', '{"openapi":"3.1.0","info":{"title":"new one"},"paths":{}}', 'APIG.3601'],
    ['a document without a title', '{"openapi":"3.0.0","info":{},"paths":{}}', 'APIG.3602'],
    ['a document without paths', '{"openapi":"3.0.0","info":{"title":"no paths"}}', 'APIG.3602'],
    ['a path that is a list', documentOf({ '/a': [] }), 'APIG.3602'],
    [
      'a reference to nothing',
      documentOf({ '/a': { get: { parameters: [{ $ref: '#/parameters/no' }] } } }),
      'APIG.3602',
    ],
    [
      'a relative server',
      '{"openapi":"3.0.0","info":{"title":"servers"},"servers":[{"url":"/v1"}],"paths":{}}',
      'APIG.2045',
    ],
    ['a title that begins with a digit', documentOf({}, '3 little pigs'), 'APIG.2044'],
    ['a title of two characters', documentOf({}, 'ab'), 'APIG.2044'],
    ['a title of 65 characters', documentOf({}, 'a'.repeat(65)), 'APIG.2044'],
    ['the header X-Auth-Token', documentOf({ '/a': { get: { parameters: [header('x-auth-token')] } } }), 'APIG.2011'],
    ['an empty file', '', 'APIG.3609'],
    ['a byte order mark and spaces', '\uFEFF \r\n', 'APIG.3609'],
  ])('fails the task for %s', async (_, text, code) => {
    await using world = await startTestSimulator(immediate);
    const { status, result } = await importNow(world.simulator, text);
    expect({ status, code: result.error_code }).toEqual({ status: 'failed', code });
  });

  it('makes no group for a file that it refuses as a whole', async () => {
    await using world = await startTestSimulator(immediate);
    await importNow(world.simulator, documentOf({ '/a': { get: { parameters: [header('X-Auth-Token')] } } }));
    expect((await importNow(world.simulator, documentOf({}))).status).toBe('succeed');
  });

  it('imports 300 APIs and fails at 301', async () => {
    await using world = await startTestSimulator(immediate);
    const paths = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`/p${i}`, { get: operation(`get_p${i}`) }]));
    expect((await importNow(world.simulator, documentOf(paths(300), 'full'))).result.success).toHaveLength(300);
    const over = await importNow(world.simulator, documentOf(paths(301), 'over'));
    expect(over).toMatchObject({ status: 'failed', result: { error_code: 'APIG.3127' } });
  });

  it('fills a group to 1,000 APIs and refuses each one more', async () => {
    await using world = await startTestSimulator(immediate);
    const group_id = world.control.addGroup({ name: 'nearly-full', apis: 999 }) ?? '';
    const paths = { '/one': { get: operation('get_one') }, '/more': { get: operation('get_more') } };
    const { result } = await importNow(world.simulator, documentOf(paths), { is_create_group: 'false', group_id });
    expect([result.success.length, codes(result)]).toEqual([1, ['GET /more APIG.3125']]);
  });

  it('tells APIs of one method and path apart by their match mode', async () => {
    await using world = await startTestSimulator(immediate);
    const matching = (name: string, mode: string) =>
      documentOf({ '/a': { get: { ...operation(name), 'x-apigateway-match-mode': mode } } });
    const first = await importNow(world.simulator, matching('exact', 'NORMAL'), existingGroup);
    const second = await importNow(world.simulator, matching('prefix', 'SWA'), existingGroup);
    const again = await importNow(world.simulator, matching('prefix', 'SWA'), existingGroup);
    expect([first, second].map(({ result }) => result.success[0].action)).toEqual(['create', 'create']);
    expect(again.result).toMatchObject({ success: [], ignore: [{ method: 'GET', path: '/a' }] });
  });

  it('refuses a file that is longer than it may be at once', async () => {
    await using world = await startTestSimulator({ ...immediate, maxFileBytes: 1_000 });
    const refused = await postImport(world.simulator, documentOf({ [`/${'a'.repeat(1_000)}`]: {} }));
    expect([refused.status, await refused.json()]).toMatchObject([400, { error_code: 'APIG.3603' }]);
  });

  it('refuses a start while another task of the gateway runs, with isOneTaskAtATime', async () => {
    await using world = await startTestSimulator({ auth: false, isOneTaskAtATime: true });
    expect((await postImport(world.simulator, documentOf({}, 'first'))).status).toBe(202);
    const second = await postImport(world.simulator, documentOf({}, 'second'));
    expect([second.status, await second.json()]).toMatchObject([409, { error_code: 'APIG.3718' }]);
    world.clock.advance(4_000);
    expect((await postImport(world.simulator, documentOf({}, 'second'))).status).toBe(202);
  });

  it.each([
    ['another media type', 'application/json', '{}'],
    ['no boundary', 'multipart/form-data', 'x'],
    [
      'a form that breaks off',
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="file_name"; filename="a"\r\n\r\n{',
    ],
  ])('refuses %s at once', async (_, contentType, body) => {
    await using world = await startTestSimulator(immediate);
    const url = `${world.simulator.url}${gatewayPath}/openapi/async-import`;
    const response = await fetch(url, { method: 'POST', headers: { 'Content-Type': contentType }, body });
    expect([response.status, await response.json()]).toMatchObject([400, { error_code: 'APIG.2000' }]);
  });

  it('drops an import whose client goes away in the middle of it', async () => {
    await using world = await startTestSimulator(immediate);
    const { hostname, port } = new URL(world.simulator.url);
    const socket = connect(Number(port), hostname);
    socket.write(`POST ${gatewayPath}/openapi/async-import HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf`);
    await expect.poll(() => world.control.stats().requests).toBe(1);
    socket.destroy();
    await expect.poll(() => world.control.stats().byStatus).toEqual({ 0: 1 });
  });

  it.each<[string, string | undefined, ImportFields, number, string]>([
    ['no file', undefined, {}, 400, 'APIG.2001'],
    ['an existing group without its id', '{}', { is_create_group: 'false' }, 400, 'APIG.2001'],
    ['a group that is unknown', '{}', { is_create_group: 'false', group_id: 'x' }, 404, 'APIG.3001'],
    ['an unknown mode', '{}', { api_mode: 'replace' }, 400, 'APIG.2012'],
    ['an unknown boolean', '{}', { mock_mode: 'yes' }, 400, 'APIG.2012'],
    ['more than 12 MB', 'x'.repeat(12 * 1024 * 1024), {}, 413, 'APIGW.0201'],
  ])('refuses %s at once', async (_, text, fields, status, code) => {
    await using world = await startTestSimulator(immediate);
    const response = await postImport(world.simulator, text, fields);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error_code: code });
  });
});
