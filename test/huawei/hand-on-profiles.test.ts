import { describe, expect, it } from 'vitest';
import { createHandOnProfiles, type ProfileParts } from '../../functions/huawei/profile-parts.ts';
import { createFakeClock, silentLog } from '../support/fixtures.ts';

function handing(parts: () => Promise<ProfileParts>) {
  const clock = createFakeClock();
  const written: ProfileParts[] = [];
  const errors: string[] = [];
  const store = { isDown: false };
  const put = async (one: ProfileParts) => {
    if (store.isDown) throw new Error('down');
    written.push(one);
  };
  const log = { ...silentLog, error: (message: string) => void errors.push(message) };
  return { clock, written, errors, store, handOn: createHandOnProfiles({ parts, put, everyMs: 300_000, clock, log }) };
}

const OLD: ProfileParts = { public: 'old', signing: 'old' };
const NEW: ProfileParts = { public: 'new', signing: 'new' };

describe('handing on the profiles', () => {
  it('writes them once, when they change, and again after a while', async () => {
    let current = OLD;
    const { handOn, clock, written } = handing(async () => current);
    await handOn();
    await handOn();
    expect(written).toEqual([OLD]);
    current = NEW;
    await handOn();
    expect(written).toEqual([OLD, NEW]);
    clock.advance(299_999);
    await handOn();
    expect(written).toHaveLength(2);
    clock.advance(1);
    await handOn();
    expect(written).toEqual([OLD, NEW, NEW]);
  });

  it('tries again after a failure, which it logs and does not throw', async () => {
    const { handOn, written, errors, store } = handing(async () => OLD);
    store.isDown = true;
    await handOn();
    expect(errors).toEqual(['the profiles cannot be handed on to the API and the webhooks']);
    store.isDown = false;
    await handOn();
    expect(written).toEqual([OLD]);
  });

  it('does not throw for a secret that cannot be read', async () => {
    const { handOn, errors } = handing(async () => {
      throw new Error('no secret');
    });
    await handOn();
    expect(errors).toHaveLength(1);
  });
});
