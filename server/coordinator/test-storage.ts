// Storage for tests that are not about it: keeps nothing.
import { type SavedWait, type SessionEvent, type Snapshot, StoreError } from '../store/index.ts';
import { SessionHistory } from '../store/session-events.ts';
import type { RoomStorage, Storage } from './storage.ts';

export const forgetfulRoom: RoomStorage = {
  bytes: 0,
  unsnapshotted: 0,
  append() {},
  snapshot: async () => {},
  sync: async () => {},
  secure: async () => {},
  finish: async () => {},
  close: async () => {},
  remove: async () => {},
};

export class ForgetfulStorage implements Storage {
  readonly events: SessionEvent[] = [];
  /** Nothing more can be written down. */
  fails = false;

  /** Rooms as they were written down first. */
  readonly created: Snapshot[] = [];

  createRoom(_room: number, first: Snapshot): RoomStorage {
    this.created.push(first);
    return forgetfulRoom;
  }

  quarantine(): void {}

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
