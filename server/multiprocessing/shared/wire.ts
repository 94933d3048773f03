// How a process and the coordinator of its group speak: a key, a greeting, then arrays.
//
// client → coordinator: the key and the process's id. coordinator → client: refused, or the version
// of what it speaks, and which run of the coordinator this is. Then both send frames of arrays, as
// `sync/messages.ts` has them, with nothing where the owner stands: the connection says whose they
// are.
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TUnsafe } from 'typebox';
import { Channel, type ChannelOptions } from '../../link/channel.ts';
import type { Codec } from '../../link/index.ts';

export const KEY_BYTES = 32;
/** Several messages are put into one frame up to this, and any one has its place in it. */
export const FRAME_BYTES_MAX = 2_097_152;
/** The key and the process's id. */
export const HELLO_BYTES = KEY_BYTES + 4;
/** The number of the coordinator's run. */
export const RUN_BYTES = 8;
export const GREETING_BYTES = 1 + RUN_BYTES;
/** The greeting of a process without the key. A process with it is greeted with the coordinator's version. */
export const REFUSED = 0;
/** The greeting of a process that is one more than the coordinator serves. */
export const FULL = 255;
/** Raise this by one when the messages change. A process with another version is refused. */
export const WIRE_VERSION = 3;
/** Where the owner stands in every array, and in those of requests what else all of them have. */
export const OWNER_AT = 1;
export const REQUEST_AT = 2;
export const RECEIVED_AT = 3;
export const QUIET_AT = 4;

const table = {
  array: { tag: 1, fields: { values: {} as TUnsafe<unknown[]> } },
} as const;

/** The array itself is the message. */
const codec: Codec<typeof table> = {
  toArray: ({ values }) => values,
  fromArray: (values) => ({ type: 'array', values: values as unknown[] }),
};

export type ArrayChannel = Channel<typeof table, typeof table>;

export function arrayChannel(
  stream: Socket,
  message: (values: unknown[]) => void,
  closed: (error: Error | undefined) => void,
  more: Partial<ChannelOptions<typeof table, typeof table>> = {},
): ArrayChannel {
  const given = ({ values }: { values: unknown[] }) => message(values);
  const both = { stream, out: codec, in: codec, isEager: true, message: given, closed };
  return new Channel({ ...both, frameBytesMax: FRAME_BYTES_MAX, ...more });
}

/** The run of all coordinators that go on from the same journal: an owner that they do not know is
 *  one that was given up. */
export function runOf(key: Buffer): Buffer {
  return createHash('sha256').update('run').update(key).digest().subarray(0, RUN_BYTES);
}

/** @returns undefined when the socket closed before all of the bytes came. */
export function readExactly(socket: Socket, bytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const end = (read: Buffer | undefined): void => {
      socket.off('readable', readable).off('close', closed);
      resolve(read);
    };
    const readable = (): void => {
      const read = socket.read(bytes) as Buffer | null;
      if (read) end(read);
    };
    const closed = () => end(undefined);
    socket.on('readable', readable).on('close', closed);
  });
}
