// The connections of a coordinator to the processes of its group: who is at which, and who has to wait.
import type { Socket } from 'node:net';
import { faultOfInput, inputKinds } from '../../coordinator/sync/index.ts';
import { type ArrayChannel, arrayChannel, FRAME_BYTES_MAX, OWNER_AT } from './wire.ts';

export interface PeersOptions {
  readonly ownersMax: number;
  /** How many owners there are, connected or not, and whether one is among them. */
  owners(): { readonly size: number; has(owner: string): boolean };
  /** A message of an owner, checked. */
  received(values: unknown[]): void;
  /** The connection of an owner is gone. */
  lost(owner: string, pid: number): void;
  /** What a process has sent, or has not, cost it its connection. */
  fault(text: string): void;
}

/** The longest frame before a process has attached: that message is small. */
const FIRST_FRAME_BYTES_MAX = 65_536;
/** Time for a process to attach, which it does as soon as it is connected. */
const ATTACH_MS_MAX = 10_000;
/** Bytes that are held for all processes together: of unfinished frames, and of replies that are not read. It is
 *  room for 16 processes that read nothing; a process that reads has next to nothing here. */
export const HELD_BYTES_MAX = 134_217_728;
/** The bytes that are held are added up when they may have grown by this. */
const ADD_UP_BYTES = 1_048_576;

/** A connection whose client knows the key. */
interface Peer {
  /** '' before it has attached. */
  owner: string;
  readonly pid: number;
  readonly channel: ArrayChannel;
  /** Runs until the process has attached. */
  readonly attaching: NodeJS.Timeout;
}

/** What only the coordinator says to its state. */
const internal: readonly unknown[] = [inputKinds.restarted.tag, inputKinds.expire.tag];

function faultOf(values: readonly unknown[]): string | undefined {
  return internal.includes(values[0]) ? 'no process sends such a message' : faultOfInput(values);
}

export class Peers {
  private readonly options: PeersOptions;
  /** By owner. */
  private readonly peers = new Map<string, Peer>();
  /** All connections, also those that have not attached. */
  private readonly all = new Set<Peer>();
  /** Bytes by which those that are held may have grown since they were added up. */
  private grownBytes = 0;
  /** While nothing is read from any. */
  private resting: NodeJS.Timeout | undefined;

  constructor(options: PeersOptions) {
    this.options = options;
  }

  has(owner: string): boolean {
    return this.peers.has(owner);
  }

  accept(socket: Socket, pid: number): void {
    const receive = (values: unknown[]) => this.receive(peer, values);
    const closed = (error: Error | undefined) => this.closed(peer, error);
    const guard = {
      faultOf,
      get frameBytesMax() {
        return peer.owner === '' ? FIRST_FRAME_BYTES_MAX : FRAME_BYTES_MAX;
      },
    };
    const grown = (bytes: number) => this.grown(bytes);
    const more = { guard, grown, drained: () => this.resume(peer) };
    const channel = arrayChannel(socket, receive, closed, more);
    const attaching = setTimeout(() => {
      channel.destroy(new Error(`it has not attached within ${ATTACH_MS_MAX / 1000} s`));
    }, ATTACH_MS_MAX);
    attaching.unref();
    const peer: Peer = { owner: '', pid, channel, attaching };
    this.all.add(peer);
  }

  send(owner: string, values: unknown[]): void {
    this.peers.get(owner)?.channel.send({ type: 'array', values });
  }

  /** Reads from no one for a while. */
  rest(ms: number): void {
    for (const { channel } of this.peers.values()) channel.pause();
    this.resting ??= setTimeout(() => {
      this.resting = undefined;
      for (const peer of this.peers.values()) this.resume(peer);
    }, ms);
  }

  close(): void {
    clearTimeout(this.resting);
    for (const { attaching } of this.all) clearTimeout(attaching);
  }

  private receive(peer: Peer, values: unknown[]): void {
    const { channel } = peer;
    if (values[0] === inputKinds.attach.tag && !this.attach(peer, String(values[OWNER_AT]))) return;
    if (peer.owner === '') {
      channel.destroy(new Error('a process asks before it has attached'));
      return;
    }
    // One that asks and does not read has to wait; while the group rests all have to.
    if (channel.congested || this.resting) channel.pause();
    values[OWNER_AT] = peer.owner;
    this.options.received(values);
  }

  /** The newest connection of an owner is its own.
   *  @returns whether the peer may go on. */
  private attach(peer: Peer, owner: string): boolean {
    const owners = this.options.owners();
    const isTooMuch = !owners.has(owner) && owners.size >= this.options.ownersMax;
    const isAnother = peer.owner !== '' && peer.owner !== owner;
    if (isTooMuch || isAnother || owner === '') {
      const why = isTooMuch ? 'there are too many processes' : 'it attaches as another process';
      peer.channel.destroy(new Error(why));
      return false;
    }
    const before = this.peers.get(owner);
    if (before !== peer) before?.channel.destroy();
    clearTimeout(peer.attaching);
    peer.owner = owner;
    this.peers.set(owner, peer);
    return true;
  }

  private grown(bytes: number): void {
    this.grownBytes += bytes;
    if (this.grownBytes < ADD_UP_BYTES) return;
    this.grownBytes = 0;
    let held = 0;
    for (const { channel } of this.all) held += channel.heldBytes;
    if (held <= HELD_BYTES_MAX) return;
    let largest: Peer | undefined;
    for (const peer of this.all) {
      if (!largest || peer.channel.heldBytes > largest.channel.heldBytes) largest = peer;
    }
    if (!largest) return;
    const text = `it has ${largest.channel.heldBytes} bytes of replies that it does not read, or of a frame that it does not end`;
    this.all.delete(largest);
    largest.channel.destroy(new Error(text));
  }

  private closed(peer: Peer, error: Error | undefined): void {
    const { owner, pid } = peer;
    this.all.delete(peer);
    clearTimeout(peer.attaching);
    // A system error: as when a process is killed.
    if (error && !('syscall' in error)) {
      const who = `process ${pid}${owner && ` (${owner})`} of the group`;
      const text = `${who} was cut off: ${error.message}: stop or mend it`;
      this.options.fault(text);
    }
    if (owner === '' || this.peers.get(owner) !== peer) return;
    this.peers.delete(owner);
    this.options.lost(owner, pid);
  }

  private resume({ channel }: Peer): void {
    if (!this.resting && !channel.congested) channel.resume();
  }
}
