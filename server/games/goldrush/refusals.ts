// Why a command can be refused: the codes with their sentences.
import { refuse } from '../game.ts';

export const refusals = {
  DIRECTION: 'One of dx and dy must be 1 or -1 and the other 0.',
  WALL: 'There is a wall in that direction.',
  STUNNED: 'You were hit: wait until you can move again.',
  TOO_SOON: 'The bow is not drawn yet: wait a moment.',
  BANK: 'No shooting in or into a bank: step outside and aim elsewhere.',
} as const;

export type RefusalCode = keyof typeof refusals;

/** Refuses the command being run. */
export function refuseWith(code: RefusalCode): never {
  refuse(code, refusals[code]);
}
