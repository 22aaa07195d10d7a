import { describe, expect, it } from 'vitest';
import { type OpenApiFile, readOpenApiFile } from '../../simulator/openapi-file.ts';

function read(text: string): OpenApiFile {
  const file = readOpenApiFile(text);
  if ('code' in file) throw new Error(`${file.code} ${file.message}`);
  return file;
}

const apis = (text: string) => read(text).entries.map(({ method, path }) => `${method} ${path}`);
const json = (more: object) => JSON.stringify({ swagger: '2.0', info: { title: 'orders' }, paths: {}, ...more });

describe('files as people have them', () => {
  it.each([
    ['JSON that begins with a byte order mark', `\uFEFF${json({ paths: { '/a': { get: {} } } })}`],
    ['YAML that begins with a byte order mark', '\uFEFFswagger: "2.0"\ninfo: {title: orders}\npaths: {/a: {get: {}}}'],
    ['Windows line ends', 'swagger: "2.0"\r\ninfo:\r\n  title: orders\r\npaths:\r\n  /a:\r\n    get: {}\r\n'],
    ['a version without quotes', 'swagger: 2.0\ninfo: {title: orders, version: 2021-06-25}\npaths: {/a: {get: {}}}'],
    ['a key that stands twice', 'swagger: "2.0"\ninfo: {title: orders}\npaths: {}\npaths: {/a: {get: {}}}'],
    ['an operation without a body', 'swagger: "2.0"\ninfo: {title: orders}\npaths:\n  /a:\n    get:\n'],
    ['JSON with blanks before it', `\n  ${json({ paths: { '/a': { get: {} } } })}`],
  ])('reads %s', (_, text) => {
    expect(read(text).title).toBe('orders');
    expect(apis(text)).toEqual(['GET /a']);
  });

  it('reads a title that YAML takes for a number as text', () => {
    expect(read('openapi: 3.0.3\ninfo: {title: 2024}\npaths: {}').title).toBe('2024');
  });

  it('takes 300 uses of one YAML anchor, and merges keys', () => {
    const items = Array.from(
      { length: 300 },
      (_, i) => `  /p${i}:\n    get:\n      <<: *shared\n      operationId: p${i}\n`,
    );
    const text = `swagger: "2.0"\ninfo: {title: orders}\nx-shared: &shared\n  x-apigateway-match-mode: SWA\npaths:\n${items.join('')}`;
    const { entries } = read(text);
    expect(entries).toHaveLength(300);
    expect(entries[299]?.operation).toEqual({ 'x-apigateway-match-mode': 'SWA', operationId: 'p299' });
  });

  it('refuses YAML whose anchors blow up', () => {
    const levels = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`);
    const bomb = `swagger: "2.0"\na0: &a0 [x]\n${levels.join('\n')}`;
    expect(readOpenApiFile(bomb)).toMatchObject({ code: 'APIG.3600' });
  });

  it.each([
    ['/v1', 'GET /v1/a'],
    ['/v1/', 'GET /v1/a'],
    ['/', 'GET /a'],
  ])('puts the basePath %s before each path', (basePath, expected) => {
    expect(apis(json({ basePath, paths: { '/a': { get: {} } } }))).toEqual([expected]);
  });

  it('leaves the path of an OpenAPI 3 server out', () => {
    const servers = [{ url: 'https://{host}.example.com/v1' }];
    const text = JSON.stringify({ openapi: '3.0.3', info: { title: 'orders' }, servers, paths: { '/a': { get: {} } } });
    expect(apis(text)).toEqual(['GET /a']);
  });

  it('follows references to parameters, also through others and with escaped names', () => {
    const parameters = {
      'a/b~c': { $ref: '#/parameters/second' },
      second: { name: 'id', in: 'path', type: 'string' },
    };
    const paths = { '/a/{id}': { parameters: [{ $ref: '#/parameters/a~1b~0c' }], get: {} } };
    expect(read(json({ parameters, paths })).entries[0]?.operation.parameters).toEqual([parameters.second]);
  });

  it.each([
    ['in a circle', { a: { $ref: '#/parameters/a' } }],
    ['into a string', { a: 'text' }],
    ['to an inherited property', {}],
  ])('refuses a reference that leads %s', (kind, parameters) => {
    const $ref = kind.includes('inherited') ? '#/parameters/constructor' : '#/parameters/a';
    const paths = { '/a': { get: { parameters: [{ $ref }] } } };
    expect(readOpenApiFile(json({ parameters, paths }))).toMatchObject({ code: 'APIG.3602' });
  });

  it('lets a parameter of an operation replace that of its path', () => {
    const shared = { name: 'id', in: 'path', type: 'string' };
    const paths = { '/a/{id}': { parameters: [shared], get: { parameters: [{ ...shared, type: 'integer' }] } } };
    expect(read(json({ paths })).entries[0]?.parameters).toEqual([{ ...shared, type: 'integer' }]);
  });

  it('reads UTF-8 paths as they are', () => {
    expect(apis(json({ paths: { '/订单/é': { get: {} } } }))).toEqual(['GET /订单/é']);
  });
});
