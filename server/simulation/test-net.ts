// Sockets of a simulated machine, in the place of `node:net`: bytes arrive late and in any pieces,
// and stay when a process that holds one end of a connection dies while another still holds it.
import { EventEmitter } from 'node:events';
import { End } from './test-end.ts';
import { Call, type Happening, machine, type SimulatedProcess, self } from './test-machine.ts';

const LOCAL_MS = 3;
const NETWORK_MS = 20;
const LOCAL_FULL_BYTES = 9_000_000;
const NETWORK_FULL_BYTES = 100_000;

/** A process's handle of an end. */
export class Socket extends EventEmitter {
  readonly held: End;
  readonly owner: SimulatedProcess;
  remoteAddress: string | undefined = '10.0.0.1';
  allowHalfOpen = false;
  writable = true;
  destroyed = false;
  wasCut = false;
  isReading = false;
  /** What reads for it, and can be stopped and started underneath. */
  readonly _handle = {
    reading: true,
    readStart: (): void => {
      machine().note(`${this.owner.name} reads what it has held`);
      this.isStopped = false;
      this.wake();
    },
    readStop: (): void => {
      this.isStopped = true;
    },
  };
  /** Sees each frame that is written. */
  wrote: ((frame: Uint8Array) => void) | undefined;
  private isPaused = false;
  private isStopped = false;
  private corked: Uint8Array[] | undefined;
  private waking: Happening | undefined;
  private sawEnd = false;
  private draining: Happening | undefined;
  private readonly dies = (): void => this.held.release(this, true);

  /** @param of an end, or `fd`: the end of the process's control pipe. */
  constructor(of: End | { fd: number }, owner = self()) {
    super();
    this.owner = owner;
    this.held = of instanceof End ? of : controlEnds.get(owner)!;
    this.held.holders.add(this);
    if (owner.isAlive) owner.releases.add(this.dies);
    else this.dies();
  }

  /** Too much for a client to be sent states, or for a worker to be sent deltas. */
  get writableLength(): number {
    if (machine().now >= this.owner.fullUntil) return 0;
    return this.held.isLocal ? LOCAL_FULL_BYTES : NETWORK_FULL_BYTES;
  }

  override on(name: string, listener: (...args: never[]) => void): this {
    super.on(name, listener as (...args: unknown[]) => void);
    if (name === 'data' && !this.isPaused) this.resume();
    return this;
  }

  pause(): this {
    this.isPaused = true;
    this.isReading = false;
    return this;
  }

  resume(): this {
    if (this.destroyed) return this;
    this.isPaused = false;
    this.isReading = true;
    this.checkAlone();
    this.wake();
    return this;
  }

  /** It has come over a channel: from now on it is read, if only into a buffer, unless that was
   *  stopped at once. */
  came(): void {
    if (!this.isStopped && !this.destroyed) this.checkAlone();
  }

  private checkAlone(): void {
    for (const other of this.held.holders) {
      if (other === this || !other.isReading || !other.owner.isAlive) continue;
      machine().violate(`${this.owner.name} and ${other.owner.name} read one connection`);
    }
  }

  cork(): void {
    this.corked ??= [];
  }

  uncork(): void {
    const { corked } = this;
    this.corked = undefined;
    if (corked) this.put(Buffer.concat(corked));
  }

  write(data: Uint8Array | string): boolean {
    if (!this.writable || this.destroyed) return true;
    const bytes = Buffer.from(data as Uint8Array);
    if (this.corked) this.corked.push(bytes);
    else this.put(bytes);
    this.wrote?.(bytes);
    return true;
  }

  end(data?: Uint8Array | string): this {
    if (data !== undefined) this.write(data);
    if (!this.writable) return this;
    this.uncork();
    this.writable = false;
    if (machine().call(this.owner) === Call.Done) this.held.finish();
    this.closeIfOver();
    return this;
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.writable = false;
    this.isReading = false;
    const call = machine().call(this.owner);
    this.owner.releases.delete(this.dies);
    if (call === Call.Done) this.held.release(this);
    machine().after(0, this.owner, () => {
      if (error) this.emit('error', error);
      this.emit('close', error !== undefined);
    });
    return this;
  }

  /** The network fails: this side learns of it soon, the other when `farMs` are over. */
  cut(farMs: number): void {
    const { held } = this;
    this.wasCut = true;
    held.lose();
    held.peer.lose();
    held.isGone = true;
    held.holders.delete(this);
    this.isReading = false;
    const of = machine();
    of.after(of.delay(10), this.owner, () => this.destroy(new Error('ECONNRESET')));
    of.after(farMs, undefined, () => held.finish());
  }

  /** Something may be there to be read. */
  wake(): void {
    if (!this.isReading || this.isStopped || this.waking) return;
    const { unread, isEnded, isLocal } = this.held;
    if (unread.length === 0 && (!isEnded || this.sawEnd)) return;
    const delayMs = machine().delay(isLocal ? LOCAL_MS : NETWORK_MS);
    this.waking = machine().after(delayMs, this.owner, () => {
      this.waking = undefined;
      if (this.isReading && !this.isStopped) this.read();
      this.wake();
    });
  }

  private read(): void {
    const { held } = this;
    const { unread } = held;
    if (unread.length > 0) {
      const of = machine();
      const length = of.chance(0.7) ? unread.length : of.random.integer(1, unread.length);
      held.unread = unread.subarray(length);
      this.emit('data', unread.subarray(0, length));
      return;
    }
    if (!held.isEnded || this.sawEnd) return;
    this.sawEnd = true;
    this.emit('end');
    if (!this.allowHalfOpen) this.end();
    this.closeIfOver();
  }

  private drainLater(): void {
    const of = machine();
    this.draining ??= of.after(this.owner.fullUntil - of.now, this.owner, () => {
      this.draining = undefined;
      this.emit('drain');
    });
  }

  private closeIfOver(): void {
    if (this.sawEnd && !this.writable) this.destroy();
  }

  private put(bytes: Uint8Array): void {
    if (this.writableLength > 0) this.drainLater();
    const call = machine().call(this.owner);
    if (call === Call.Done) this.held.send(bytes);
    else if (call === Call.Torn) {
      this.held.send(bytes.subarray(0, machine().random.integer(0, bytes.length)));
    }
  }
}

/** The child's end of each control pipe. */
export const controlEnds = new WeakMap<SimulatedProcess, End>();

type Accept = (socket: Socket) => void;
type Address = { port: number } | { path: string };
const nameOf = (address: Address): string => ('path' in address ? address.path : 'the port');

/** By address; one machine at a time has servers. */
let servers = new Map<string, Server>();
/** The server's ends of all connections that players have made. */
let playersEnds: End[] = [];

export function unplug(): void {
  servers = new Map();
  playersEnds = [];
}

/** Which processes hold one of those that some process holds. */
export function holdersLeft(): string | undefined {
  const held = playersEnds.find(({ holders }) => holders.size > 0);
  return held && [...held.holders].map(({ owner }) => owner.name).join(' and ');
}

export class Server extends EventEmitter {
  listening = false;
  readonly owner = self();
  private readonly pauses: boolean;
  private name = '';
  /** Connections that were made and not taken. */
  private readonly backlog = new Set<End>();

  constructor(pauses: boolean, accept: Accept) {
    super();
    this.pauses = pauses;
    this.on('connection', accept);
  }

  listen(address: Address, done: () => void): this {
    this.name = nameOf(address);
    machine().after(machine().delay(2), this.owner, () => {
      this.listening = true;
      servers.set(this.name, this);
      this.owner.releases.add(() => this.close());
      done();
    });
    return this;
  }

  address(): { port: number } {
    return { port: 1 };
  }

  close(): void {
    this.listening = false;
    if (servers.get(this.name) === this) servers.delete(this.name);
    for (const end of this.backlog) end.finish();
    this.backlog.clear();
  }

  /** Somebody connects, whose other end `end` is. */
  take(end: End): void {
    this.backlog.add(end);
    machine().after(machine().delay(LOCAL_MS), this.owner, () => {
      if (!this.backlog.delete(end)) return;
      const socket = new Socket(end);
      if (this.pauses) socket.pause();
      this.emit('connection', socket);
    });
  }
}

export function createServer(first: { pauseOnConnect?: boolean } | Accept, second?: Accept) {
  return typeof first === 'function'
    ? new Server(false, first)
    : new Server(first.pauseOnConnect === true, second!);
}

export function connect(to: string | { port: number }): Socket {
  const isLocal = typeof to === 'string';
  const [near, far] = End.pair(isLocal);
  const socket = new Socket(near);
  const server = servers.get(isLocal ? to : 'the port');
  const delayMs = machine().delay(isLocal ? LOCAL_MS : NETWORK_MS);
  if (!server) {
    machine().after(delayMs, socket.owner, () => socket.destroy(new Error('ECONNREFUSED')));
    return socket;
  }
  if (!isLocal) playersEnds.push(far);
  server.take(far);
  machine().after(delayMs, socket.owner, () => void socket.emit('connect'));
  self().emit('connects', socket);
  return socket;
}

/** What knows addresses only is the real thing. */
export const { BlockList, isIP, isIPv6 } = process.getBuiltinModule('node:net');
