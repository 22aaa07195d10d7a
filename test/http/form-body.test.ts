import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiEvent } from '../../functions/http/api-event.ts';
import { type Form, MAX_FILE_BYTES, readForm } from '../../functions/http/form-body.ts';
import { HttpProblem } from '../../functions/http/problem.ts';

function eventOf(body: Uint8Array | string, contentType = 'multipart/form-data; boundary=b'): ApiEvent {
  return {
    version: '2.0',
    ...{ rawPath: '/imports', rawQueryString: '', requestContext: { http: { method: 'POST', path: '/imports' } } },
    headers: { 'content-type': contentType },
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  };
}

const read = (event: ApiEvent) => readForm(event, { fileField: 'file_name' });

/** As fetch would send it. */
async function sent(form: FormData): Promise<Form> {
  const response = new Response(form);
  const contentType = response.headers.get('content-type') ?? '';
  return read(eventOf(new Uint8Array(await response.arrayBuffer()), contentType));
}

async function refused(event: ApiEvent) {
  const problem = await read(event).catch((error: unknown) => error);
  if (!(problem instanceof HttpProblem)) throw new Error('it was not refused');
  return `${problem.status} ${problem.message}`;
}

/** Parts in the wire's words; a part is its header lines and its content. */
const wire = (...parts: [string[], string][]) =>
  `${parts.map(([lines, content]) => `--b\r\n${lines.join('\r\n')}\r\n\r\n${content}\r\n`).join('')}--b--\r\n`;
const field = (name: string, value = 'x'): [string[], string] => [
  [`Content-Disposition: form-data; name="${name}"`],
  value,
];
const file = (content: string, name = 'file_name', filename = 'a.json'): [string[], string] => [
  [`Content-Disposition: form-data; name="${name}"; filename="${filename}"`, 'Content-Type: application/json'],
  content,
];

describe('readForm', () => {
  it('reads what fetch sends, byte for byte', async () => {
    const bytes = new Uint8Array(256).map((_, i) => i);
    const form = new FormData();
    form.set('label', 'naïve 网关');
    form.set('file_name', new File([bytes], 'my "orders", v1.json'));
    const { fields, file: found } = await sent(form);
    expect([...fields]).toEqual([['label', 'naïve 网关']]);
    expect(found).toEqual({ name: expect.stringContaining('orders'), bytes: Buffer.from(bytes) });
  });

  it('unpacks a file that is gzip, whatever its name', async () => {
    const packed = gzipSync('{"swagger":"2.0"}').toString('latin1');
    const event = eventOf(Buffer.from(wire(file(packed)), 'latin1'));
    expect((await read(event)).file?.bytes.toString()).toBe('{"swagger":"2.0"}');
  });

  it('gives back any fields and any file', async () => {
    const name = fc.stringMatching(/^[a-z_]{1,20}$/).filter((one) => one !== 'file_name');
    const noGzip = fc.uint8Array({ maxLength: 2_000 }).filter((bytes) => bytes[0] !== 0x1f);
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, fc.string({ maxLength: 50 })), noGzip, async (values, bytes) => {
        const form = new FormData();
        for (const [key, value] of Object.entries(values)) form.set(key, value);
        form.set('file_name', new File([bytes as Uint8Array<ArrayBuffer>], 'x'));
        const got = await sent(form);
        // A form's line ends are CRLF, so that a browser and fetch change them in values.
        const normalized = Object.entries(values).map(([key, value]) => [key, value.replace(/\r?\n|\r/g, '\r\n')]);
        expect([...got.fields]).toEqual(normalized);
        expect(got.file?.bytes.equals(bytes)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['another media type', eventOf('{}', 'application/json'), '415 Send the body as "multipart/form-data"'],
    ['no boundary', eventOf('x', 'multipart/form-data; charset=utf-8'), '400 The Content-Type has no boundary'],
    ['no body', eventOf(''), '400 The form cannot be read: Unexpected end of form'],
    ['no end', eventOf(wire(file('{}')).slice(0, -8)), '400 The form cannot be read: Unexpected end of form'],
    ['another boundary', eventOf(wire(file('{}')).replaceAll('--b', '--c')), '400 The form cannot be read'],
    ['two files', eventOf(wire(file('{}'), file('{}'))), '400 "file_name" is given more than once: import one file'],
    ['a file under another name', eventOf(wire(file('{}', 'file'))), '400 "file" must not be a file'],
    ['a file as text', eventOf(wire(field('file_name', 'a.json'))), '400 "file_name" must be a file, as with curl'],
    ['a field twice', eventOf(wire(field('label'), field('label'))), '400 "label" is given more than once'],
    ['a huge field', eventOf(wire(field('label', 'x'.repeat(9_000)))), '400 "label" must have at most 8192 bytes'],
    ['a name of 1,000 characters', eventOf(wire(field('x'.repeat(1_000)))), '400 A field of the form has no name'],
    ['no name', eventOf(wire([['Content-Disposition: form-data'], 'x'])), '400 A field of the form has no name'],
    [
      '10,000 parts',
      eventOf(wire(...Array.from({ length: 10_000 }, (_, i) => field(`f${i}`)))),
      '400 The form has too many parts',
    ],
    [
      'huge headers',
      eventOf(wire([[`X-Large: ${'x'.repeat(100_000)}`, ...field('a')[0]], 'x'])),
      '400 The form cannot be read',
    ],
    [
      'a nested form',
      eventOf(
        wire([
          ['Content-Disposition: form-data; name="files"; filename="x"', 'Content-Type: multipart/mixed; boundary=c'],
          '--c--',
        ]),
      ),
      '400 "files" must not be a file',
    ],
    ['broken gzip', eventOf(Buffer.from(wire(file('\x1f\x8bnot gzip')), 'latin1')), '400 "file_name" begins like gzip'],
  ])('refuses %s', async (_, event, expected) => {
    expect(await refused(event)).toContain(expected);
  });

  it('takes 12 MB and refuses one byte more, before and after unpacking', async () => {
    const most = 'x'.repeat(MAX_FILE_BYTES);
    expect((await read(eventOf(wire(file(most))))).file?.bytes.length).toBe(MAX_FILE_BYTES);
    expect(await refused(eventOf(wire(file(`${most}x`))))).toContain(
      '413 The file has more than 12582912 bytes. Send at most',
    );
    const bomb = Buffer.concat([
      Buffer.from('--b\r\nContent-Disposition: form-data; name="file_name"; filename="a"\r\n\r\n'),
      gzipSync(`${most}x`),
      Buffer.from('\r\n--b--\r\n'),
    ]);
    expect(bomb.length).toBeLessThan(100_000);
    expect(await refused(eventOf(bomb))).toContain('413 The file has more than 12582912 bytes after it was unpacked');
    expect(await refused(eventOf('x'.repeat(13_000_000)))).toContain('413 The body has 13000000 bytes');
  });

  it('answers any bytes with a form or a problem', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), async (bytes) => {
        const form = Buffer.concat([Buffer.from('--b\r\n'), bytes, Buffer.from('\r\n--b--\r\n')]);
        const end = await read(eventOf(form)).catch((error: unknown) => error);
        expect(end instanceof HttpProblem || (end as Form).fields instanceof Map).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
