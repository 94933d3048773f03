// Which players are bots: those whose numbers no session reaches.

/** Players from this number on are bots, of one room each. */
export const FIRST_BOT = 0xf000_0000;

export const isBot = (player: number): boolean => player >= FIRST_BOT;
