// Ends other processes when this process ends, however it ends.
import { spawn } from 'node:child_process';

// The shell reads from a pipe of which this process has the other end: when that closes, by `release`
// or by the death of this process, even by kill -9, `read` returns.
const SCRIPT = 'read -r _; kill -s KILL -- "$0" 2>/dev/null; [ -z "$1" ] || rm -rf -- "$1"';

/** Kills `target` and removes `directory` when `release` is called or when this process is gone,
 *  whichever comes first. */
export class ProcessGuard {
  /** When that is done. */
  readonly done: Promise<void>;
  private readonly shell;

  /** @param target a process, or the group -n, as `kill` has it. */
  constructor(target: number, directory: string | undefined) {
    // In a group of its own: Ctrl-C in the terminal must not end it before it has done its work.
    this.shell = spawn('/bin/sh', ['-c', SCRIPT, String(target), directory ?? ''], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.shell.unref();
    this.done = new Promise((resolve, reject) => {
      this.shell.once('close', () => resolve());
      this.shell.once('error', reject);
    });
    this.shell.stdin.on('error', () => {});
  }

  /** Idempotent. */
  release(): Promise<void> {
    this.shell.ref();
    this.shell.stdin.end();
    return this.done;
  }
}
