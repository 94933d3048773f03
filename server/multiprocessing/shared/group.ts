// A group: processes that share objects by name, over one coordinator.
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { checkDuration } from '../../../protocol/timers.ts';
import type { ObjectSpec } from '../../coordinator/sync/index.ts';
import { atGoodEnd } from '../current-process.ts';
import { GroupError } from '../errors.ts';
import { Barrier } from './barrier.ts';
import { Condition } from './condition.ts';
import { CoordinatorChild } from './coordinator-child.ts';
import { fixedDoor, type GroupAddress, KEY_VARIABLE, PATH_VARIABLE } from './dial.ts';
import { SharedEvent } from './event.ts';
import { Link } from './link.ts';
import { Lock, RLock } from './lock.ts';
import { JoinableQueue, Queue, type QueueOptions } from './queue.ts';
import { Semaphore } from './semaphore.ts';
import { noServer, serverDoor, serverEnvironment } from './server-door.ts';
import { open } from './shared-object.ts';
import { openValue, Value } from './value.ts';
import { KEY_BYTES } from './wire.ts';

export interface GroupOptions {
  /** A folder in which the coordinator writes down what is asked of it, before anyone is answered:
   *  then nothing is lost when it dies, and queues, values and the like are as they were for whoever
   *  starts a group with the same folder later. Without: they begin anew. It does not outlive the
   *  machine. */
  readonly journal?: string;
}

export interface ServerGroupOptions {
  /** How long a server is waited for that does not serve, because it starts or replaces its
   *  coordinator. Default: 2000. */
  readonly timeoutMs?: number;
}

const JOIN_MS = 2000;

let current: Promise<Group> | undefined;

/** What is opened by name: the first who opens it makes it, and who gives other parameters is
 *  refused with `DIFFERENT` or `WRONG_KIND`. A connection does not keep a process from ending, but
 *  requests that wait do. */
export class Group implements AsyncDisposable {
  /** What child processes need in their environment. Those that inherit it have it. */
  readonly environment: Readonly<Record<string, string>>;
  private readonly link: Link;
  private readonly coordinator: CoordinatorChild | undefined;
  private readonly leave = () => this.close();
  private readonly stay: () => void;

  private constructor(environment: Record<string, string>, link: Link, child?: CoordinatorChild) {
    this.link = link;
    this.coordinator = child;
    this.environment = environment;
    // What was got from a queue is done with when the program has come to its end.
    process.once('beforeExit', this.leave);
    this.stay = atGoodEnd(this.leave);
  }

  /** Starts a group and its coordinator, a child process that lives as long as this process or
   *  until `close`. Its variables are put into `process.env`, for the children. */
  static async start({ journal }: GroupOptions = {}): Promise<Group> {
    const folder = journal === undefined ? undefined : resolve(journal);
    const coordinator = await CoordinatorChild.start(randomBytes(KEY_BYTES), folder);
    const { address } = coordinator;
    const link = await Link.connect(fixedDoor(address));
    const group = new Group(environmentOf(address), link, coordinator);
    Object.assign(process.env, group.environment);
    current = Promise.resolve(group);
    return group;
  }

  /** The group of a game server, for scripts beside it: served while the server runs, as the same
   *  user. Its objects outlive every process of the server, and its restarts.
   *  @param data the server's data directory.
   *  @throws {GroupError} `NO_GROUP`, `OTHER_VERSION`
   *  @throws {AuthenticationError} when the key is wrong, or the server another user's. */
  static async ofServer(data: string, options: ServerGroupOptions = {}): Promise<Group> {
    const { timeoutMs: joinMs = JOIN_MS } = options;
    checkDuration('timeoutMs', joinMs);
    try {
      const link = await Link.connect(serverDoor(data, joinMs));
      return new Group(serverEnvironment(data), link);
    } catch (error) {
      const isAway = error instanceof GroupError && error.code === 'DISCONNECTED';
      throw isAway ? noServer(data, error) : error;
    }
  }

  /** The group of this process: one connection, however often it is asked for.
   *  @throws {GroupError} `NO_GROUP`, `DISCONNECTED`, `OTHER_VERSION`
   *  @throws {AuthenticationError} when the key is wrong, or the coordinator another user's. */
  static current(): Promise<Group> {
    if (!current) {
      current = Group.join(process.env);
      current.catch(() => {
        current = undefined;
      });
    }
    return current;
  }

  /** Connects once more.
   *  @param environment as another's `environment`. */
  static async join(environment: Readonly<Record<string, string | undefined>>): Promise<Group> {
    const path = environment[PATH_VARIABLE];
    const text = environment[KEY_VARIABLE] ?? '';
    if (path && text === '') return Group.ofServer(path);
    const key = Buffer.from(text, 'hex');
    if (!path || key.length !== KEY_BYTES) {
      const advice = 'start one with Group.start(), or be started by a process that has one';
      throw new GroupError('NO_GROUP', 'the group', undefined, advice);
    }
    const address = { path, key };
    return new Group(environmentOf(address), await Link.connect(fixedDoor(address)));
  }

  /** Of the coordinator that this process has started; undefined where another has. */
  get coordinatorPid(): number | undefined {
    return this.coordinator?.pid;
  }

  async lock(name: string): Promise<Lock> {
    return new Lock(await this.open(name, { kind: 'lock' }), name);
  }

  async rlock(name: string): Promise<RLock> {
    return new RLock(await this.open(name, { kind: 'rlock' }), name);
  }

  async semaphore(name: string, permits: number): Promise<Semaphore> {
    return new Semaphore(await this.open(name, { kind: 'semaphore', permits }), name);
  }

  /** One that cannot be released more often than it was acquired. */
  async boundedSemaphore(name: string, permits: number): Promise<Semaphore> {
    return new Semaphore(await this.open(name, { kind: 'boundedSemaphore', permits }), name);
  }

  async event(name: string): Promise<SharedEvent> {
    return new SharedEvent(await this.open(name, { kind: 'event' }), name);
  }

  async condition(name: string, lock: Lock): Promise<Condition> {
    const link = await this.open(name, { kind: 'condition', lock: lock.name });
    return new Condition(link, name, lock.name);
  }

  async barrier(name: string, parties: number): Promise<Barrier> {
    return new Barrier(await this.open(name, { kind: 'barrier', parties }), name, parties);
  }

  async value<T>(name: string, initial: T): Promise<Value<T>> {
    await openValue(this.link, name, initial);
    return new Value<T>(this.link, name);
  }

  async queue<T>(name: string, { maxSize = 0 }: QueueOptions = {}): Promise<Queue<T>> {
    return new Queue<T>(await this.open(name, { kind: 'queue', maxSize }), name);
  }

  async joinableQueue<T>(name: string, { maxSize = 0 }: QueueOptions = {}) {
    return new JoinableQueue<T>(await this.open(name, { kind: 'joinableQueue', maxSize }), name);
  }

  /** Gives back all that this process has. The group itself ends when its first program closes it. */
  async close(): Promise<void> {
    process.off('beforeExit', this.leave);
    this.stay();
    const isCurrent = current && (await current) === this;
    if (isCurrent) current = undefined;
    await this.link.close();
    await this.coordinator?.close();
    if (!this.coordinator) return;
    for (const [name, value] of Object.entries(this.environment)) {
      if (process.env[name] === value) delete process.env[name];
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async open(name: string, spec: ObjectSpec): Promise<Link> {
    await open(this.link, name, spec);
    return this.link;
  }
}

function environmentOf({ path, key }: GroupAddress): Record<string, string> {
  return { [PATH_VARIABLE]: path, [KEY_VARIABLE]: key.toString('hex') };
}
