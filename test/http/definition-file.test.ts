import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDefinition } from '../../functions/http/definition-file.ts';
import { readOpenApiFile } from '../../simulator/openapi-file.ts';

const read = (text: string) => readDefinition(Buffer.from(text));
const json = (more: object) => JSON.stringify({ swagger: '2.0', info: { title: 'orders' }, paths: {}, ...more });

describe('readDefinition', () => {
  it.each([
    ['Swagger 2.0', json({})],
    ['OpenAPI 3.0', JSON.stringify({ openapi: '3.0.3', info: { title: 'orders' } })],
    ['JSON with a byte order mark', `\uFEFF${json({})}`],
    ['YAML with a byte order mark and Windows line ends', '\uFEFFswagger: "2.0"\r\ninfo:\r\n  title: orders\r\n'],
    ['YAML without quotes around its version', 'swagger: 2.0\ninfo: {title: orders}'],
    ['a key that stands twice', 'swagger: 2.0\ninfo: {title: a}\ninfo: {title: orders}\n'],
    ['YAML with anchors', 'x: &x {title: orders}\nopenapi: 3.0.1\ninfo:\n  <<: *x\n'],
  ])('takes %s', (_, text) => {
    expect(read(text)).toEqual({ title: 'orders', warnings: [] });
  });

  it.each([
    ['an empty file', '\n', 'APIG.3609', 'is empty. The file is empty: check the path'],
    ['prose', 'Dear Huawei, import this', 'APIG.3600', 'is neither a JSON object'],
    ['broken JSON', '{"swagger":', 'APIG.3600', 'cannot be read as JSON or YAML: '],
    ['broken YAML', 'swagger: "2.0"\n\tinfo: [', 'APIG.3600', 'cannot be read as JSON or YAML: '],
    ['OpenAPI 3.1', '{"openapi":"3.1.0"}', 'APIG.3601', 'is OpenAPI 3.1.0, which Huawei Cloud does not import'],
    ['Swagger 1.2', '{"swagger":"1.2"}', 'APIG.3601', 'is Swagger 1.2'],
    ['other JSON', '{"hello":"world"}', 'APIG.3601', 'is not an OpenAPI document. Use swagger'],
  ])('refuses %s with the code of Huawei', (_, text, code, detail) => {
    expect(read(text)).toMatchObject({ code, detail: expect.stringContaining(detail) });
  });

  it('refuses bytes that are not UTF-8, and YAML that is nested without end', () => {
    expect(readDefinition(Buffer.from([0x7b, 0xff, 0x7d]))).toMatchObject({ code: 'APIG.3600' });
    expect(read(`swagger: ${'['.repeat(100_000)}`)).toMatchObject({ code: 'APIG.3600' });
  });

  it('knows no title that cannot name a group', () => {
    for (const title of ['', 'x'.repeat(256), null, {}])
      expect(read(json({ info: { title } }))).toEqual({ warnings: [] });
    expect(read(json({ info: { title: 2026 } }))).toMatchObject({ title: '2026' });
  });

  it('is not slowed down by YAML whose aliases multiply', () => {
    const levels = Array.from({ length: 20 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`);
    expect(read(`swagger: "2.0"\na0: &a0 [x]\n${levels.join('\n')}`)).toEqual({ warnings: [] });
  });

  it('looks for the version and the title of YAML that is too large to parse', () => {
    const large = `${'- a\n'.repeat(2_000_000)}`;
    expect(read(`openapi: '3.0.1'\ninfo:\n  title: orders # ours\nx:\n${large}`)).toEqual({
      title: 'orders',
      warnings: [],
    });
    expect(read(`openapi: 3.1.0\ninfo: {}\nx:\n${large}`)).toMatchObject({ code: 'APIG.3601' });
  });

  it('warns of what Huawei documents to fail', () => {
    const parameters = [{ name: 'x-auth-token', in: 'header' }];
    const many = Object.fromEntries(Array.from({ length: 301 }, (_, i) => [`/p${i}`, { get: {} }]));
    expect(read(json({ paths: { ...many, '/a': { parameters } } }))).toMatchObject({
      warnings: [expect.stringContaining('X-Auth-Token'), expect.stringContaining('301 APIs. One import takes 300')],
    });
    expect(read(json({ paths: { '/a': { get: { parameters } } } }))).toMatchObject({ warnings: [expect.any(String)] });
    // Where a $ref leads to.
    expect(read(json({ parameters: { token: parameters[0] } }))).toMatchObject({ warnings: [expect.any(String)] });
    const components = { parameters: { token: parameters[0] } };
    expect(read(JSON.stringify({ openapi: '3.0.0', components }))).toMatchObject({ warnings: [expect.any(String)] });
  });

  it('refuses only what a gateway refuses as well', () => {
    const version = fc.constantFrom('2.0', 2, '3.0.3', '3.1.0', undefined, null, '1.2');
    const document = fc.record(
      { swagger: version, openapi: version, info: fc.anything(), paths: fc.anything() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          document.map((it) => JSON.stringify(it)),
          fc.string(),
        ),
        (text) => {
          const ours = readDefinition(Buffer.from(text));
          const theirs = readOpenApiFile(text);
          if ('code' in ours) expect(theirs).toMatchObject({ code: expect.any(String) });
        },
      ),
    );
  });
});
