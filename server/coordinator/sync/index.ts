// The door of sync/: the logic of what processes share, as a function of its inputs.

export { type SyncErrorCode, syncErrors } from './errors.ts';
export { type SyncLimits, syncLimits } from './limits.ts';
export {
  faultOfInput,
  inputKinds,
  type NumberedReply,
  type ObjectSpec,
  type Reply,
  type Request,
  type RequestOf,
  type SyncInput,
  syncInputCodec,
  syncReplyCodec,
} from './messages.ts';
export { joinSlices, type SavedRest, type SavedSlice, type SavedSync } from './saved.ts';
export { type SyncOptions, SyncState } from './sync-state.ts';
