// Text for a reader that stands still is bounded, dropped and counted.
import { describe, expect, it } from 'vitest';
import { LogRelay } from './log-relay.ts';
import { FileOutput, StreamOutput, type TextStream } from './stdout.ts';

const MEGABYTE = 1_048_576;

class Reader implements TextStream {
  isReading = false;
  text = '';
  writableLength = 0;
  private readonly listeners = new Map<string, () => void>();
  private readonly callbacks: (() => void)[] = [];

  on(event: string, listener: () => void): void {
    this.listeners.set(event, listener);
  }

  write(text: string, done?: () => void): void {
    this.text += text;
    if (!this.isReading) this.writableLength += text.length;
    if (done) this.callbacks.push(done);
  }

  readAll(): void {
    this.isReading = true;
    this.writableLength = 0;
    for (const done of this.callbacks.splice(0)) done();
    this.listeners.get('drain')?.();
  }

  leave(): void {
    this.listeners.get('error')?.();
  }
}

describe('Output to a reader that stands still', () => {
  it('keeps a megabyte in whole lines, and counts what it drops after that', () => {
    const reader = new Reader();
    const output = new StreamOutput(reader, false);
    const line = `${'x'.repeat(999)}\n`;
    for (let i = 0; i < 2000; i++) output.write(line);
    expect(reader.text.length).toBe(Math.floor(MEGABYTE / 1000) * 1000);
    expect(output.takeDropped()).toBe(2000 - Math.floor(MEGABYTE / 1000));
    expect(output.takeDropped()).toBe(0);
  });

  it('says at that place of the log how many lines are missing, when it is read again', () => {
    const reader = new Reader();
    const relay = new LogRelay('json', new StreamOutput(reader, false));
    relay.write(JSON.stringify({ msg: 'x'.repeat(MEGABYTE - 100) }));
    for (let i = 0; i < 3; i++) relay.write(JSON.stringify({ msg: `lost ${'y'.repeat(100)}` }));
    reader.readAll();
    relay.write(JSON.stringify({ msg: 'after' }));
    const lines = reader.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const text = expect.stringMatching(/^3 log lines were dropped/);
    expect(lines.slice(1)).toMatchObject([
      { level: 'warn', role: 'primary', dropped: 3, msg: text },
      { msg: 'after' },
    ]);
    expect(relay.takeDropped()).toBe(3);
  });

  it('is waited for no longer than asked when the process ends', async () => {
    const reader = new Reader();
    const output = new StreamOutput(reader, false);
    await output.flush(60_000);
    output.write('last words\n');
    await output.flush(1);
    const flushed = output.flush(60_000);
    reader.readAll();
    await flushed;
  });

  it('drops everything, and counts it, once the reader is gone', () => {
    const reader = new Reader();
    const output = new StreamOutput(reader, false);
    reader.leave();
    output.write('unheard\n');
    expect([reader.text, output.takeDropped()]).toEqual(['', 1]);
  });
});

it('A line of which a full disk took only a part is not glued to the line after it', () => {
  let text = '';
  let place = 5;
  const output = new FileOutput((bytes) => {
    if (place === 0) throw new Error('ENOSPC');
    const taken = Math.min(place, bytes.length);
    text += Buffer.from(bytes.subarray(0, taken)).toString();
    place -= taken;
    return taken;
  });
  output.write('{"a":1}\n');
  output.write('{"a":2}\n');
  place = 100;
  output.write('{"a":3}\n');
  output.write('{"a":4}\n');
  expect(text.split('\n')).toEqual(['{"a":', '{"a":3}', '{"a":4}', '']);
  expect(output.takeDropped()).toBe(2);
});
