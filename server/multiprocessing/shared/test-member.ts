// Processes of a group, for tests: they are told what to do, and killed.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Answer, Order } from './fixture-member.ts';

const MODULE = join(import.meta.dirname, 'fixture-member.ts');

/** The process died before it answered. */
export const DIED = 'died';

export class Member {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private last = 0;

  private constructor(child: ChildProcess) {
    this.child = child;
    child.on('message', (answer: Answer) => this.settle(answer));
    child.on('exit', () => {
      for (const id of [...this.waiting.keys()]) this.settle({ id, code: DIED });
    });
  }

  /** @param environment with that of its group. */
  static async start(environment: Readonly<Record<string, string>>): Promise<Member> {
    const child = fork(MODULE, { env: { ...process.env, ...environment }, execArgv: [] });
    await once(child, 'message');
    return new Member(child);
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** @returns the value, or the code of the error. */
  async ask(open: Order['open'], ...call: Order['call']): Promise<unknown> {
    const id = ++this.last;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.waiting.set(id, resolve);
    this.child.send({ id, open, call } satisfies Order, () => {});
    const { value, code } = await promise;
    return code ?? value;
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    await exited;
  }

  private settle(answer: Answer): void {
    const resolve = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    resolve?.(answer);
  }
}
