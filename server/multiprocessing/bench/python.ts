// Python's `multiprocessing` at the same operations: a script that does what it is told.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { costOf } from './measure.ts';
import { isInstalled } from './peer.ts';
import type { Report } from './report.ts';
import { IN_FLIGHT, ITEMS, PROCESSES, SINGLE_TASKS, TEXT } from './sizes.ts';

/** Each line that it reads is a name and a number of operations. */
const SCRIPT = `
import multiprocessing as mp, sys
TEXT = '${TEXT}'
def square(x): return x * x
def produce(queue, counts):
    for count in iter(counts.get, 0):
        for _ in range(count): queue.put(TEXT)
def locked(lock, n):
    for _ in range(n):
        lock.acquire(); lock.release()
def put_get(queue, n):
    for _ in range(n):
        queue.put(1); queue.get()
def add(value, n):
    for _ in range(n):
        with value.get_lock(): value.value += 1
def add_managed(value, lock, n):
    for _ in range(n):
        with lock: value.value += 1
def flow(queue, counts, n):
    counts.put(n)
    for _ in range(n): queue.get()
def task(pool, n):
    for _ in range(n): pool.apply(square, (3,))
def tasks(pool, n):
    for _ in range(n // ${IN_FLIGHT}):
        for result in [pool.apply_async(square, (3,)) for _ in range(${IN_FLIGHT})]: result.get()
if __name__ == '__main__':
    manager = mp.Manager()
    queue, counts, managed = mp.Queue(), mp.Queue(), manager.Queue()
    managed_counts = mp.Queue()
    mp.Process(target=produce, args=(queue, counts), daemon=True).start()
    mp.Process(target=produce, args=(managed, managed_counts), daemon=True).start()
    lock, single, value = mp.Lock(), mp.Queue(), mp.Value('d', 0)
    m_lock, m_single, m_value = manager.Lock(), manager.Queue(), manager.Value('d', 0)
    pool = mp.Pool(${PROCESSES})
    todo = {
        'lock': lambda n: locked(lock, n), 'managed lock': lambda n: locked(m_lock, n),
        'queue': lambda n: put_get(single, n), 'managed queue': lambda n: put_get(m_single, n),
        'flow': lambda n: flow(queue, counts, n),
        'managed flow': lambda n: flow(managed, managed_counts, n),
        'value': lambda n: add(value, n), 'managed value': lambda n: add_managed(m_value, m_lock, n),
        'task': lambda n: task(pool, n), 'tasks': lambda n: tasks(pool, n),
        'map': lambda n: pool.map(square, range(n)),
    }
    for line in sys.stdin:
        what, n = line.rsplit(' ', 1)
        todo[what](int(n))
        print('done', flush=True)
    pool.terminate()
`;

/** Operation of the report, what the script calls it, and how many. */
const plain = [
  ['lock and unlock, one at a time', 'lock', 200_000],
  ['put and get, one at a time', 'queue', 3_000],
  ['from a process to another by a queue', 'flow', 64_000],
  ['Value add, one at a time', 'value', 100_000],
  ['Pool task, one at a time', 'task', SINGLE_TASKS],
  ['Pool task, 64 in flight', 'tasks', 12_800],
  ['map of trivial tasks, default chunks', 'map', ITEMS],
] as const;
const managed = [
  ['lock and unlock, one at a time', 'managed lock', 2_000],
  ['put and get, one at a time', 'managed queue', 2_000],
  ['from a process to another by a queue', 'managed flow', 3_000],
  ['Value add, one at a time', 'managed value', 1_000],
] as const;

export async function python(report: Report): Promise<void> {
  const child = spawn('python3', ['-c', SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
  if (!(await isInstalled(child))) {
    report.leaveOut('Python', 'python3 is not installed');
    return;
  }
  const say = conversation(child);
  for (const [who, cases] of [
    ['Python', plain],
    ['Python, by a Manager', managed],
  ] as const) {
    for (const [what, name, operations] of cases) {
      const run = () => say(`${name} ${operations}`);
      report.add(what, who, await costOf({ operations, run }));
    }
  }
  const ended = once(child, 'exit');
  child.stdin.end();
  await ended;
}

function conversation(
  child: ChildProcessByStdio<Writable, Readable, null>,
): (line: string) => Promise<void> {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async (line) => {
    child.stdin.write(`${line}\n`);
    const { done } = await lines.next();
    if (done) throw new Error(`python3 has ended instead of doing ${line}`);
  };
}
