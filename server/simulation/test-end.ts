// One end of a connection on a simulated machine, whichever processes hold it.
import { machine } from './test-machine.ts';
import type { Socket } from './test-net.ts';

/** One end of a connection, as the system has it: it lives as long as a process holds it. */
export class End {
  readonly isLocal: boolean;
  peer!: End;
  /** What has come and was not read. */
  unread = Buffer.alloc(0);
  /** Nothing more comes. */
  isEnded = false;
  readonly holders = new Set<Socket>();
  /** What was written before its process died arrives: its reader writes little, and so does not
   *  learn of the death by a write that fails, after which it would read no more. */
  keepsLastWords = false;
  /** Held by nobody: what still comes is dropped. */
  isGone = false;

  constructor(isLocal: boolean) {
    this.isLocal = isLocal;
  }

  static pair(isLocal: boolean): [End, End] {
    const [near, far] = [new End(isLocal), new End(isLocal)];
    near.peer = far;
    far.peer = near;
    return [near, far];
  }

  send(bytes: Uint8Array): void {
    const { peer } = this;
    if (this.isGone || peer.isGone || peer.isEnded || bytes.length === 0) return;
    peer.unread = Buffer.concat([peer.unread, bytes]);
    peer.wake();
  }

  /** Says that nothing more comes from here. */
  finish(): void {
    if (this.peer.isEnded) return;
    this.peer.isEnded = true;
    this.peer.wake();
  }

  /** @param torn whether what is under way may be lost from some place on. */
  release(holder: Socket, torn = false): void {
    if (!this.holders.delete(holder) || this.holders.size > 0) return;
    this.isGone = true;
    const mayLose = torn && this.isLocal && !this.keepsLastWords;
    if (mayLose && machine().chance(0.5)) this.peer.lose();
    this.finish();
  }

  /** What is under way to here is lost from some place on. */
  lose(): void {
    this.unread = this.unread.subarray(0, machine().random.integer(0, this.unread.length));
  }

  wake(): void {
    for (const holder of this.holders) holder.wake();
  }
}
