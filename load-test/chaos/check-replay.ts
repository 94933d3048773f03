// Whether the files of the rooms replay to the state that the server had when it stopped.
import type { RoomReplay } from './evidence.ts';

/** @returns undefined: rooms cannot be replayed from here yet.
 *  @param _data the data directory of a server that has stopped. */
export async function checkReplay(_data: string): Promise<RoomReplay[] | undefined> {
  return undefined;
}
