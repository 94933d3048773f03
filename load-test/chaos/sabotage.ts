// Rooms made to go wrong: one is opened, something in it throws or hangs, and it is left.
import {
  ClientError,
  connect,
  RejectedError,
  type RoomView,
  ServerError,
} from '../../client/index.ts';
import { within } from '../swarms.ts';
import { FaultError } from './victim.ts';

export interface SabotageOptions {
  readonly port: number;
  /** After so long the room must work again, or be over. */
  readonly msMax: number;
  /** Told which room it is, before it goes wrong. */
  readonly opened: (room: number) => void;
}

type Harm = 'throwNow' | 'loopNow' | 'throwInTick' | 'loopInTick';

/** What became of the room. */
type End = { readonly left: string } | { readonly refused: string } | { readonly answered: true };

/** Does `harm` in a room made for it. Either the input at fault is refused and the room goes on, or
 *  the room, and no other, is over.
 *  @returns what became of it, for people.
 *  @throws {FaultError} where neither came to be. */
export async function sabotage(
  harm: Harm,
  { port, msMax, opened }: SabotageOptions,
): Promise<string> {
  await using client = await connect({ port, name: 'saboteur', keepTrying: true });
  // It may be cut off with everyone else.
  client.on('error', () => {});
  const { room: number } = (await client.lobby.call('create', { game: 'tally' })) as {
    room: number;
  };
  opened(number);
  const room = await client.join({ room: number });
  const left = new Promise<End>((resolve) => {
    room.once('left', ({ code }) => resolve({ left: code }));
  });
  const end = Promise.race([left, tryHarm(room, harm)]);
  if (!(await within(msMax, end))) {
    throw new FaultError(`room ${number} neither goes on nor is over after ${msMax} ms`);
  }
  const found = await end;
  if ('left' in found) return `room ${number} was ended: ${found.left}`;
  if ('answered' in found) {
    // What harms the tick comes after the command that asks for it.
    if (!(await within(msMax, left))) throw new FaultError(`room ${number} goes on unharmed`);
    return `room ${number} was ended: ${((await left) as { left: string }).left}`;
  }
  await goesOn(room, harm);
  await room.leave();
  return `the input was refused (${found.refused}), room ${number} goes on`;
}

/** Has a room made for it write a lot to the log. */
export async function shout({ port, opened }: SabotageOptions): Promise<void> {
  await using client = await connect({ port, name: 'shouter', keepTrying: true });
  client.on('error', () => {});
  const { room: number } = (await client.lobby.call('create', { game: 'tally' })) as {
    room: number;
  };
  opened(number);
  const room = await client.join({ room: number });
  await room.call('shoutNow');
  await room.leave();
}

async function tryHarm(room: RoomView, harm: Harm): Promise<End> {
  try {
    await room.call(harm);
    return { answered: true };
  } catch (error) {
    if (error instanceof RejectedError) return { refused: error.code };
    if (error instanceof ClientError || error instanceof ServerError) return { left: error.code };
    throw error;
  }
}

/** The next command of a room whose input was set aside. */
async function goesOn(room: RoomView, harm: Harm): Promise<void> {
  const { n } = (await room.call('add', { n: 1 })) as { n: number };
  if (n !== 1) throw new FaultError(`after ${harm} room ${room.number} answers ${n}, not 1`);
}
