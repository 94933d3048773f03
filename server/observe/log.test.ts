import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LastLines } from './last-lines.ts';
import { LineSplitter } from './line-splitter.ts';
import { createLog } from './log.ts';
import { LogRelay, relayOutput } from './log-relay.ts';
import { type LogFormat, lineWriter } from './log-writer.ts';

function screen(isTerminal = false) {
  let text = '';
  return {
    isTerminal,
    onDropped: undefined,
    write(more: string) {
      text += more;
    },
    takeDropped: () => 0,
    flush: async () => {},
    text: () => text,
  };
}

/** The lines that a relay of one stream writes. */
async function relayed(chunks: readonly (string | Buffer)[], name: 'stdout' | 'stderr') {
  const lines: string[] = [];
  const lastLines = new LastLines();
  const stream = new PassThrough();
  const write = (line: string) => lines.push(line);
  const done = relayOutput(stream, {
    source: { role: 'worker', worker: 3, pid: 99 },
    name,
    write,
    lastLines,
  });
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await done;
  return { lines, lastLines: lastLines.list(), objects: lines.map((line) => JSON.parse(line)) };
}

const logLine = (msg: string) =>
  JSON.stringify({ level: 'info', time: '2026-01-01T00:00:00.000Z', role: 'worker', pid: 99, msg });

describe('a line of the log', () => {
  it('is JSON with level, ISO time, role, pid, worker number and message', () => {
    const lines: string[] = [];
    const write = (line: string) => lines.push(line);
    createLog({ role: 'worker', worker: 3, level: 'info', write }).warn({ room: 7 }, 'late');
    const { time, ...rest } = JSON.parse(lines[0]!);
    expect(rest).toEqual({
      level: 'warn',
      role: 'worker',
      pid: process.pid,
      worker: 3,
      room: 7,
      msg: 'late',
    });
    expect(new Date(time).toISOString()).toBe(time);
  });

  it('has no worker number where the role is another', () => {
    const lines: string[] = [];
    createLog({ role: 'primary', level: 'info', write: (line) => lines.push(line) }).info('up');
    expect(JSON.parse(lines[0]!)).not.toHaveProperty('worker');
  });

  it('has each field once, whatever its caller names', () => {
    const lines: string[] = [];
    const log = createLog({
      role: 'worker',
      worker: 2,
      level: 'info',
      write: (line) => lines.push(line),
    });
    const given = { level: 1, time: 2, role: 'coordinator', pid: 3, worker: 4, msg: 'x', room: 5 };
    log.info(given, 'a line');
    log.error({ ...given, err: new Error('it broke') }, 'another line');
    // A key that comes twice is lost when it is read, which makes the text shorter.
    for (const line of lines) expect(JSON.stringify(JSON.parse(line))).toBe(line);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 'info',
      role: 'worker',
      pid: process.pid,
      worker: 2,
      msg: 'a line',
      other_role: 'coordinator',
      other_pid: 3,
      other_worker: 4,
      room: 5,
    });
  });

  it('is not written below the level asked for', () => {
    const lines: string[] = [];
    const log = createLog({ role: 'primary', level: 'warn', write: (line) => lines.push(line) });
    log.info('small');
    log.error({ err: new Error('why') }, 'big');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!).err).toMatchObject({ type: 'Error', message: 'why' });
  });
});

describe.runIf(existsSync('/dev/full'))('a line that cannot be written', () => {
  it('is lost, and neither ends the process nor holds back what comes after it', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
    const full = openSync('/dev/full', 'w');
    try {
      const fixture = fileURLToPath(new URL('./fixture-stdout-that-fails.ts', import.meta.url));
      const path = join(directory, 'log');
      const child = spawn(process.execPath, ['--import', 'tsx', fixture, path], {
        stdio: ['ignore', full, 'inherit'],
      });
      expect(await once(child, 'close')).toEqual([0, null]);
      const messages = readFileSync(path, 'utf8').trimEnd().split('\n');
      const kept = messages.map((line) => JSON.parse(line).msg);
      expect(kept).toEqual([
        'kept, of a child',
        expect.stringMatching(/^6 log lines were dropped/),
        'kept, of the primary',
      ]);
    } finally {
      closeSync(full);
      rmSync(directory, { recursive: true });
    }
  });
});

describe('what a child writes', () => {
  it('passes unchanged where it is a line of the log, however the stream is cut', async () => {
    const lines = [logLine('first'), logLine('zweite Zeile mit Ümläuten'), logLine('third')];
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 8 }), async (cuts) => {
        const ends = [...cuts, bytes.length].sort((a, b) => a - b);
        const pieces = ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
        expect((await relayed(pieces, 'stdout')).lines).toEqual(lines);
      }),
      { numRuns: 30 },
    );
  });

  it('becomes a warning of that process on stdout, an error on stderr', async () => {
    const out = await relayed(['printed by a game\n\n'], 'stdout');
    expect(out.objects).toMatchObject([
      { level: 'warn', role: 'worker', worker: 3, pid: 99, msg: 'printed by a game' },
    ]);
    const err = await relayed(['Error: x\r\n    at y\n{"level":1}\n{broken\n'], 'stderr');
    expect(err.objects.map(({ msg }) => msg)).toEqual([
      'Error: x',
      '    at y',
      '{"level":1}',
      '{broken',
    ]);
    expect(new Set(err.objects.map(({ level }) => level))).toEqual(new Set(['error']));
  });

  it('is passed on to the last byte when it ends without a line feed', async () => {
    expect((await relayed(['half a line'], 'stderr')).objects).toMatchObject([
      { msg: 'half a line' },
    ]);
  });

  it('is cut at 64 KiB a line, and goes on behind it', async () => {
    const long = 'x'.repeat(50_000);
    const { objects } = await relayed([long, long, long, '\n', `${logLine('next')}\n`], 'stdout');
    expect(objects.map(({ msg, cut }) => [msg.length, cut])).toEqual([
      [65_536, true],
      [4, undefined],
    ]);
  });

  it('keeps its last 50 lines, shortened, for a crash record', async () => {
    const lines = Array.from({ length: 60 }, (_, i) => `line ${i}`);
    const { lastLines } = await relayed([`${lines.join('\n')}\n${'y'.repeat(5000)}\n`], 'stderr');
    expect(lastLines).toHaveLength(50);
    expect(lastLines[0]).toBe('line 11');
    expect(lastLines.at(-1)).toBe('y'.repeat(2048));
  });

  it('reaches the log whole when the child dies of an uncaught error', async () => {
    const fixture = fileURLToPath(new URL('./fixture-logs-and-crashes.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', fixture]);
    const output = screen();
    const relay = new LogRelay('json', output);
    const source = { role: 'worker' as const, worker: 3, pid: child.pid! };
    await Promise.all([
      relay.add(child.stdout, source, 'stdout'),
      relay.add(child.stderr, source, 'stderr'),
    ]);
    const objects = output
      .text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(
      objects.every(({ role, worker, pid }) => role && worker === 3 && pid === child.pid),
    ).toBe(true);
    const found = objects.map(({ level, msg }) => `${level} ${msg}`);
    expect(found).toEqual(
      expect.arrayContaining([
        'info before the crash',
        'warn printed by a game',
        'fatal last words',
        'error Error: it broke',
      ]),
    );
    expect(relay.lastLines(child.pid!).join('\n')).toContain('Error: it broke');
    relay.forget(child.pid!);
    expect(relay.lastLines(child.pid!)).toEqual([]);
  });
});

describe('a line splitter', () => {
  it('gives the same lines for every split of the bytes, and holds no more than its limit', () => {
    const text = fc.array(fc.constantFrom('a', 'bc', '\n', '\n\n', 'defgh'), { maxLength: 20 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 7 }), (parts, size) => {
        const bytes = Buffer.from(parts.join(''));
        const split = (chunkBytes: number) => {
          const lines: [string, boolean][] = [];
          const splitter = new LineSplitter(4, (...line) => lines.push(line));
          for (let at = 0; at < bytes.length; at += chunkBytes) {
            splitter.push(bytes.subarray(at, at + chunkBytes));
          }
          splitter.end();
          return lines;
        };
        const whole = split(bytes.length || 1);
        expect(split(size)).toEqual(whole);
        const feeds = parts.join('').split('\n');
        if (feeds.at(-1) === '') feeds.pop();
        expect(whole).toEqual(feeds.map((line) => [line.slice(0, 4), line.length > 4]));
      }),
    );
  });
});

describe('the one writer', () => {
  const line = logLine('hello');

  const cases: readonly [LogFormat, boolean, boolean][] = [
    ['json', false, false],
    ['json', true, false],
    ['pretty', false, true],
    ['auto', false, false],
    ['auto', true, true],
  ];
  it.each(cases)(
    'with format %s and terminal %s writes for a person: %s',
    (format, tty, pretty) => {
      const output = screen(tty);
      lineWriter(format, output)(line);
      if (pretty) expect(output.text()).toContain('worker: hello');
      else expect(output.text()).toBe(`${line}\n`);
      expect(output.text().endsWith('\n')).toBe(true);
      expect(new LogRelay(format, output).isPretty).toBe(pretty);
    },
  );

  it('shows who wrote a line, and its fields below it', () => {
    const output = screen();
    const write = lineWriter('pretty', output);
    createLog({ role: 'worker', worker: 12, level: 'info', write }).info({ room: 7 }, 'hello');
    expect(output.text()).toMatch(
      /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: worker 12: hello\n {4}room: 7\n$/,
    );
  });

  it('lets no text that players chose steer the terminal', () => {
    const output = screen();
    const write = lineWriter('pretty', output);
    const log = createLog({ role: 'worker', worker: 1, level: 'info', write });
    const evil = 'a\u001b[2Jb\u009bc\u0007\r';
    log.info({ name: evil, err: new Error(evil) }, evil);
    expect(output.text()).not.toMatch(/[^\P{Cc}\n\t]/u);
    expect(output.text()).toContain('a\\x1b[2Jb');
  });
});
