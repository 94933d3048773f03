// The process of a swarm: forked by a load-test, it runs clients and reports what they see.

import { CrowdMember } from './crowd-member.ts';
import type { FromSwarm, SwarmTask, ToSwarm } from './messages.ts';
import { Meter } from './meter.ts';
import { Player } from './player.ts';

const PROGRESS_MS = 1_000;
/** Clients that are connecting are added so often. */
const RAMP_STEP_MS = 10;

process.title = 'holdfast swarm';
const meter = new Meter();

function send(message: FromSwarm): void {
  // The load-test may be gone; `disconnect` follows.
  process.send?.(message, () => {});
}

function start(task: SwarmTask): void {
  const { clients, firstClient, rampMs } = task;
  const startedAt = performance.now();
  let started = 0;
  const timer = setInterval(() => {
    const part = rampMs > 0 ? (performance.now() - startedAt) / rampMs : 1;
    const due = Math.min(clients, Math.ceil(part * clients));
    for (; started < due; started++) begin(task, firstClient + started);
    if (meter.ready < clients) return;
    clearInterval(timer);
    progress();
  }, RAMP_STEP_MS);
  setInterval(progress, PROGRESS_MS);
}

function begin(task: SwarmTask, number: number): void {
  if (task.mode === 'crowd') new CrowdMember(task, number, meter);
  else void new Player(task, number, meter).start();
}

function progress(): void {
  send({ type: 'progress', sample: meter.sample() });
}

process.on('message', (message: ToSwarm) => {
  switch (message.type) {
    case 'start':
      start(message);
      return;
    case 'measure':
      meter.measure();
      return;
    case 'finish':
      send({ type: 'measured', sample: meter.sample() });
      return;
    default:
      message satisfies never;
  }
});
// Also when the load-test was killed. Connections are cut: to say goodbye would take longer.
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches every process of the terminal; the load-test decides what it means.
process.on('SIGINT', () => {});
