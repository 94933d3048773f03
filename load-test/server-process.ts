// A real server as a process of its own, for load-tests and tests: started, watched, stopped.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { AdminApi, type ServerProcessInfo } from './admin-api.ts';
import type { Labels } from './metrics-text.ts';
import { packageRoot } from './package-root.ts';
import { ProcessGuard } from './process-guard.ts';

export interface ServerOptions {
  /** Flags of the server; they come after the defaults below, of which each given here is left out:
   *  `--host 127.0.0.1 --port 0 --admin-port 0 --data <a directory that goes with the server>`. */
  readonly args?: readonly string[];
  /** Added to this process' environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** The file to run; a relative path is from the package's folder on. Default: `dist/server/main.js`. */
  readonly script?: string;
  /** In this process' session, not in one of its own. Linux may give each session as much of the
   *  processors (`autogroup`): priorities count only among the processes of one then. Ctrl-C in the
   *  terminal comes to the server as well. */
  readonly sharesSession?: boolean;
}

/** A line that the server logged. */
export interface LogLine {
  readonly msg?: string;
  readonly level?: string;
  readonly role?: string;
  readonly pid?: number;
  readonly [field: string]: unknown;
}

/** The server did not start; the message has what it wrote to stderr. */
export class ServerStartError extends Error {
  override readonly name = 'ServerStartError';
  readonly code = 'SERVER_START';
  readonly exitCode: number | undefined;

  constructor(text: string, exitCode?: number) {
    super(text);
    this.exitCode = exitCode;
  }
}

/** On a machine that is slow and busy; it takes a second or two. */
const START_MS_MAX = 45_000;
const STOP_MS_MAX = 15_000;
/** Of the log, and of stderr, the newest is kept. */
const LOG_LINES_MAX = 10_000;
const STDERR_CHARACTERS_MAX = 100_000;

/** Leaves no process and no file behind, not even when this process is killed. */
export class ServerProcess implements AsyncDisposable {
  port = 0;
  adminPort = 0;
  /** The newest lines of the log, oldest first. */
  readonly log: LogLine[] = [];
  stderr = '';
  /** As a shell has it: 128 + the number of the signal that ended the server. */
  readonly exitCode: Promise<number>;
  private readonly child: ChildProcess;
  private readonly guard: ProcessGuard;
  private readonly lines: Interface;
  /** As `kill` has it: the server's process group, or the primary only. */
  private readonly target: number;
  private readonly serving = Promise.withResolvers<void>();
  private api: AdminApi | undefined;

  /** @returns the server when it can be connected to.
   *  @throws {ServerStartError} when it exits before, or takes too long. */
  static async start(options: ServerOptions = {}): Promise<ServerProcess> {
    const script = resolve(packageRoot(), options.script ?? 'dist/server/main.js');
    if (!existsSync(script)) {
      throw new ServerStartError(`there is no ${script}: "npm run build" makes it`);
    }
    const server = new ServerProcess(script, options);
    await server.untilServing();
    return server;
  }

  private constructor(script: string, { args = [], env = {}, sharesSession }: ServerOptions) {
    const ownsData = !hasFlag(args, '--data');
    const directory = ownsData ? mkdtempSync(join(tmpdir(), 'holdfast-data-')) : undefined;
    const loader = script.endsWith('.ts') ? ['--import', 'tsx'] : [];
    this.child = spawn(
      process.execPath,
      [...loader, script, ...defaults(args, directory), ...args],
      {
        cwd: packageRoot(),
        env: { ...process.env, ...env },
        // The leader of its own group: Ctrl-C in the terminal is for this process to handle.
        detached: !sharesSession,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const pid = this.child.pid ?? 0;
    this.target = sharesSession ? pid : -pid;
    this.guard = new ProcessGuard(this.target, directory);
    this.exitCode = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) => {
        const number = signal ? 128 + constants.signals[signal] : (code ?? 1);
        const text = `the server has ended with exit code ${number}: ${this.lastWords()}`;
        this.serving.reject(new ServerStartError(text, number));
        resolve(number);
      });
    });
    this.serving.promise.catch(() => {});
    this.lines = createInterface({ input: this.child.stdout! });
    this.lines.on('line', (line) => this.heard(line));
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-STDERR_CHARACTERS_MAX);
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  get admin(): AdminApi {
    if (!this.api) throw new Error('the server has not said where its admin interface is');
    return this.api;
  }

  /** Reads nothing more of what the server writes to stdout, until `resumeLog`. */
  pauseLog(): void {
    this.lines.pause();
  }

  resumeLog(): void {
    this.lines.resume();
  }

  processes(): Promise<ServerProcessInfo[]> {
    return this.admin.processes();
  }

  metrics(): Promise<string> {
    return this.admin.metrics();
  }

  /** @returns the sum of the rows of this name that have these labels; NaN where there is none. */
  metric(name: string, labels: Labels = {}): Promise<number> {
    return this.admin.metric(name, labels);
  }

  /** Asks it to stop, and kills it after 15 s; then sees that nothing of it is left. Idempotent.
   *  @returns its exit code. */
  async stop(): Promise<number> {
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS_MAX);
    const code = await this.exitCode;
    clearTimeout(timer);
    await this.guard.release();
    return code;
  }

  /** Ends the primary as `kill -9` does. Its other processes and its data directory are left to
   *  themselves until `stop`. @returns the exit code. */
  kill(): Promise<number> {
    this.child.kill('SIGKILL');
    return this.exitCode;
  }

  /** Ends all of its processes at once, as `kill -9` does. @returns the primary's exit code. */
  async killAll(): Promise<number> {
    const children = this.target < 0 ? [] : (await this.processes()).map(({ pid }) => pid);
    for (const pid of new Set([this.target, ...children])) kill(pid);
    return this.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  private async untilServing(): Promise<void> {
    const timer = setTimeout(() => {
      const text = `the server does not serve after ${START_MS_MAX} ms: ${this.lastWords()}`;
      this.serving.reject(new ServerStartError(text));
    }, START_MS_MAX);
    try {
      await this.serving.promise;
    } catch (error) {
      this.child.kill('SIGKILL');
      await this.exitCode;
      await this.guard.release();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  private heard(text: string): void {
    const line = logLine(text);
    if (!line) return;
    this.log.push(line);
    if (this.log.length > LOG_LINES_MAX) this.log.shift();
    if (line.msg !== 'serving' || this.api) return;
    this.port = Number(line.port);
    this.adminPort = Number(line.adminPort);
    this.api = new AdminApi(`127.0.0.1:${this.adminPort}`);
    this.serving.resolve();
  }

  private lastWords(): string {
    const lastLines = this.log.slice(-5).map((line) => JSON.stringify(line));
    return [this.stderr.trim(), ...lastLines].filter(Boolean).join('\n') || 'it said nothing';
  }
}

function kill(target: number): void {
  try {
    process.kill(target, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

function defaults(args: readonly string[], directory: string | undefined): string[] {
  const flags = [
    ['--host', '127.0.0.1'],
    ['--port', '0'],
    ['--admin-port', '0'],
    ['--data', directory ?? ''],
  ] as const;
  return flags.filter(([flag]) => !hasFlag(args, flag)).flat();
}

function hasFlag(args: readonly string[], flag: string): boolean {
  return args.some((arg) => arg === flag || arg.startsWith(`${flag}=`));
}

function logLine(text: string): LogLine | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return undefined;
  }
}
