// Which connections are accepted: as many and as fast as one address may, whatever others do.
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Config, defaults } from '../config.ts';
import { createLog, ProcessMetrics } from '../observe/index.ts';
import { Admission, type AdmissionOptions } from './admission.ts';
import { Connections } from './connections.ts';

let now = 0;
beforeEach(() => {
  now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => vi.restoreAllMocks());

const HOST = ['2001:db8:0:1::1', '2001:db8:0:1:2:3:4:5'] as const;

function newAdmission(changes: Partial<Config>) {
  const logged: Record<string, unknown>[] = [];
  const write = (line: string) => void logged.push(JSON.parse(line));
  const connections = new Connections();
  const admission = new Admission({
    config: { ...defaults, ...changes },
    log: createLog({ role: 'primary', level: 'warn', write }),
    metrics: new ProcessMetrics('primary'),
    connections,
    workers: { max: 1, hasRoom: () => true } as unknown as AdmissionOptions['workers'],
  });
  /** @returns why it was refused. */
  const come = (address: string) => {
    const reason = admission.refusal(address);
    if (reason) return reason;
    return connections.add({ destroy: () => {} } as Socket, address);
  };
  return { come, connections, logged };
}

describe('Connections of one address', () => {
  it('are as many as it may have; a /64 of IPv6 counts as one, and so does IPv4 in IPv6', () => {
    const { come, connections } = newAdmission({ connectionsPerAddressMax: 2 });
    const first = come(HOST[0]);
    expect([typeof first, typeof come(HOST[1]), come(HOST[0]), come(HOST[1])]).toEqual([
      'object',
      'object',
      'address',
      'address',
    ]);
    expect(typeof come('2001:db8:0:2::1')).toBe('object');
    connections.remove(first as never);
    expect([typeof come(HOST[1]), come(HOST[0])]).toEqual(['object', 'address']);
    expect([typeof come('192.0.2.1'), typeof come('::ffff:192.0.2.1')]).toEqual([
      'object',
      'object',
    ]);
    expect([come('::ffff:192.0.2.1'), come('192.0.2.1')]).toEqual(['address', 'address']);
  });

  it('come as fast as they may, also where each is closed at once', () => {
    const { come, connections } = newAdmission({ connectsPerSecondPerAddress: 2 });
    const reconnect = (address: string) => {
      const came = come(address);
      if (typeof came === 'object') connections.remove(came);
      return typeof came === 'object' ? 'accepted' : came;
    };
    for (let i = 0; i < 40; i++) expect(reconnect(HOST[i % 2]!)).toBe('accepted');
    expect([reconnect(HOST[0]), reconnect('192.0.2.1')]).toEqual(['address_rate', 'accepted']);
    now += 500;
    expect([reconnect(HOST[0]), reconnect(HOST[1])]).toEqual(['accepted', 'address_rate']);
  });

  it('are not limited where they are exempt, as those of a proxy on this machine', () => {
    const { come } = newAdmission({ connectionsPerAddressMax: 1, connectsPerSecondPerAddress: 1 });
    for (let i = 0; i < 100; i++) expect(typeof come('127.0.0.1')).toBe('object');
  });

  it('that are refused are logged once in a while, with the address and how many there were', () => {
    const { come, logged } = newAdmission({ connectionsPerAddressMax: 1 });
    for (let i = 0; i < 100; i++) come('192.0.2.1');
    now += 10_000;
    come('192.0.2.1');
    expect(logged).toMatchObject([
      { limit: 'address', address: '192.0.2.1', connections: 1, times: 1 },
      { limit: 'address', times: 99 },
    ]);
  });
});
