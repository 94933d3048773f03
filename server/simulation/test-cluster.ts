// Child processes of a simulated machine, in the place of `node:cluster`.
import { EventEmitter } from 'node:events';
import { End } from './test-end.ts';
import { machine, SimulatedProcess, self } from './test-machine.ts';
import { controlEnds, Socket } from './test-net.ts';

const START_MS_MAX = 60;
const REAP_MS_MAX = 15;
const HANDOVER_MS_MAX = 8;

/** What a child does when it has started. */
export const program = { main: (_identity: string): void => {} };

class Worker extends EventEmitter {
  readonly process: {
    readonly pid: number;
    readonly stdio: readonly unknown[];
    readonly stdout: EventEmitter;
    readonly stderr: EventEmitter;
    kill(): void;
    send(message: unknown, socket: Socket): void;
  };
  readonly child: SimulatedProcess;
  /** The channel of sockets keeps its order. */
  private sentAt = 0;

  constructor(child: SimulatedProcess, pid: number) {
    super();
    this.child = child;
    const [near, far] = End.pair(true);
    far.keepsLastWords = true;
    controlEnds.set(child, far);
    const [stdout, stderr] = [new EventEmitter(), new EventEmitter()];
    this.process = {
      pid,
      stdio: [null, stdout, stderr, null, new Socket(near)],
      stdout,
      stderr,
      kill: () => machine().kill(child),
      send: (message, socket) => this.send(message, socket),
    };
    const primary = self();
    child.releases.add(() => {
      const reapMs = machine().random.float() * REAP_MS_MAX;
      const exit = () => this.emit('exit', null, 'SIGKILL');
      machine().after(reapMs, primary, exit);
    });
  }

  isConnected(): boolean {
    return this.child.isAlive;
  }

  /** What is under way to a child that dies is lost without a word. */
  private send(message: unknown, socket: Socket): void {
    const of = machine();
    const end = socket.destroyed ? undefined : socket.held;
    this.sentAt = Math.max(this.sentAt, of.now) + of.delay(HANDOVER_MS_MAX);
    of.after(this.sentAt - of.now, this.child, () => {
      const handle = end && !end.isGone ? new Socket(end) : undefined;
      this.child.emit('message', message, handle?.pause());
      handle?.came();
    });
  }
}

let pids = 1000;

export const children: Set<SimulatedProcess> = new Set();

const cluster = {
  setupPrimary(): void {},
  fork({ HOLDFAST_CHILD = '' }: Record<string, string>): Worker {
    const child = new SimulatedProcess('child');
    children.add(child);
    child.releases.add(() => children.delete(child));
    const forked = new Worker(child, ++pids);
    const of = machine();
    of.after(2 + of.random.float() * START_MS_MAX, child, () => program.main(HOLDFAST_CHILD));
    return forked;
  },
};

export default cluster;
