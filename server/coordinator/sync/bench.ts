// Prints how many operations a second the shared primitives' logic does, in one process.
import { type SyncInput, SyncState } from './index.ts';

const ROUNDS = 1_000_000;
const WAITERS = 10_000;

let request = 0;
let received = 0;
const common = (name: string, quiet = false) => {
  return { owner: 'ada', request: ++request, received, quiet, name };
};

function apply(state: SyncState, now: number, input: SyncInput): void {
  for (const reply of state.apply(now, input)) {
    if (reply.kind === 'failed') throw new Error(`${input.kind}: ${reply.code} ${reply.detail}`);
    if (reply.kind !== 'attached' && reply.owner === 'ada') received = reply.serial;
  }
}

function made(): SyncState {
  const state = new SyncState({ limits: { waitersMax: 2 * WAITERS } });
  request = received = 0;
  apply(state, 0, { kind: 'attach', owner: 'ada', received: 0 });
  apply(state, 0, { kind: 'open', ...common('lock'), spec: { kind: 'lock' } });
  apply(state, 0, { kind: 'open', ...common('queue'), spec: { kind: 'queue', maxSize: 0 } });
  apply(state, 0, { kind: 'open', ...common('value'), spec: { kind: 'value', initial: 0 } });
  return state;
}

function measure(title: string, rounds: number, round: (state: SyncState, i: number) => void) {
  const perSecond: number[] = [];
  for (let run = 0; run < 5; run++) {
    const state = made();
    const begun = performance.now();
    for (let i = 0; i < rounds; i++) round(state, i);
    perSecond.push((1000 * rounds) / (performance.now() - begun));
  }
  const best = Math.round(Math.max(...perSecond)).toLocaleString('en');
  process.stdout.write(`${title.padEnd(44)} ${best.padStart(12)} /s\n`);
}

function cycle(state: SyncState, now: number, leaseMs: number): void {
  const timeoutMs = null;
  apply(state, now, { kind: 'acquire', ...common('lock'), task: 0, timeoutMs, leaseMs });
  apply(state, now, { kind: 'release', ...common('lock', true), task: 0, fence: 0, count: 1 });
}

measure('acquire + release', ROUNDS, (state, i) => cycle(state, i, 0));
measure('acquire with a lease + release', ROUNDS, (state, i) => cycle(state, i, 1000));
measure('put + get', ROUNDS, (state, i) => {
  apply(state, i, { kind: 'put', ...common('queue', true), value: i, timeoutMs: null });
  apply(state, i, { kind: 'get', ...common('queue'), timeoutMs: null, auto: true });
});
measure('Value add', ROUNDS, (state, i) => {
  apply(state, i, { kind: 'add', ...common('value'), amount: 1 });
});
measure(`wait with a timeout + cancel, ${WAITERS} waiting`, 200_000, (state, i) => {
  const wait = () => {
    const timed = { timeoutMs: 1e9 - (i % 997), auto: true };
    apply(state, 0, { kind: 'get', ...common('queue'), ...timed });
    return request;
  };
  if (i === 0) for (let n = 0; n < WAITERS; n++) wait();
  const target = wait();
  state.apply(0, { kind: 'cancel', owner: 'ada', request: ++request, received: 0, target });
});
