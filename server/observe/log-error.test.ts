// Errors in the log: whatever is thrown becomes a line of bounded length.
import { describe, expect, it } from 'vitest';
import { createLog } from './log.ts';

function lineOf(err: unknown): { text: string; err: Record<string, string> } {
  let text = '';
  const write = (line: string) => {
    text = line;
  };
  createLog({ role: 'coordinator', level: 'info', write }).error({ err }, 'it failed');
  return { text, err: JSON.parse(text).err };
}

describe('An error in the log', () => {
  it('has its type, its code, its own plain members, and the messages and stacks of its causes', () => {
    const cause = new TypeError('no number');
    const error = Object.assign(new RangeError('too far', { cause }), { code: 'E_FAR', tiles: 3 });
    const { err } = lineOf(error);
    expect(err).toMatchObject({ type: 'RangeError', code: 'E_FAR', tiles: 3 });
    expect(err.message).toBe('too far: no number');
    expect(err.stack).toMatch(/^RangeError: too far\n[\s\S]*\ncaused by: TypeError: no number\n/);
  });

  it('is written where its members, its stack or its prototype throw when they are read', () => {
    const thrower = { enumerable: true, get: () => raise() };
    const raise = () => {
      throw new Error('not to be read');
    };
    for (const key of ['detail', 'stack', 'message', 'cause']) {
      const error = Object.defineProperty(new Error('kept'), key, thrower);
      expect(lineOf(error).text).toContain('it failed');
    }
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(lineOf(proxy).text).toContain('it failed');
  });

  it('is short where it refers to itself many times or has many errors', () => {
    const self = new AggregateError([], 'self') as AggregateError & { errors: unknown[] };
    for (let count = 0; count < 50; count++) self.errors.push(self);
    self.cause = self;
    const many = new AggregateError(Array.from({ length: 300_000 }, (_, i) => new Error(`${i}`)));
    for (const error of [self, many]) expect(lineOf(error).text.length).toBeLessThan(500_000);
  });

  it('may be anything', () => {
    for (const thrown of ['text', null, undefined, 3, Symbol('s'), () => {}]) {
      expect(lineOf(thrown).text).toContain('it failed');
    }
  });
});
