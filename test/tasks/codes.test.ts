import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { blamesProfile, helpFor, permissionHelp } from '../../functions/tasks/codes.ts';

/** The codes of the documented tables of imports and starts. */
const IMPORT_CODES = [
  ...['3600', '3601', '3602', '3603', '3609', '2044', '2045', '3127', '3125', '3132', '3201', '3001', '1101'],
  ...['3100', '3101', '3458', '3718', '3202', '3301', '3102', '3209', '2001', '2000', '2002', '2003', '2004'],
  ...['2005', '2006', '2007', '2008', '2009', '2010', '2011', '2012', '2013', '2021', '2022', '2024', '2025'],
  ...['2026', '2027', '2028', '2036', '3003', '3005', '3006', '3017', '3019', '3020', '3023', '3024', '3081'],
  ...['3095', '3204', '3206', '3207', '3211', '3212', '3213', '3216', '3707', '3717', '3471', '9002', '9004'],
  ...['9005', '9006', '9007', '9999', '3500'],
].map((code) => `APIG.${code}`);

const START_CODES = ['APIG.1002', 'APIG.1005', 'APIG.9008', 'APIG.3030', 'APIG.1149', 'APIGW.0301', 'APIGW.0308'];

describe('helpFor', () => {
  it.each([...IMPORT_CODES, ...START_CODES])('says in a sentence what helps against %s', (code) => {
    expect(helpFor(code)).toMatch(/^[A-Z].{20,300}\.$/);
    expect(helpFor(code)).not.toMatch(/undefined|\bfor the\b.*because/);
  });

  it('knows every import code that the simulator answers', () => {
    const source = readFileSync(new URL('../../simulator/errors.ts', import.meta.url), 'utf8');
    const codes = [...source.matchAll(/'(APIG\.[23]\d{3})'/g)].map(([, code = '']) => code);
    const unknown = codes.filter((code) => helpFor(code) === undefined);
    expect(codes.length).toBeGreaterThan(25);
    expect(unknown).toEqual(['APIG.3015']);
  });

  it('has no advice for codes that it does not know', () => {
    for (const code of ['APIG.4242', '', 'constructor', '__proto__']) expect(helpFor(code)).toBeUndefined();
  });

  it('names the group that exists, and the profile that is refused', () => {
    expect(helpFor('APIG.3201', { groupId: 'g1' })).toContain('is_create_group=false and group_id=g1');
    expect(helpFor('APIG.1002', { profile: 'prod' })).toContain('profile "prod"');
  });
});

describe('permissionHelp', () => {
  it.each([
    ['query', 'apig:asyncTask:get', 'apig:apis:import'],
    ['import', 'apig:api:import', 'apig:apis:import'],
    ['export', 'apig:api:export', 'apig:apis:export'],
    ['publish', 'apig:api:batchOnlineOrOffline', 'apig:apis:publish'],
    ['list groups', 'apig:apiGroup:list', 'apig:groups:list'],
  ] as const)('names the permission to %s in both schemes', (call, policy, classic) => {
    const help = permissionHelp(call);
    expect(help).toContain(policy);
    expect(help).toContain(classic);
    expect(helpFor('APIG.1005', { call })).toBe(help);
  });
});

describe('blamesProfile', () => {
  it.each([
    ['APIGW.0301', true],
    ['IAM.401', true],
    ['APIG.1005', true],
    ['UNKNOWN_PROFILE', true],
    ['APIG.3093', false],
    ['APIG.9999', false],
    ['DEADLINE', false],
  ])('%s: %s', (code, expected) => {
    expect(blamesProfile(code)).toBe(expected);
  });
});
