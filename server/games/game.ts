// What the author of a game imports: the shape of a game, and of the room that it is given.

import type { FieldType, ValueOf } from '../../protocol/index.ts';
import { type Static, type TSchema, Type } from '../../protocol/schema.ts';

export { Refusal, refuse } from './refusal.ts';
export { Type };

/** A field that the server keeps and clients never see. */
export interface Hidden<T extends FieldType = FieldType> {
  readonly hidden: T;
}

/** Marks a field as the server's own: `hidden('u32')`. */
export function hidden<T extends FieldType>(type: T): Hidden<T> {
  return { hidden: type };
}

export type FieldSpec = FieldType | Hidden;
/** The fields of a kind by name. Kinds with number fields `x` and `y` have a place in the world;
 *  others are seen by every player of the room. */
export type KindSpec = Readonly<Record<string, FieldSpec>>;
export type KindSpecs = Readonly<Record<string, KindSpec>>;

type FieldValueOf<F extends FieldSpec> =
  F extends Hidden<infer T> ? ValueOf<T> : F extends FieldType ? ValueOf<F> : never;
type Values<F extends KindSpec> = { -readonly [N in keyof F]: FieldValueOf<F[N]> };

/** One entity: its fields can be read and set; what is set is sent to those who see it.
 *  Setting a value that the field's type cannot hold throws `RangeError`, and setting a field that the kind
 *  does not have `TypeError`. */
export type Entity<F extends KindSpec = KindSpec> = {
  /** Unique in the room, never used again. Cannot be set. */
  readonly id: number;
  /** Whether `remove` was called for it; it must not be used any more. */
  readonly removed: boolean;
} & Values<F>;

/** The entities of one kind in one room. Iteration is in the order of their ids; while it goes on,
 *  entities may be removed, and those that are added are visited last. */
export interface Entities<F extends KindSpec = KindSpec> extends Iterable<Entity<F>> {
  readonly size: number;
  /** Adds an entity; fields not given are 0, false or ''. */
  add(values: Partial<Values<F>>): Entity<F>;
  /** Does nothing for an entity that was removed before.
   *  @throws {TypeError} for anything that is no entity of this kind, such as an id. */
  remove(entity: Entity<F>): void;
  get(id: number): Entity<F> | undefined;
  /** Those with |x - entity.x| and |y - entity.y| both at most `distance`, in the order of their
   *  ids. Cheap: looks only into the cells around. Only for kinds that have a place. */
  near(x: number, y: number, distance: number): Entity<F>[];
}

/** Random numbers that are the same whenever the room is replayed. */
export interface Random {
  /** At least 0, less than 1. */
  float(): number;
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  pick<T>(from: readonly T[]): T;
}

/** A player of a room. */
export interface Player {
  /** The same in every room, for as long as the session lives. */
  readonly id: number;
  readonly name: string;
  /** The server plays, to fill the room up. Such a player earns nothing that outlives the room. */
  readonly isBot: boolean;
  /** False while the player's connection is gone but the session may still be resumed. */
  readonly connected: boolean;
  /** The entity around which the player sees the world: the one that `join` returned, or the one of the
   *  last `room.setAvatar`. Undefined where the game has given none, and once it was removed. */
  readonly avatar: Entity | undefined;
}

/** What a player sees of the world while the avatar has no place in it: all of it, nothing of it, what
 *  is within `viewRadius` of a place, or (`last`) of the place where the last avatar with a place was when
 *  it went; where there never was one, of (0, 0). */
export type Look = 'all' | 'nothing' | 'last' | { readonly x: number; readonly y: number };

/** What a room does to what a player owns beyond the room: it leaves through the room's outbox, and
 *  what came of it is told by `settled`. */
export interface Effect {
  /** Counts the effects of the room, from 1. */
  readonly n: number;
  /** `balance` only asks. */
  readonly kind: 'deposit' | 'withdraw' | 'balance';
  /** The player's number; who has left may no longer be in the room when it is settled. */
  readonly player: number;
  readonly item: string;
  readonly amount: number;
}

/** What came of an effect. It was applied once, or refused and changed nothing. */
export interface SettledEffect extends Effect {
  /** False where the account held too little, or has been taken over by a newer session. */
  readonly accepted: boolean;
  /** What the account holds of the item after it. */
  readonly balance: number;
}

/** The players' accounts, which outlive rooms and restarts. An account holds items by their names:
 *  gold, trophies. What is given here is under way until it is settled, some ticks later, whatever
 *  dies in between: the game takes it out of its own books at once, and puts it back where it is
 *  refused.
 *
 *  Each throws {RangeError} for an item that the game does not declare in `items`, for an amount
 *  that is no whole number from 0, and beyond 10,000 that are under way: see `isFull`.
 *  Each returns the effect's number. */
export interface Bank {
  /** Puts `amount` onto the player's account. */
  deposit(player: Player, item: string, amount: number): number;
  /** Takes `amount` off it: all of it, or nothing where it holds less. */
  withdraw(player: Player, item: string, amount: number): number;
  /** Asks what it holds. */
  balance(player: Player, item: string): number;
  /** What is not settled yet, by rising numbers. */
  readonly underWay: Iterable<Effect>;
  /** Nothing more can be given until something is settled: the accounts cannot be written. */
  readonly isFull: boolean;
}

/** A room as the game sees it. A room must be a function of its inputs: game code uses `tick`, `now`
 *  and `random`, and neither the clock nor `Math.random`, files or sockets. All that it remembers is
 *  in `entities` and `state`.
 *
 *  `npm run dev` finds, and names with a file and line or a path:
 *  - calls of the clock, random numbers, timers, promises, `fetch`, files, sockets, processes, `process.env`, and
 *    of what depends on the language or time zone of the machine, while a hook or command runs. Such a call
 *    throws; bots and `prepare` may make it.
 *  - an object at two paths of `state`, which would be two objects after a recovery.
 *  - memory in variables of a module, and objects that are compared by identity, as soon as a field of the
 *    room or an event differs for it in a second instance that is restored once a second.
 *  - changes of the room that `about` or bots make.
 *
 *  It cannot find a call on a path that was not played, and an effect that shows in no field and no event. In
 *  production nothing is checked: a call takes effect in the live room and again in each standby,
 *  recovery and replay. */
export interface Room<K extends KindSpecs = KindSpecs, S = unknown> {
  readonly id: number;
  /** Counts from 1; in a room without ticks it counts the batches of commands. */
  readonly tick: number;
  /** The coordinator's time of this tick, in milliseconds since 1970. It never goes back. */
  readonly now: number;
  readonly random: Random;
  readonly entities: { readonly [N in keyof K]: Entities<K[N]> };
  readonly players: ReadonlyMap<number, Player>;
  /** The game's own memory: a plain value (objects, arrays, numbers, strings, booleans, null). An object has
   *  one place in it: elsewhere keep a copy, an id or an index. A command or hook that leaves another value in
   *  it, such as a Date or an entity, is refused and undone where the state had at most 256 values; in a larger
   *  state, or where `create` or `tick` has left it, the room ends after the step. The log has the path. */
  state: S;
  readonly bank: Bank;
  /** Sends an event to one player. */
  send(player: Player, name: string, data: unknown): void;
  /** Sends an event to every player of the room. */
  broadcast(name: string, data: unknown): void;
  /** Gives the player another avatar, or takes the one away that there is. The player sees the world
   *  around the new one from this tick on, and the client is told whose it is with the first state that
   *  has it:
   *
   *      room.entities.miner.remove(player.avatar); // the player goes on seeing the place of the death
   *      room.setAvatar(player, room.entities.miner.add({ x, y })); // later: the player is back
   *
   *  For a player who has left it does nothing.
   *  @throws {RangeError} for an entity that is not in the room. */
  setAvatar(player: Player, entity: Entity | undefined): void;
  /** Says what the player sees while the avatar has no place: when there is none, when it was removed, when
   *  its kind has no `x` and `y`. It counts until the next call, and is `last` before the first one.
   *  Call it in `join` for a spectator who is to see everything: `room.look(player, 'all')`. Entities of
   *  kinds without a place are seen in any case. For a player who has left it does nothing.
   *  @throws {RangeError} where the game has no `world`, and for a place that is no pair of numbers. */
  look(player: Player, look: Look): void;
  /** Ends the room after this tick; its players are told `text`. */
  end(text: string): void;
}

/** One command: the schema of its arguments, and what it does. What `run` returns is the value for
 *  those who sent it as a call: a plain value, and no promise.
 *
 *  `run` refuses with `refuse(code, text)`, at any point. Where it refuses, throws, returns a value that is not
 *  plain, or leaves a value in a small `state` that is not plain, the command changes nothing: entities, `state`, random numbers, effects given to the bank, events,
 *  avatars, looks and `end` are undone. `run` should check first and change then: an undo costs time, and with
 *  `--verify-determinism` the log names what was undone.
 *  Clients are told the schema by the lobby's call `games {game}` and make keys and help from it: give it and its
 *  properties a `description` for players.
 *
 *  The undo does not reach the memory of the module. A cache of what entities or `state` hold (a `WeakMap` by
 *  room) stays right where it can be checked: keep with it what it was made from (an entity's id and fields, a
 *  counter in `state`), and make it again where that differs; or fill it only in `create` and `tick`, or from
 *  what never changes. Reach into `state` by `room.state` in each command: of a state with more than 32 values a
 *  change by a reference from an earlier command, made before the command has read `room.state`, is not undone.
 *  `npm run dev` undoes it, and names its path. */
export interface Command<R, A extends TSchema> {
  readonly args: A;
  run(room: R, player: Player, args: Static<A>): unknown;
}

/** The world's size and how far players see. The world is cut into square cells; a player sees the
 *  cells that `viewRadius` around the avatar touches. `Room.look` says what a player without one sees. */
export interface World {
  readonly width: number;
  readonly height: number;
  readonly viewRadius: number;
}

/** How players are put together: `match: { players: 2 }`. */
export interface MatchSpec {
  /** How many play in a room: 2 to 64, and at most `playersMax`. */
  readonly players: number;
}

/** An entity as it was written down: its number, and its fields by name. */
export interface OldEntity {
  /** Players find their avatars by it: keep it. One without a number is new, and is given one. */
  id?: number;
  // biome-ignore lint/suspicious/noExplicitAny: only the author knows what older code has left
  [field: string]: any;
}

/** A room as an older version of the game has left it. All of it may be changed in place. */
export interface OldRoom {
  /** The game's `stateVersion` then. */
  readonly stateVersion: number;
  // biome-ignore lint/suspicious/noExplicitAny: only the author knows what older code has left
  state: any;
  /** The entities of each kind that the game had then, in the order of their ids. */
  entities: Record<string, OldEntity[]>;
}

/** The same room for the game as it is now. */
export interface MigratedRoom<S> {
  readonly state: S;
  /** By the name of the kind. What is missing of an entity is 0, false or ''; fields that its kind
   *  does not have are left out; kinds that are not here have no entities. */
  readonly entities: Readonly<Record<string, readonly OldEntity[]>>;
}

/** A function that the server calls in another process: `run` must be exported by `module` under its
 *  own name. That process loads `module` and nothing else of the game, so keep it small. Arguments
 *  and result are values that `structuredClone` takes, 64 MiB at most. */
export interface PoolFunction<Args extends readonly unknown[], Result> {
  /** `import.meta.url` of the module that exports `run`. */
  readonly module: string;
  readonly run: (...args: Args) => Result | Promise<Result>;
}

/** What a bot does: a command as a player would send it. */
export interface BotCommand {
  readonly name: string;
  readonly args: unknown;
}

/** How the server plays the game, where `--bots` wants rooms filled up: each bot goes through one plan
 *  after another. `ask`, `survey` and `act` run between the ticks and only look: whatever a bot does to
 *  the room, it does by commands. Plans are not written down with the room; a bot without one asks. */
export interface Bots<R, Ground, Question, Plan> {
  /** What the bot wants a plan for; undefined: it needs none for now. */
  ask(room: R, bot: Player): Question | undefined;
  /** What all plans of the room need to be made, such as its map. */
  survey(room: R): Ground;
  /** Makes a plan for each question, in their order, in a process of its own. */
  readonly plan: PoolFunction<[ground: Ground, questions: readonly Question[]], readonly Plan[]>;
  /** What the bot does in the next tick. `plan` may be changed, to note how far it is. */
  act(room: R, bot: Player, plan: Plan): BotCommand | 'wait' | 'done';
}

export interface GameSpec<
  K extends KindSpecs,
  C extends Record<string, TSchema>,
  S,
  P = undefined,
> {
  /** Letters, digits, - and _; what clients join by. */
  readonly name: string;
  /** One sentence for the list of games. */
  readonly text: string;
  /** How often `tick` runs; 0: only when commands have arrived. At most 60. */
  readonly ticksPerSecond: number;
  readonly playersMax: number;
  /** Rooms are opened by matchmaking, each for those who were matched, and for nobody else: clients
   *  ask the lobby for a `match` and are put into a room together. Who leaves it does not come back. */
  readonly match?: MatchSpec;
  /** Without it everyone sees everything. */
  readonly world?: World;
  readonly entities: K;
  /** The items that rooms of the game put into accounts and take from them: names of letters, digits
   *  and -. What two games name alike is the same item: both make it. */
  readonly items?: readonly string[];
  /** The memory that a new room begins with. All objects in it are made by this call: one that belongs to the
   *  module would be shared by all rooms until they are recovered. */
  state(): S;
  /** The version of what rooms remember; 0 without it. Raise it when `state` takes another shape, or
   *  when the fields of entities take another meaning. */
  readonly stateVersion?: number;
  /** Makes a room of an older `stateVersion` one of this, when a server finds it written down:
   *  `migrate: (old) => ({ ...old, state: { ...old.state, round: 1 } })`. Not needed where fields
   *  and kinds were only added, or fields removed: entities are carried over by the names of their
   *  fields in any case. A room that cannot be carried over stays on disk as it is. */
  migrate?(old: OldRoom): MigratedRoom<NoInfer<S>>;
  /** What clients are told of the room when they join: any plain value. */
  about?(room: Room<K, S>): unknown;
  /** Makes what a new room begins with, where that takes longer than a tick: a map, a maze. It runs in
   *  a process of its own while rooms go on, and those who want the room wait for it: 30 seconds
   *  at most. Draws from `random` only, as a room does from its own. One that throws, hangs or ends its
   *  process refuses the room with `GAME_ERROR`. */
  readonly prepare?: PoolFunction<[random: Random], P>;
  /** Furnishes a new room.
   *  @param prepared what `prepare` has made; nobody keeps it otherwise. */
  create?(room: Room<K, S>, prepared: NoInfer<P>): void;
  /** A player has come; returns the avatar, if the game has one. `refuse(code, text)` turns this player away: the
   *  client's join fails with code and text, and the room does not change. Of a match the player's party is turned
   *  away with the player; the others keep their places in line, and wait for another match. A throw turns the
   *  player away with `GAME_ERROR`, and with it all of a match. */
  join?(room: Room<K, S>, player: Player): Entity | undefined;
  /** The player has left for good. The game removes what belonged to it. It cannot be refused: where it throws,
   *  its changes are undone, and the server removes the avatar. */
  leave?(room: Room<K, S>, player: Player): void;
  tick?(room: Room<K, S>): void;
  /** Only for a game with ticks. */
  // biome-ignore lint/suspicious/noExplicitAny: what plans are made of differs from game to game
  readonly bots?: Bots<Room<K, S>, any, any, any>;
  /** An effect on an account has been settled. It is called once for each: where it throws, its changes are
   *  undone, and the room goes on without having taken note of the effect, which the log names in full. */
  settled?(room: Room<K, S>, effect: SettledEffect): void;
  readonly commands: { readonly [N in keyof C]: Command<Room<K, S>, C[N]> };
}

/** A game of any kinds, commands and state, as the server handles it. */
// biome-ignore lint/suspicious/noExplicitAny: the room's type differs from game to game
export type Game = GameSpec<any, any, any, any>;

/** Gives a game its types; returns it as it is. A game module has it as its default export. */
export function defineGame<
  const K extends KindSpecs,
  C extends Record<string, TSchema>,
  S,
  P = undefined,
>(game: GameSpec<K, C, S, P>): GameSpec<K, C, S, P> {
  return game;
}
