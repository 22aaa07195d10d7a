import { randomBytes, randomUUID } from 'node:crypto';

/** 32 hex digits, as Huawei's ids are. */
export const newId = (): string => randomUUID().replaceAll('-', '');

/** A token of the length of the documented sample: 9,120 characters. */
export const newToken = (): string => `MII${randomBytes(6_840).toString('base64').slice(3)}`;

let requests = 0;
const processPart = newId().slice(0, 20);
/** A request id, cheap enough for tens of thousands a second. */
export const newRequestId = (): string => processPart + (requests++).toString(16).padStart(12, '0');
