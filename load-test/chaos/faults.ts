// How each kind of fault is made, and when it is over: one function each.
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { injectCode } from '../inject-code.ts';
import type { Crowds } from './crowds.ts';
import { lockAccounts } from './database-lock.ts';
import { type FaultKind, HANG_MS, rowOf } from './kinds.ts';
import { overload } from './overload.ts';
import { sabotage, shout } from './sabotage.ts';
import { FaultError, type Victim } from './victim.ts';

export interface Scene {
  readonly victim: Victim;
  readonly crowds: Crowds;
  readonly clients: number;
  /** Decides whom it strikes. */
  readonly pick: number;
  readonly problem: (text: string) => void;
  /** Told of each room that is made to go wrong. */
  readonly sabotaged: (room: number) => void;
}

/** Makes the fault; fulfilled, with what happened in words, when the server is whole again. */
type Make = (scene: Scene, recoverMsMax: number) => Promise<string>;

/** Beside this file, built or not. */
const POISON = fileURLToPath(import.meta.url).replace(/faults(\.[jt]s)$/, 'poison$1');
const DISK_FAULT_MS = 2000;
/** A delay for each write; rooms write 20 times a second. */
const DISK_DELAY_MS = 8;
/** One client in so many vanishes. */
const VANISHING = 10;
/** Longer than a process may hang, and shorter than a command of the lobby waits. */
const LOCK_MS = HANG_MS + 2000;
const READY_POLL_MS = 50;
const LOG_STALL_MS = 3000;
const DROPPED = 'holdfast_log_lines_dropped_total';

function signal(role: 'worker' | 'coordinator', name: NodeJS.Signals): Make {
  return async ({ victim, pick }, msMax) => {
    const pid = await victim.pidOf(role, pick);
    kill(pid, name);
    await victim.untilWhole(msMax, [pid]);
    return `${role} ${pid}`;
  };
}

function inRoom(harm: Parameters<typeof sabotage>[0]): Make {
  return async ({ victim, sabotaged: opened }, msMax) => {
    const text = await sabotage(harm, { port: victim.port, msMax, opened });
    await victim.untilWhole(msMax);
    return text;
  };
}

function disk(fault: 'full' | number): Make {
  return async ({ victim }) => {
    victim.setDisk(fault);
    await sleep(DISK_FAULT_MS);
    victim.setDisk(0);
    return fault === 'full' ? 'every write failed' : `each write took ${fault} ms more`;
  };
}

async function loopWorker({ victim, pick }: Scene, msMax: number): Promise<string> {
  const pid = await victim.pidOf('worker', pick);
  // Another fault of the same moment may have been first; then it goes without a loop.
  const problem = await injectCode('for(;;);', pid, victim.codeFault).catch(
    (error: Error) => error.message,
  );
  await victim.untilWhole(msMax, [pid]);
  return problem ? `worker ${pid} (${problem})` : `worker ${pid}`;
}

async function rollingRestart(scene: Scene, msMax: number): Promise<string> {
  const { victim, problem } = scene;
  const { admin } = victim.server;
  const roles = ['worker', 'coordinator'];
  const children = (await victim.processes()).filter(({ role }) => roles.includes(role));
  if (!(await admin.restart())) throw new FaultError('the server refuses to restart');
  const startedAt = performance.now();
  let notReady = 0;
  let polls = 0;
  do {
    polls++;
    if (!(await admin.isReady())) notReady++;
    if (performance.now() - startedAt > msMax) {
      throw new FaultError(`the restart was not over after ${msMax} ms`);
    }
    await sleep(READY_POLL_MS);
  } while ((await admin.restartState()) !== 'idle');
  const pids = children.map(({ pid }) => pid);
  await victim.untilWhole(msMax, pids);
  if (notReady > 0) problem(`not ready ${notReady} times of ${polls} during a rolling restart`);
  return `${pids.length} processes replaced`;
}

/** Processes die while the code on the disk is broken, and a restart is asked for: it must be refused. */
async function brokenDeploy(scene: Scene, msMax: number): Promise<string> {
  const { victim, pick, problem } = scene;
  const { deployment } = victim;
  const harm = deployment.break(pick);
  try {
    for (const role of ['worker', 'coordinator'] as const) {
      await signal(role, 'SIGKILL')(scene, msMax);
      await victim.untilSparesReady();
    }
    const { replaced, error } = await restarted(victim, msMax);
    if (error === null) problem(`broken code was accepted: ${harm}`);
    if (replaced > 0) problem(`${replaced} processes were replaced by broken code: ${harm}`);
    await signal('worker', 'SIGKILL')(scene, msMax);
  } finally {
    deployment.deploy();
  }
  await victim.untilSparesReady();
  const { error } = await restarted(victim, msMax);
  if (error !== null) problem(`good code was refused: ${error}`);
  await victim.untilWhole(msMax);
  return `${harm}: a restart was refused, three processes died and were replaced`;
}

/** Asks for a rolling restart. @returns how it ended.
 *  @throws {FaultError} after `msMax`. */
async function restarted(
  { server: { admin } }: Victim,
  msMax: number,
): Promise<{ replaced: number; error: string | null }> {
  if (!(await admin.restart())) throw new FaultError('the server refuses to restart');
  const startedAt = performance.now();
  for (;;) {
    const status = await admin.restartStatus();
    if (status?.state === 'idle') return status;
    if (performance.now() - startedAt > msMax) {
      throw new FaultError(`the restart was not over after ${msMax} ms`);
    }
    await sleep(READY_POLL_MS);
  }
}

async function vanish({ crowds, clients, pick }: Scene): Promise<string> {
  const connections = Math.max(1, Math.floor(clients / VANISHING));
  crowds.vanish(connections, pick);
  return `${connections} connections cut`;
}

/** What a script does must end no process of the server. */
async function poisonScript({ victim, pick, problem }: Scene, msMax: number): Promise<string> {
  const before = await victim.pidOf('coordinator', 0);
  const args = [POISON, victim.data, String(pick)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: msMax });
  const after = await victim.pidOf('coordinator', 0);
  if (before !== after) problem(`a script has ended coordinator ${before}`);
  await victim.untilWhole(msMax);
  return stdout.trim();
}

/** Players play on, and no process may be lost: deposits and trades wait. */
async function lockDatabase({ victim, pick, problem }: Scene, msMax: number): Promise<string> {
  const before = await victim.pidOf('coordinator', 0);
  const kind = pick % 2 === 0 ? 'IMMEDIATE' : 'EXCLUSIVE';
  const unlock = await lockAccounts(victim.data, kind);
  try {
    await sleep(LOCK_MS);
  } finally {
    unlock();
  }
  const after = await victim.pidOf('coordinator', 0);
  if (before !== after) problem(`coordinator ${before} has ended while the accounts were locked`);
  await victim.untilWhole(msMax);
  return `BEGIN ${kind} for ${LOCK_MS} ms`;
}

async function killEverything({ victim }: Scene, msMax: number): Promise<string> {
  const { pid } = victim.server;
  await victim.killEverything();
  await victim.untilWhole(msMax);
  return `primary ${pid} and all its children; now ${victim.server.pid}`;
}

async function stallLog({ victim, sabotaged: opened, problem }: Scene, msMax: number) {
  const { server } = victim;
  const known = server.log.length;
  const before = await server.metric(DROPPED);
  server.pauseLog();
  try {
    await shout({ port: victim.port, msMax, opened });
    const until = performance.now() + LOG_STALL_MS;
    while (performance.now() < until) {
      if (!(await server.admin.isReady())) problem('not ready while nobody reads the log');
      await sleep(READY_POLL_MS);
    }
  } finally {
    server.resumeLog();
  }
  await victim.untilWhole(msMax);
  const dropped = (await server.metric(DROPPED)) - before;
  if (!(dropped > 0)) problem('no line of the log was dropped while nobody read it');
  const isSaid = () => server.log.slice(known).some(({ msg }) => msg?.includes('were dropped'));
  for (let ms = 0; !isSaid() && ms < msMax; ms += READY_POLL_MS) await sleep(READY_POLL_MS);
  if (!isSaid()) problem('the log does not say that lines were dropped');
  return `${dropped} lines dropped`;
}

async function removeSockets({ victim, pick }: Scene, msMax: number): Promise<string> {
  victim.removeSockets();
  const pids = [await victim.pidOf('worker', pick), await victim.pidOf('coordinator', 0)];
  for (const pid of pids) {
    kill(pid, 'SIGKILL');
    await victim.untilWhole(msMax, [pid]);
  }
  return `worker and coordinator ${pids.join(' and ')}`;
}

const makers: Readonly<Record<FaultKind, Make>> = {
  'kill-worker': signal('worker', 'SIGKILL'),
  'kill-coordinator': signal('coordinator', 'SIGKILL'),
  'stop-worker': signal('worker', 'SIGSTOP'),
  'loop-worker': loopWorker,
  'throw-command': inRoom('throwNow'),
  'throw-tick': inRoom('throwInTick'),
  'loop-command': inRoom('loopNow'),
  'loop-tick': inRoom('loopInTick'),
  'rolling-restart': rollingRestart,
  'broken-deploy': brokenDeploy,
  'poison-script': poisonScript,
  vanish,
  overload: async ({ victim, problem }) => overload(victim, problem),
  'slow-disk': disk(DISK_DELAY_MS),
  'lock-database': lockDatabase,
  'full-disk': disk('full'),
  'stall-log': stallLog,
  'remove-sockets': removeSockets,
  'kill-everything': killEverything,
};

/** @throws {FaultError} and what the client library and the admin interface throw. */
export function makeFault(kind: FaultKind, scene: Scene): Promise<string> {
  return makers[kind](scene, rowOf(kind).recoverMsMax);
}

/** @returns why this server cannot be struck by it; undefined where it can. */
export async function whyNot(kind: FaultKind, victim: Victim): Promise<string | undefined> {
  switch (rowOf(kind).needs) {
    case 'rolling-restart':
      if ((await victim.server.admin.restartState()) !== undefined) return undefined;
      return 'the server has no rolling restart (/api/restart)';
    case 'fault-code':
      return victim.hasFaultCode ? undefined : 'the server has no --fault-code';
    case 'fault-disk':
      return victim.hasFaultDisk ? undefined : 'the server has no --fault-disk';
    default:
      return undefined;
  }
}

function kill(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Another fault of the same moment was first.
  }
}
