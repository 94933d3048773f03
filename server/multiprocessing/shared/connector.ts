// Makes connections to the coordinator of a group, until one is attached or none was for too long.
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { GroupError } from '../errors.ts';
import { dial, type GroupDoor } from './dial.ts';
import { type ArrayChannel, arrayChannel } from './wire.ts';

export interface ConnectorOptions {
  readonly door: GroupDoor;
  /** A connection was greeted: the client asks the coordinator to attach it. */
  greeted(channel: ArrayChannel): void;
  /** @param run which run of the coordinator it is. */
  message(channel: ArrayChannel, run: string, values: unknown[]): void;
  /** A connection that was attached is broken. */
  broken(): void;
}

const RETRY_MAX_MS = 100;

export class Connector {
  private readonly options: ConnectorOptions;
  private socket: Socket | undefined;
  /** Told when the connection at hand is attached, or breaks before. */
  private attaching: { resolve: () => void; reject: (error: Error) => void } | undefined;
  private isClosed = false;

  constructor(options: ConnectorOptions) {
    this.options = options;
  }

  /** Tries to attach to the coordinator, again and again. @param ms the time after which a failed try is the last.
   *  @throws {AuthenticationError} {GroupError} */
  async connect(ms: number): Promise<void> {
    const until = performance.now() + ms;
    for (let waitMs = 1; !this.isClosed; waitMs = Math.min(2 * waitMs, RETRY_MAX_MS)) {
      try {
        await this.tryOnce();
        return;
      } catch (error) {
        const mayPass = error instanceof GroupError && error.code !== 'OTHER_VERSION';
        if (!mayPass || performance.now() >= until) throw error;
      }
      await pause(waitMs);
    }
  }

  /** The coordinator has said that the connection at hand is attached. */
  attached(): void {
    this.attaching?.resolve();
    this.attaching = undefined;
  }

  close(): void {
    this.isClosed = true;
    this.socket?.destroy();
  }

  private async tryOnce(): Promise<void> {
    const { door, greeted, message } = this.options;
    const { socket, run } = await dial(door.find(), (made) => {
      // A pending request keeps the process alive, connected or not.
      this.socket = made.unref();
    });
    if (this.isClosed) {
      socket.destroy();
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.attaching = { resolve, reject };
    const channel = arrayChannel(
      socket,
      (values) => message(channel, run, values),
      () => this.broken(),
    );
    greeted(channel);
    await promise;
  }

  private broken(): void {
    const { attaching, options } = this;
    this.attaching = undefined;
    if (attaching) attaching.reject(new GroupError('DISCONNECTED', options.door.name));
    else options.broken();
  }
}

/** Keeps no process. */
export const pause = (ms: number): Promise<void> => sleep(ms, undefined, { ref: false });
