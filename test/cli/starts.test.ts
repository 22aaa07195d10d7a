import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemKind, readProblem } from '../../cli/answers.ts';
import { run } from './run.ts';
import { problem, type StandIn, startStandIn } from './stand-in.ts';

let service: StandIn;
let folder: string;
let imported: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'apig-starts-'));
  imported = path.join(folder, 'orders.json');
  await writeFile(imported, '{}');
  service = await startStandIn();
});
afterAll(async () => {
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a start', () => {
  it.each([
    [
      'refused by Huawei Cloud',
      problem(422, 'start-refused', 'Huawei Cloud has started nothing. APIG.3303: bad.', { help: 'Use JSON.' }),
      2,
    ],
    ['refused because of the profile', problem(502, 'start-refused', 'APIGW.0301: Incorrect IAM authentication.'), 2],
    ['without the scope', problem(403, 'missing-scope', 'The key lacks "start".'), 2],
    ['while Huawei Cloud stays busy', problem(503, 'start-refused', 'APIG.9008: busy.'), 2],
    ['whose answer was lost for good', problem(504, 'start-unknown', 'Whether the import runs is not known.'), 6],
    ['whose row cannot be read', problem(500, 'unreadable-start', 'Whether it began is not known.'), 6],
    ['that the service never answers well', { status: 500, body: {} }, 6],
  ])('%s ends with its code', async (_name, answer, code) => {
    service.requests.length = 0;
    service.instead = () => answer;
    const ran = await run(['import', imported, '--json'], { url: service.url, patience: { giveUpMs: 200 } });
    service.instead = () => undefined;
    expect(ran, ran.err).toMatchObject({ code });
    // Only what passes is tried again.
    const kind = problemKind(readProblem(answer.body));
    expect(service.requests.length > 1).toBe(answer.status === 503 || (code === 6 && kind !== 'unreadable-start'));
    expect(ran.err.includes('--idempotency-key')).toBe(code === 6 && kind !== 'unreadable-start');
    if ('detail' in (answer.body as object)) expect(JSON.parse(ran.out)).toEqual(answer.body);
  });

  it('whose group was found asks no more, and says in options what to do', async () => {
    service.requests.length = 0;
    const detail =
      'Not known. Look at its APIs, and import again with is_create_group=false, group_id=g1 and another Idempotency-Key.';
    service.instead = () => problem(504, 'start-unknown', detail, { group_id: 'g1' });
    const ran = await run(['import', imported], { url: service.url });
    service.instead = () => undefined;
    expect(ran).toMatchObject({
      code: 6,
      err: expect.stringContaining('import again with --group-id g1 and another --idempotency-key.'),
    });
    expect(service.requests).toEqual(['POST /imports']);
  });

  it('that was lost is resolved by its key later', async () => {
    let answers = 0;
    service.instead = () => (answers++ < 2 ? problem(504, 'start-unknown', 'Not known.') : undefined);
    expect(await run(['import', imported], { url: service.url })).toMatchObject({ code: 0 });
    service.instead = () => undefined;
  });
});
