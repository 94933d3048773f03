// The server that a chaos run does harm to: its processes, and how to tell that it is whole again.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ServerProcessInfo } from '../admin-api.ts';
import { type LogLine, ServerProcess } from '../server-process.ts';
import { Deployment } from './deployment.ts';
import { HANG_MS } from './kinds.ts';
import { namesOfTemporary } from './leftovers.ts';

const SPARES = 1;
/** Each time costs the server some ms, while its players wait. */
const POLL_MS = 250;
const START_MS_MAX = 20_000;
/** A machine on which it takes longer has no time for them. */
const SPARES_MS_MAX = 5000;
const LOG_LINES_MAX = 2000;

export interface VictimOptions {
  readonly clients: number;
  readonly workers: number;
}

/** A fault did not end, or could not be made. */
export class FaultError extends Error {
  override readonly name = 'FaultError';
  readonly code = 'FAULT';
}

export class Victim {
  /** What outlives the server. */
  readonly data: string;
  /** Where the server's temporary files go. */
  readonly temporary: string;
  /** The code that it is started from. */
  readonly deployment: Deployment;
  /** The parent of all. */
  readonly directory: string;
  /** Whether the disk can be made slow or full. */
  readonly hasFaultDisk: boolean;
  /** Whether its processes run code that a fault gives them. */
  readonly hasFaultCode: boolean;
  /** The folder for that code. */
  readonly codeFault: string;
  readonly workers: number;
  /** Temporary names that a killed primary could not remove. */
  readonly orphans = new Set<string>();
  server!: ServerProcess;
  private readonly flags: readonly string[];
  private readonly diskFault: string;

  /** @throws {ServerStartError} {FaultError} */
  static async start(options: VictimOptions): Promise<Victim> {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-chaos-'));
    const deployment = new Deployment(join(directory, 'app'));
    const { main } = deployment;
    const { stdout: help } = await promisify(execFile)(process.execPath, [main, '--help']);
    const victim = new Victim(options, help, directory, deployment);
    victim.server = await victim.startServer();
    await victim.untilWhole(START_MS_MAX);
    return victim;
  }

  /** @param help what the server says of its flags. */
  private constructor(
    { clients, workers }: VictimOptions,
    help: string,
    directory: string,
    deployment: Deployment,
  ) {
    this.workers = workers;
    this.hasFaultDisk = help.includes('--fault-disk');
    this.hasFaultCode = help.includes('--fault-code');
    this.directory = directory;
    this.deployment = deployment;
    this.data = join(this.directory, 'data');
    this.temporary = join(this.directory, 'tmp');
    this.diskFault = join(this.directory, 'disk-fault');
    this.codeFault = join(this.directory, 'code-fault');
    mkdirSync(this.codeFault);
    mkdirSync(this.data);
    mkdirSync(this.temporary);
    writeFileSync(this.diskFault, '0');
    this.flags = [
      ...flagsOf({ clients, workers }, this.data, deployment.games),
      ...(this.hasFaultDisk ? ['--fault-disk', this.diskFault] : []),
      ...(this.hasFaultCode ? ['--fault-code', this.codeFault] : []),
    ];
  }

  get port(): number {
    return this.server.port;
  }

  get log(): readonly LogLine[] {
    return this.server.log.slice(-LOG_LINES_MAX);
  }

  /** Its processes, the primary among them; none while nobody answers. */
  async processes(): Promise<ServerProcessInfo[]> {
    try {
      return await this.server.processes();
    } catch {
      return [];
    }
  }

  /** Of the workers that there are. */
  async workerNumbers(): Promise<number[]> {
    return (await this.processes()).flatMap(({ worker }) => worker ?? []);
  }

  /** One that works, and a worker that has clients, where there is one.
   *  @throws {FaultError} where nobody has the role. */
  async pidOf(role: 'worker' | 'coordinator', pick: number): Promise<number> {
    const all = (await this.processes()).filter((process) => process.role === role);
    const busy = all.filter(({ responsive, clients }) => responsive && clients > 0);
    const from = busy.length > 0 ? busy : all;
    const found = from[pick % from.length];
    if (!found) throw new FaultError(`there is no ${role}`);
    return found.pid;
  }

  /** Resolves when every process is there and its event loop turns, and `gone` are not there.
   *  @throws {FaultError} after `msMax`. */
  async untilWhole(msMax: number, gone: readonly number[] = []): Promise<void> {
    const isWhole = await this.until(msMax, (processes) => {
      const count = (role: string) =>
        processes.filter((process) => process.role === role && process.responsive).length;
      if (processes.some(({ pid }) => gone.includes(pid))) return false;
      return (
        count('worker') === this.workers && count('coordinator') === 1 && count('spare') === SPARES
      );
    });
    if (!isWhole) throw new FaultError(`the server was not whole again after ${msMax} ms`);
  }

  /** Resolves when the spare processes can take another's place as quickly as they ever will, or after
   *  5 s. What a death costs when the next comes before is another question.
   *  @returns whether they can. */
  untilSparesReady(): Promise<boolean> {
    return this.until(SPARES_MS_MAX, (processes) => {
      const spares = processes.filter(({ role }) => role === 'spare');
      return spares.length === SPARES && spares.every(({ ready }) => ready);
    });
  }

  /** `full`: every write fails; else each is delayed by so many ms. */
  setDisk(fault: 'full' | number): void {
    writeFileSync(this.diskFault, String(fault));
  }

  /** Removes the directories of the sockets between its processes. */
  removeSockets(): void {
    const temporary = namesOfTemporary(this.temporary).map((name) => join(this.temporary, name));
    for (const path of [join(this.data, 'sockets'), ...temporary]) {
      rmSync(path, { recursive: true, force: true });
    }
  }

  /** `kill -9` of all its processes at once; then a new server, on the same port and data. */
  async killEverything(): Promise<void> {
    const { port } = this.server;
    await this.server.killAll();
    await this.server.stop();
    for (const name of namesOfTemporary(this.temporary)) this.orphans.add(name);
    this.server = await this.startServer('--port', String(port));
  }

  removeFiles(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async until(
    msMax: number,
    holds: (processes: readonly ServerProcessInfo[]) => boolean,
  ): Promise<boolean> {
    const startedAt = performance.now();
    while (!holds(await this.processes())) {
      if (performance.now() - startedAt > msMax) return false;
      await sleep(POLL_MS);
    }
    return true;
  }

  private startServer(...args: string[]): Promise<ServerProcess> {
    return ServerProcess.start({
      args: [...this.flags, ...args],
      env: { TMPDIR: this.temporary },
      script: this.deployment.main,
      sharesSession: true,
    });
  }
}

/** Limits raised as far as the run needs it: what it tests is not how often one may die. */
function flagsOf(
  { clients, workers }: VictimOptions,
  data: string,
  games: readonly string[],
): string[] {
  const connections = String(clients + 256);
  const flags = {
    '--data': data,
    '--workers': String(workers),
    '--spares': String(SPARES),
    '--hang-ms': String(HANG_MS),
    '--restarts-max': '10000',
    '--restart-period-ms': '1000',
    '--resume-ms': '600000',
    '--connections-max': connections,
    '--connections-per-address-max': connections,
    '--sessions-max': String(clients + 20_000),
  };
  return [...Object.entries(flags).flat(), ...games.flatMap((path) => ['--game', path])];
}
