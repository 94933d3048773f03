// Which workers with too much memory are replaced: never one after another for a limit that none can keep.
import { expect, it } from 'vitest';
import type { Log } from '../observe/index.ts';
import { WorkerMemory } from './worker-memory.ts';

const MAX = 200_000_000;

function world() {
  const lines: string[] = [];
  const log = { error: (_fields: unknown, text: string) => lines.push(text) } as unknown as Log;
  const memory = new WorkerMemory({ config: { workerMemoryMax: MAX }, log });
  const worker = (startedAt: number, residentBytes: number, slot = 1) => ({
    name: `worker ${slot}`,
    startedAt,
    beat: { residentBytes, clients: 3, eventLoopLagMs: 0 },
    identity: { role: 'worker' as const, slot, worker: slot },
  });
  return { memory, worker, lines };
}

it('A worker that has grown over the limit is replaced', () => {
  const { memory, worker, lines } = world();
  expect(memory.isWorthReplacing(worker(0, MAX + 1), 20_000)).toBe(true);
  expect(lines).toEqual([]);
});

it('Workers that are over the limit from their start are not replaced, which is said once with figures', () => {
  const { memory, worker, lines } = world();
  const first = worker(0, 210_000_000);
  const second = worker(0, 210_000_000, 2);
  for (const of of [first, second]) {
    expect(memory.isWorthReplacing(of, 1000)).toBe(false);
    for (let now = 5000; now < 600_000; now += 5000) {
      expect(memory.isWorthReplacing(of, now)).toBe(false);
    }
  }
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^worker 1 has 201 MB 5 s after its start, .*\(191 MB\)/);
  expect(lines[0]).toContain('Set --worker-memory-max to at least 420000000');
});

it('A worker that was over from its start is replaced when its memory has doubled', () => {
  const { memory, worker } = world();
  const of = worker(0, 210_000_000);
  memory.isWorthReplacing(of, 1000);
  of.beat.residentBytes = 420_000_000;
  expect(memory.isWorthReplacing(of, 90_000)).toBe(true);
});

it('A worker that grows over the limit soon after another was replaced in its slot stays', () => {
  const { memory, worker, lines } = world();
  expect(memory.isWorthReplacing(worker(0, MAX + 1), 20_000)).toBe(true);
  memory.replaced(2, 20_000);
  const next = worker(20_000, MAX + 1, 2);
  expect(memory.isWorthReplacing(next, 28_000)).toBe(false);
  expect(memory.isWorthReplacing(next, 100_000)).toBe(false);
  expect(lines).toHaveLength(1);
  expect(memory.isWorthReplacing(worker(20_000, MAX + 1, 3), 28_000)).toBe(true);
});
