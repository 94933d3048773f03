// Connections that come, go and are handed over among workers of which each answers after a while.
import { Socket } from 'node:net';
import { expect } from 'vitest';
import type { Assignment } from '../link/index.ts';
import type { Supervisor } from '../multiprocessing/index.ts';
import { Assignments } from './assignments.ts';
import { Connections, type KeptConnection } from './connections.ts';
import { Holding } from './holding.ts';
import { TestWorker } from './test-worker.ts';
import { SharedWorkers } from './workers.ts';

/** Until a worker has a socket, until it knows whose it is, and until it has let go of one. */
const ANSWER_MS = 5;

/** A worker that does what it is told, while it lives. */
export class AnsweringWorker extends TestWorker {
  readonly name = 'worker';
  isAlive = true;
  /** It answers nothing while it hangs. */
  isStopped = false;
  /** Which connection's socket it has by which hold. */
  readonly holds = new Map<number, number>();
  private readonly crowd: Crowd;

  constructor(crowd: Crowd) {
    super();
    this.crowd = crowd;
  }

  override sendSocket(assignment: Assignment): void {
    super.sendSocket(assignment);
    this.attach(assignment);
  }

  override hold(hold: number, socket: Socket): void {
    super.hold(hold, socket);
    const connection = this.crowd.connectionOf(socket);
    this.later(() => {
      this.holds.set(hold, connection);
      this.say({ type: 'holds', hold });
    });
  }

  override serve(assignment: Assignment, hold: number): void {
    super.serve(assignment, hold);
    expect(this.holds.get(hold)).toBe(assignment.connection);
    this.holds.delete(hold);
    this.attach(assignment);
  }

  override drop(hold: number): void {
    super.drop(hold);
    expect(this.holds.delete(hold)).toBe(true);
  }

  private attach({ connection, handover }: Assignment): void {
    if (handover) this.crowd.handovers.set(connection, performance.now());
    this.later(() => this.say({ type: 'accepted', connection }));
    const [token, name] = [`token ${connection}`, 'ada'];
    this.later(() => {
      if (!this.crowd.neverIdentifies) this.say({ type: 'identified', connection, token, name });
    }, 2);
  }

  override release(connections: readonly number[]): void {
    super.release(connections);
    this.crowd.asked(this, connections);
    for (const connection of connections) {
      this.later(() => this.say({ type: 'released', connection }));
    }
  }

  private say(message: Parameters<Assignments['heard']>[1]): void {
    this.crowd.assignments.heard(this.asChild, message);
  }

  private later(run: () => void, answers = 1): void {
    setTimeout(() => {
      if (this.isAlive && !this.isStopped) run();
    }, answers * ANSWER_MS);
  }
}

/** Under fake timers. */
export class Crowd {
  readonly connections = new Connections();
  readonly workers: AnsweringWorker[] = [];
  readonly assignments: Assignments;
  readonly holding: Holding;
  mayHold = true;
  /** Clients never say hello. */
  neverIdentifies = false;
  /** Called when a worker is asked to let go of some. */
  asked = (_worker: AnsweringWorker, _connections: readonly number[]): void => {};
  readonly handovers = new Map<number, number>();
  private lastId = 0;

  constructor(workers: number) {
    const { connections, ready } = this;
    const unused = () => ({}) as never;
    const options = { supervisor: {} as Supervisor, connections, spec: unused };
    this.holding = new Holding({ connections, ready, mayMove: () => this.mayHold });
    this.assignments = new Assignments({
      connections,
      holding: this.holding,
      workers: new SharedWorkers(options, workers),
      ready,
      acknowledged: () => {},
      isServing: () => true,
    });
    for (let i = 0; i < workers; i++) this.addWorker();
  }

  readonly ready = () => this.workers.map(({ asChild }) => asChild);

  countAt({ asChild }: AnsweringWorker): number {
    return this.connections.countAt(asChild);
  }

  /** When the connection was last given to another worker, by `performance.now()`; -∞: never. */
  handedOverAt(id: number): number {
    return this.handovers.get(id) ?? Number.NEGATIVE_INFINITY;
  }

  get counts(): number[] {
    return this.workers.map((worker) => this.countAt(worker));
  }

  get difference(): number {
    return Math.max(...this.counts) - Math.min(...this.counts);
  }

  connectionOf(socket: Socket): number {
    for (let id = 1; id <= this.lastId; id++) {
      if (this.connections.get(id)?.socket === socket) return id;
    }
    throw new Error('a socket of no connection');
  }

  addWorker(): void {
    this.workers.push(new AnsweringWorker(this));
    this.assignments.assign();
  }

  /** It dies, and was reaped. */
  kill(worker: AnsweringWorker): void {
    worker.isAlive = false;
    this.workers.splice(this.workers.indexOf(worker), 1);
    this.assignments.takeFrom(worker.asChild);
    this.assignments.assign();
  }

  connect(count: number): void {
    for (let i = 0; i < count; i++) this.assignments.add(new Socket(), 'here');
    this.lastId += count;
  }

  /** Of those for whom `goes` holds, the clients go. */
  disconnect(goes: (connection: KeptConnection) => boolean): void {
    for (let id = 1; id <= this.lastId; id++) {
      const connection = this.connections.get(id);
      if (!connection?.worker || !connection.acknowledged || !goes(connection)) continue;
      this.assignments.heard(connection.worker, { type: 'closed', connection: id });
    }
  }
}
