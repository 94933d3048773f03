// The options of a client: defaults, and values that no timer or queue could keep.
import { describe, expect, it, vi } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Heartbeat } from './heartbeat.ts';
import { Client, connect, LinkState } from './index.ts';
import { settingsOf } from './options.ts';

describe('The options of a client', () => {
  it('may be of no limit, and a client with such limits connects and stays', async () => {
    const none = Number.POSITIVE_INFINITY;
    await using server = await FakeServer.listen();
    const options = { connectTimeoutMs: none, pingMs: none, closeTimeoutMs: none };
    const opening = connect({ port: server.port, name: 'ada', reconnectMsMax: none, ...options });
    const connection = await server.accept();
    await connection.welcome({ idleMs: 0 });
    const client = await opening;
    expect(client.state).toBe(LinkState.Ready);
    client.destroy();
  });

  it('ping once and never again where the time between pings has no limit', () => {
    vi.useFakeTimers();
    let pings = 0;
    const options = { ping: () => pings++, silent() {}, unansweredMax: 100 };
    const heartbeat = new Heartbeat(options);
    heartbeat.start(Number.POSITIVE_INFINITY);
    vi.advanceTimersByTime(86_400_000);
    heartbeat.stop();
    vi.useRealTimers();
    expect(pings).toBe(1);
  });

  it('have their defaults where they are undefined', () => {
    const undefinedOptions = { port: undefined, connectTimeoutMs: undefined } as object;
    expect(settingsOf({ name: 'ada', ...undefinedOptions })).toEqual(settingsOf({ name: 'ada' }));
  });

  it.each([
    [{ connectTimeoutMs: Number.NaN }, 'connectTimeoutMs must be'],
    [{ pingMs: -1 }, 'pingMs must be'],
    [{ reconnectMsMax: -1 }, 'reconnectMsMax must be'],
    [{ closeTimeoutMs: Number.NaN }, 'closeTimeoutMs must be'],
    [{ pingsUnansweredMax: 0 }, 'pingsUnansweredMax must be a number from 1 on'],
    [{ unacknowledgedMax: Number.NaN }, 'unacknowledgedMax must be a number from 1 on'],
  ])('are refused as %o', async (options, said) => {
    expect(() => new Client({ name: 'ada', ...options })).toThrow(said);
    await expect(connect({ name: 'ada', ...options })).rejects.toThrow(said);
  });
});
