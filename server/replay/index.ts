// The door of replay/: repeats what was written down of a room.

export { ReplayError } from './history.ts';
export {
  type ReplayOptions,
  type ReplayReport,
  replayRoom,
  type SnapshotReport,
  type Thrown,
  type Verdict,
} from './replay.ts';
