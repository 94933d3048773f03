// The door of store/: what outlives the server, in files.

export { accountOf, digest } from './account-id.ts';
export type { BankBatch, BankEffect, Settled } from './accounts-effects.ts';
export { AccountsFile } from './accounts-file.ts';
export type { AccountsTrades, Swap, Swapped, TradeParty, WrittenTrade } from './accounts-trades.ts';
export type { AccountsTotals, Leaders } from './accounts-views.ts';
export { Attempt, type Culprit, culpritOf, type Mark, quarantine } from './attempts.ts';
export type { Batch, InputCodec } from './batches.ts';
export { checkFormats } from './check-formats.ts';
export { CommandMark, type DeadCommand } from './command-mark.ts';
export { CompactedLog } from './compacted-log.ts';
export { type Disk, systemDisk } from './disk.ts';
export {
  type EndedAbout,
  type EndedRoom,
  endedRoomsFolder,
  readEnded,
} from './ended-room.ts';
export { beginToFollow, type Followed, followOn, readNewest } from './follow.ts';
export { KeptRooms } from './kept-rooms.ts';
export { asWritten, pack, unpack, unpackCopies } from './msgpack.ts';
export { type RoomHistory, readRoom } from './read-room.ts';
export type { SyncPolicy } from './record-file.ts';
export type { FileFormat } from './record-format.ts';
export { type KnownRoom, type Recovered, type RecoveredSince, recover } from './recover.ts';
export { existingRooms, listRooms, roomFolder, roomNumbers } from './room-folder.ts';
export { RoomJournal, type RoomJournalOptions } from './room-journal.ts';
export type { Saved } from './saved-slices.ts';
export {
  type LeftReason,
  REASONS_MAX,
  type SavedSession,
  type SavedSessions,
  type SavedTicket,
  type SavedWait,
  type SessionEvent,
  type WaitChange,
} from './session-events.ts';
export {
  FollowedSessions,
  SessionsFile,
  type SessionsFileOptions,
  sessionsPath,
} from './sessions-file.ts';
export { type InputPlace, readSetAside, writeSetAside } from './set-aside.ts';
export { slowDisk } from './slow-disk.ts';
export {
  decodeSnapshot,
  encodeSnapshot,
  type Snapshot,
  type SnapshotAbout,
} from './snapshot-file.ts';
export { stateHash } from './state-hash.ts';
export { isLocked, StoreError, type StoreErrorCode, storeErrors } from './store-error.ts';
export { Tenure } from './tenure.ts';
