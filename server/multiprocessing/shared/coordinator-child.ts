// The coordinator of a group as its first program holds it: a child that is started again.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { extname, join } from 'node:path';
import { GroupError } from '../errors.ts';
import { NO_INSPECTOR_BY_SIGNAL } from '../no-inspector.ts';
import { makeSocketFolder } from '../socket-folder.ts';
import { type GroupAddress, KEY_VARIABLE } from './dial.ts';
import { uptimeMs } from './group-clock.ts';

const MODULE = join(import.meta.dirname, `coordinator-main${extname(import.meta.filename)}`);
/** Before another is started where one could not begin. */
const RETRY_MS = 500;
/** How long a coordinator may take to end. */
const END_MS = 5000;

export class CoordinatorChild {
  readonly address: GroupAddress;
  private readonly directory: string;
  private readonly journal: string | undefined;
  private child: ChildProcess | undefined;
  private closing = false;
  /** Fencing numbers of all its coordinators are above this and the µs since the machine has started: the
   *  clock may be set back between two of them. */
  private readonly fenceOrigin = Math.floor((Date.now() - uptimeMs()) * 1000);

  private constructor(key: Buffer, journal: string | undefined) {
    this.journal = journal;
    this.directory = makeSocketFolder('holdfast-group-', 'socket');
    this.address = { path: join(this.directory, 'socket'), key };
  }

  /** Serves when this resolves. It ends with this process, however that ends.
   *  @throws {GroupError} `DISCONNECTED` when it cannot be started. */
  static async start(key: Buffer, journal?: string): Promise<CoordinatorChild> {
    const coordinator = new CoordinatorChild(key, journal);
    const child = coordinator.fork(false);
    const [ready] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => []),
    ]);
    child.unref();
    child.channel?.unref();
    if (ready) return coordinator;
    await coordinator.close();
    throw new GroupError('DISCONNECTED', coordinator.address.path);
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  async close(): Promise<void> {
    this.closing = true;
    const { child } = this;
    if (child && child.exitCode === null && child.signalCode === null) {
      child.ref();
      const exited = once(child, 'exit');
      // It is deaf to signals that reach all processes of a program.
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
      await exited;
      clearTimeout(timer);
    }
    rmSync(this.directory, { recursive: true, force: true });
  }

  private fork(forgot: boolean): ChildProcess {
    const { path, key } = this.address;
    rmSync(path, { force: true });
    const env = { ...process.env, [KEY_VARIABLE]: key.toString('hex') };
    const given = [path, forgot ? 'forgot' : '', String(this.fenceOrigin)];
    const args = this.journal ? [...given, this.journal] : given;
    const child = fork(MODULE, args, { env, execArgv: [NO_INSPECTOR_BY_SIGNAL] });
    this.child = child;
    let served = false;
    child.once('message', () => {
      served = true;
    });
    child.on('exit', () => {
      // The first that cannot begin is `start`'s to tell of.
      if (this.closing || !(served || forgot)) return;
      if (served) this.forkNext();
      else setTimeout(() => this.forkNext(), RETRY_MS).unref();
    });
    return child;
  }

  private forkNext(): void {
    if (this.closing) return;
    const next = this.fork(true);
    next.unref();
    next.channel?.unref();
  }
}
