// What an attacker that keeps to the protocol sends: joins, commands, calls and leaves, with numbers
// that the server accepts and arguments that it may not.
import type { ClientMessage, Message } from '../../protocol/index.ts';
import { LOBBY } from '../../protocol/index.ts';
import type { Random } from './random.ts';
import { anyValue } from './values.ts';

/** Commands of the lobby with arguments that are right. */
const lobbyCalls: readonly (readonly [name: string, args: object])[] = [
  ['games', {}],
  ['rooms', {}],
  ['online', {}],
  ['matching', {}],
  ['leaderboard', { item: 'gold' }],
  ['audit', {}],
  ['trades', {}],
  ['account', {}],
  ['create', { game: 'goldrush' }],
  ['create', { game: 'connect-four' }],
  ['chat', { text: 'hello' }],
  ['match', { game: 'connect-four' }],
  ['unmatch', { game: 'connect-four' }],
  ['trade', { with: 1, give: { gold: 1 }, want: {} }],
  ['confirm', { trade: 1, version: 1 }],
  ['cancel', { trade: 1 }],
];
const roomCalls: readonly (readonly [name: string, args: object])[] = [
  ['walk', { dx: 1, dy: 0 }],
  ['walk', { dx: 0, dy: -1 }],
  ['shoot', { dx: 1, dy: 0 }],
  ['audit', {}],
  ['drop', { column: 3 }],
];

export class Conversation {
  private readonly random: Random;
  /** The rooms that it is in, with the last number used there. */
  private readonly rooms = new Map<number, number>([[LOBBY, 0]]);

  constructor(random: Random) {
    this.random = random;
  }

  joined({ room }: Message<'joined'>): void {
    this.rooms.set(room, 0);
  }

  left({ room }: Message<'left'>): void {
    this.rooms.delete(room);
  }

  /** Another process serves the connection: numbers go on there. */
  resumed({ room, seq }: Message<'resumed'>): void {
    if (this.rooms.has(room)) this.rooms.set(room, seq);
  }

  next(): ClientMessage {
    const { random } = this;
    switch (random.weighted({ ask: 80, ping: 10, join: 6, leave: 4 })) {
      case 'join':
        if (random.onceIn(4)) return { type: 'join', room: random.below(20) };
        return {
          type: 'join',
          game: random.pick(['goldrush', 'connect-four', 'chess']),
          request: 7,
        };
      case 'leave':
        return { type: 'leave', room: this.anyRoom() };
      case 'ping':
        return { type: 'ping', time: random.below(1e6) };
      default:
        return this.ask();
    }
  }

  private ask(): ClientMessage {
    const { random } = this;
    const room = this.anyRoom();
    const seq = (this.rooms.get(room) ?? 0) + 1;
    const type = random.pick(['command', 'call'] as const);
    const [name, args] = random.pick(room === LOBBY ? lobbyCalls : roomCalls);
    // A number that was used, or leaves a gap, every now and then.
    const wrong = random.onceIn(30) ? 1 + random.below(100) : undefined;
    if (wrong === undefined && this.rooms.has(room)) this.rooms.set(room, seq);
    return {
      type,
      room,
      seq: wrong ?? seq,
      name: random.onceIn(20) ? 'fly' : name,
      args: random.onceIn(3) ? anyValue(random) : args,
    };
  }

  private anyRoom(): number {
    return this.random.onceIn(30)
      ? this.random.below(50)
      : this.random.pick([...this.rooms.keys()]);
  }
}
