// The coordinator of a group as its first program holds it: a child that is started again.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { extname, join } from 'node:path';
import { GroupError } from '../errors.ts';
import { NO_INSPECTOR_BY_SIGNAL } from '../no-inspector.ts';
import { makeSocketFolder } from '../socket-folder.ts';
import { type GroupAddress, KEY_VARIABLE } from './dial.ts';

const MODULE = join(import.meta.dirname, `coordinator-main${extname(import.meta.filename)}`);
export class CoordinatorChild {
  readonly address: GroupAddress;
  private readonly directory: string;
  private readonly journal: string | undefined;
  private child: ChildProcess | undefined;
  private closing = false;

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
      child.kill();
      await exited;
    }
    rmSync(this.directory, { recursive: true, force: true });
  }

  private fork(forgot: boolean): ChildProcess {
    const { path, key } = this.address;
    rmSync(path, { force: true });
    const env = { ...process.env, [KEY_VARIABLE]: key.toString('hex') };
    const args = [path, forgot ? 'forgot' : '', ...(this.journal ? [this.journal] : [])];
    const child = fork(MODULE, args, { env, execArgv: [NO_INSPECTOR_BY_SIGNAL] });
    this.child = child;
    let served = false;
    child.once('message', () => {
      served = true;
    });
    // One that could not even begin would not the next time.
    child.on('exit', () => {
      if (this.closing || !served) return;
      const next = this.fork(true);
      next.unref();
      next.channel?.unref();
    });
    return child;
  }
}
