// Any plain value that can be written and read: fast-check's, but for the one key that cannot.
import fc from 'fast-check';

export const plainValue = fc
  .jsonValue({ maxDepth: 4 })
  .filter((value) => !JSON.stringify(value).includes('__proto__'));
