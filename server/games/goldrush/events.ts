// What players are told beside what they see: the events with their data.
import type { GoldrushRoom } from './kinds.ts';

interface EventData {
  banked: { amount: number; total: number };
  hit: { by: string; lost: number };
  robbed: { name: string; lost: number };
  'killed-rat': { gold: number };
}

/** A sentence for each event. */
export const eventTexts: Readonly<Record<keyof EventData, string>> = {
  banked: '`amount` of the gold that was carried has reached the account, which has `total` now.',
  hit: 'The arrow of the player named `by` hit you; `lost` gold fell to the floor.',
  robbed: 'Your arrow hit the player `name`, who dropped `lost` gold.',
  'killed-rat': 'Your arrow killed a rat, which dropped `gold`.',
};

/** Sends an event to the player numbered `player`, if still in the room. */
export function tell<N extends keyof EventData>(
  room: GoldrushRoom,
  player: number,
  name: N,
  data: EventData[N],
): void {
  const receiver = room.players.get(player);
  if (receiver) room.send(receiver, name, data);
}
