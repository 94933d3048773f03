// Output that processes write before their end arrives, also where its reader is slow.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { drainOutput } from './drain-output.ts';

const fixture = fileURLToPath(new URL('./fixture-writes-lines.ts', import.meta.url));
afterEach(() => {
  vi.useRealTimers();
});

describe('The output of', () => {
  it.each(['process', 'pool'])(
    'a %s that ends arrives whole at a reader that is slow',
    async (kind) => {
      const stdio = ['ignore', 'pipe', 'inherit'] as const;
      const parent = spawn(process.execPath, [fixture, kind, '2000'], { stdio: [...stdio] });
      // As a reader that is busy: it begins when the pipe has long been full.
      await once(parent.stdout!, 'readable');
      await new Promise((resolve) => setTimeout(resolve, 300));
      let text = '';
      for await (const chunk of parent.stdout!.setEncoding('utf8')) text += chunk;
      const lines = text.trimEnd().split('\n');
      expect(lines).toHaveLength(2000);
      expect(lines.every((line, number) => line.startsWith(`${number} `))).toBe(true);
    },
  );
});

describe('An end', () => {
  /** A stream whose reader takes nothing. */
  const stalled = () => new Writable({ write() {} });

  it('does not wait for output that nothing is left of', async () => {
    await drainOutput([stalled()]);
  });

  it('waits ten seconds at most for a reader that takes nothing', async () => {
    vi.useFakeTimers();
    const stream = stalled();
    stream.write('kept');
    let hasEnded = false;
    const end = drainOutput([stream]).then(() => {
      hasEnded = true;
    });
    await vi.advanceTimersByTimeAsync(9999);
    expect(hasEnded).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await end;
  });

  it('does not wait for a reader that is gone', async () => {
    const stream = new Writable({ write() {} });
    stream.write('kept');
    const end = drainOutput([stream]);
    stream.destroy(new Error('EPIPE'));
    await end;
  });
});
