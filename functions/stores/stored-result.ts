import { isFields } from '../tasks/json.ts';
import type { ParsedResult } from '../tasks/result.ts';

/** A stored result as it was put; what a hand has broken since is kept as `raw`, and what is absent is `none`. */
export function readStoredResult(value: unknown): ParsedResult {
  if (value === undefined) return { kind: 'none' };
  if (isFields(value) && hasShapeOfItsKind(value)) return value as ParsedResult;
  return { kind: 'raw', raw: JSON.stringify(value), reason: 'The stored result is malformed' };
}

function hasShapeOfItsKind(map: Record<string, unknown>): boolean {
  switch (map.kind) {
    case 'import':
      return Array.isArray(map.success) && Array.isArray(map.failure);
    case 'stored':
      return typeof map.kind_stored === 'string' && typeof map.file === 'object';
    case 'raw':
      return typeof map.raw === 'string';
    default:
      return map.kind === 'export' || map.kind === 'failure' || map.kind === 'none';
  }
}
