// The group of a game server, as its coordinator serves it beside the rooms.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SyncLimits } from '../../coordinator/sync/index.ts';
import type { Log } from '../../observe/index.ts';
import { type Disk, StoreError, type StoreErrorCode } from '../../store/index.ts';
import { GroupError } from '../errors.ts';
import { readGroupFile, writeGroupFile } from './group-file.ts';
import { serverEnvironment } from './server-door.ts';
import { SyncServer } from './sync-server.ts';
import { KEY_BYTES } from './wire.ts';

export interface ServedGroupOptions {
  /** The server's data directory: it has the journal in a folder, and a file for who joins. */
  readonly data: string;
  /** Where the socket is to be: in a directory that only this user can enter. */
  readonly path: string;
  readonly disk: Disk;
  readonly log: Log;
  /** Bytes of all that is shared, of one object, and of what waits for one process. */
  readonly limits: Pick<SyncLimits, 'bytesMax' | 'objectBytesMax' | 'ownerBytesMax'>;
}

/** Players come first: when a coordinator takes another's place, theirs is done by then. */
const START_MS = 250;
const RETRY_MS = 250;
const NOTICE_MS = 1000;
/** Of the coordinator's event loop: scripts that ask as fast as they can hold up no player. */
const LOOP_SHARE = 0.2;
/** What stays as it is until somebody mends it. */
const LASTING: readonly StoreErrorCode[] = ['CORRUPT', 'NEWER_FORMAT', 'OLDER_FORMAT'];

/** Whatever goes wrong here is logged, and costs rooms and players nothing. */
export class ServedGroup {
  private readonly options: ServedGroupOptions;
  private readonly closing = new AbortController();
  private readonly newKey = randomBytes(KEY_BYTES);
  private server: SyncServer | undefined;
  private work: Promise<void> | undefined;
  private noticedAt = Number.NEGATIVE_INFINITY;
  private unnoticed = 0;
  /** What was logged last. */
  private said = '';

  /** Processes that this one starts from now on find the group by their environment. */
  constructor(options: ServedGroupOptions) {
    this.options = options;
    Object.assign(process.env, serverEnvironment(options.data));
  }

  /** Begins to serve soon, and goes on until `close`. */
  serve(): void {
    this.work ??= this.run();
  }

  /** Of the processes that are served now. */
  get counts(): SyncServer['counts'] {
    return this.server?.counts ?? { owners: 0, objects: 0, bytes: 0 };
  }

  /** Another server that serves the same folder later goes on from here. Idempotent. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.work;
  }

  private async run(): Promise<void> {
    await this.pause(START_MS);
    while (!this.closing.signal.aborted) {
      try {
        const failure = await this.serveOnce();
        if (this.closing.signal.aborted) return;
        this.say(failure, 'and is served again in a moment');
      } catch (error) {
        if (isLasting(error)) {
          this.say(error, 'until its cause is mended and the coordinator is replaced');
          return;
        }
        this.say(error, 'and this is tried again in a moment');
      }
      await this.pause(RETRY_MS);
    }
  }

  /** @returns what has ended it. */
  private async serveOnce(): Promise<unknown> {
    const { data, path, disk, log, limits } = this.options;
    const before = readGroupFile(data);
    const key = before?.key ?? this.newKey;
    const { notice } = this;
    const journal = join(data, 'shared');
    const options = { path, key, journal, disk, limits, notice, loopShare: LOOP_SHARE };
    const server = await SyncServer.listen(options);
    try {
      if (before?.path !== path) await writeGroupFile(disk, data, { path, key });
      this.server = server;
      this.said = '';
      log.info('the group of the server is served');
      return await Promise.race([server.failed, this.closed()]);
    } finally {
      this.server = undefined;
      await server.close();
    }
  }

  private closed(): Promise<void> {
    const { signal } = this.closing;
    return new Promise((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.closing.signal }).catch(() => {});
  }

  /** Limits the lines of the log: a process that was cut off connects again and again. */
  private readonly notice = (text: string, isFault: boolean): void => {
    const now = performance.now();
    if (now - this.noticedAt < NOTICE_MS) {
      this.unnoticed++;
      return;
    }
    const { log } = this.options;
    const more = this.unnoticed > 0 ? { alsoNotLogged: this.unnoticed } : {};
    if (isFault) log.error(more, text);
    else log.warn(more, text);
    this.noticedAt = now;
    this.unnoticed = 0;
  };

  private say(error: unknown, outlook: string): void {
    const text = (error as Error).message;
    if (text === this.said) return;
    this.said = text;
    const { log } = this.options;
    log.error({ err: error }, `the group of the server is not served, ${outlook}: ${text}`);
  }
}

/** Also what this code does not understand, as of a version that is newer. */
function isLasting(error: unknown): boolean {
  if (error instanceof StoreError) return LASTING.includes(error.code);
  return error instanceof GroupError || error instanceof TypeError || error instanceof RangeError;
}
