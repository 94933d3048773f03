// What process tests begin: servers, their clients and directories, which end with the test.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Client, type ConnectOptions, connect } from '../client/index.ts';
import type { ServerProcessInfo } from '../load-test/admin-api.ts';
import { ServerProcess } from '../load-test/server-process.ts';
import { RawClient } from './test-raw-client.ts';

export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export const startServer = (...args: string[]): Promise<ServerProcess> =>
  startServerWith({}, ...args);

export async function startServerWith(
  env: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<ServerProcess> {
  const server = await ServerProcess.start({ args, env });
  onTestFinished(async () => void (await server.stop()));
  return server;
}

export async function player(
  { port }: { readonly port: number },
  name = 'ada',
  options: Partial<ConnectOptions> = {},
): Promise<Client> {
  const client = await connect({ ...options, port, name });
  onTestFinished(() => client.close());
  return client;
}

export const players = (server: { readonly port: number }, count: number): Promise<Client[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => player(server, `player-${i}`)));

export function rawClient({ port }: { readonly port: number }): RawClient {
  const client = new RawClient(port);
  onTestFinished(() => client[Symbol.dispose]());
  return client;
}

export const processesOf = async (
  server: ServerProcess,
  role: ServerProcessInfo['role'],
): Promise<ServerProcessInfo[]> =>
  (await server.processes()).filter((process) => process.role === role);

export const workersOf = (server: ServerProcess): Promise<ServerProcessInfo[]> =>
  processesOf(server, 'worker');

export const pidsOf = async (server: ServerProcess): Promise<number[]> =>
  (await server.processes()).map(({ pid }) => pid);

export async function killCoordinator(server: ServerProcess): Promise<void> {
  const [coordinator] = await processesOf(server, 'coordinator');
  process.kill(coordinator!.pid, 'SIGKILL');
}

/** @returns false where it has ended by itself meanwhile. */
export function killPid(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** Also true for one that has died and was not reaped. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
