// Storage for tests that are not about it: keeps nothing.
import { type SavedWait, type SessionEvent, type Snapshot, StoreError } from '../store/index.ts';
import { SessionHistory } from '../store/session-events.ts';
import { DiskHealth } from './disk-health.ts';
import { settlePromises } from './fake-time.ts';
import type { RoomFiles } from './room-rebuild.ts';
import type { RoomStorage, Storage } from './storage.ts';

export const forgetfulRoom: RoomStorage = {
  bytes: 0,
  unsnapshotted: 0,
  append() {},
  snapshot: async () => 0,
  sync: async () => {},
  secure: async () => {},
  finish: async () => {},
  close: async () => {},
  remove: async () => {},
};

/** A room that is not written down cannot be made again. */
export const noFiles: RoomFiles = {
  newest: () => {
    throw new Error('nothing is written down');
  },
  setAside: () => {},
};

export class ForgetfulStorage implements Storage {
  readonly health = new DiskHealth();
  readonly events: SessionEvent[] = [];
  /** Nothing more can be written down. */
  fails = false;
  /** Nothing that happens in a room can be. */
  roomsFail = false;

  /** Rooms as they were written down first. */
  readonly created: Snapshot[] = [];
  /** Of them those of which nothing is left. */
  readonly removed: number[] = [];
  /** The disk takes rooms only when the test says so. */
  isSlow = false;
  /** Says whether the disk takes the room. */
  private readonly creating: ((isTaken: boolean) => void)[] = [];

  async createRoom(room: number, first: Snapshot): Promise<RoomStorage> {
    this.created.push(first);
    const taken = !this.isSlow || (await new Promise((resolve) => this.creating.push(resolve)));
    if (!taken) throw new StoreError('DISK_FULL', `rooms/${room}`);
    const remove = async () => void this.removed.push(room);
    const append = () => {
      if (this.roomsFail) throw new StoreError('DISK_FULL', `rooms/${room}`);
    };
    return { ...forgetfulRoom, append, remove };
  }

  /** The slow disk takes the room that waits longest, or refuses it; those who want it go on. */
  async takeRoom(isTaken = true): Promise<void> {
    this.creating.shift()!(isTaken);
    await settlePromises();
  }

  filesOf = () => noFiles;

  quarantine = () => '';

  keepQuarantined = async () => {};

  /** Who waits for a match, as the next process would read it. */
  get waiting(): readonly SavedWait[] {
    const history = new SessionHistory(1);
    for (const event of this.events) history.apply(event);
    return history.saved().waiting;
  }

  appendSession(event: SessionEvent): void {
    if (this.fails) throw new StoreError('DISK_FULL', 'sessions.log');
    this.events.push(event);
  }
}
