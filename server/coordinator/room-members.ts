// The members of a room: who has a place, who is connected, and what came of what they do.
import { performance } from 'node:perf_hooks';
import { type ErrorCode, sentence } from '../../protocol/index.ts';
import type { FromWorker } from '../link/index.ts';
import type { BotDriver } from './bot-driver.ts';
import type { Untold } from './recovery.ts';
import type { Room } from './room.ts';
import type { RoomCopies } from './room-copies.ts';
import { Member, type MemberRoom } from './room-member.ts';
import type { RoomOptions } from './room-options.ts';
import type { Input, Outputs } from './room-state.ts';
import type { Session, WorkerLink } from './session.ts';
import { Visitors } from './visitors.ts';

type CommandMessage = Extract<FromWorker, { type: 'command' }>;

export interface RoomMembersOptions extends MemberRoom, Pick<RoomOptions, 'places'> {
  readonly room: Room;
  readonly copies: RoomCopies;
  /** They make place for members. */
  readonly bots: BotDriver | undefined;
  /** In a recovered room, who is to be told what. */
  readonly untold?: readonly Untold[];
  /** The sessions of the players that are in a recovered room. */
  sessionOf(player: number): Session | undefined;
  /** Into the room's next batch. */
  put(input: Input): void;
  /** @returns what the game says that the room is about; undefined where it does not say so now: it is
   *  asked again by `greetWaiting`, or the room is over. */
  describe(): { readonly about: unknown } | undefined;
  /** In a recovered room, all who were connected are connected again. */
  complete(): void;
}

export class RoomMembers {
  /** When the last one left, by `performance.now()`; undefined while there is one. */
  emptySince: number | undefined = performance.now();
  /** Those who were members since the process began. */
  readonly visitors = new Visitors();
  private readonly options: RoomMembersOptions;
  private readonly members = new Map<number, Member>();
  /** In a recovered room, those whose connection comes back. */
  private readonly awaited = new Set<Session>();

  /** Those whom the room has taken in, and who wait to hear that. */
  private readonly ungreeted = new Set<Member>();

  constructor(options: RoomMembersOptions) {
    this.options = options;
  }

  get size(): number {
    return this.members.size;
  }

  *sessions(): Iterable<Session> {
    for (const { session } of this.members.values()) yield session;
  }

  /** The players of a recovered room wait for their connections; those without a session leave. */
  readmit(): void {
    const { state, bots, sessionOf, untold = [], put } = this.options;
    for (const { id: player, connected } of state.room.players.values()) {
      if (bots?.has(player)) continue;
      const session = sessionOf(player);
      if (!session) {
        put({ kind: 'leave', player });
        continue;
      }
      const member = this.add(session, true);
      member.untold = untold.filter((one) => one.player === player).map(({ seq }) => seq);
      const { account, fence } = session;
      if (fence !== state.fenceOf(player)) put({ kind: 'account', player, account, fence });
      if (!connected) continue;
      this.awaited.add(session);
      put({ kind: 'connection', player, connected: false });
    }
  }

  /** Answers a request for the place that the session has already.
   *  @returns false where it has none. */
  joinAgain(session: Session, request: number | null): boolean {
    const member = this.members.get(session.id);
    if (!member) return false;
    member.requests.push(request);
    if (member.entered) this.greet(member);
    return true;
  }

  /** Gives the session a place; `joined` is sent when the room has taken it in. */
  enter(session: Session, request: number | null): void {
    const { copies, bots, put } = this.options;
    this.add(session, false).requests.push(request);
    // A bot makes place first: with it the room could be full.
    bots?.fill(this.size);
    const { id: player, name, account, fence } = session;
    put({ kind: 'join', player, name, account, fence });
    if (session.link) copies.add(session.link);
  }

  /** The session gives up its place, now and for good. */
  leave(session: Session, code: string, text: string): void {
    const { room, copies, bots, places, put } = this.options;
    const member = this.members.get(session.id);
    if (!member) return;
    this.members.delete(session.id);
    this.awaited.delete(session);
    this.ungreeted.delete(member);
    session.rooms.delete(room.id);
    if (this.size === 0) this.emptySince = performance.now();
    put({ kind: 'leave', player: session.id });
    bots?.fill(this.size);
    // Of a match that has not begun no client has heard: matchmaking tells those who are concerned.
    if (member.entered || !room.game.match) member.dismiss(code, text);
    if (member.entered) places.noteLeft(session, room.id, { code, text });
    if (session.link) copies.remove(session.link);
  }

  /** Those whom the room has not taken in yet get no place, and are told so. */
  refuseWaiting(code: ErrorCode): void {
    for (const { entered, session } of [...this.members.values()]) {
      if (!entered) this.leave(session, code, sentence(code, this.options.room.game.name));
    }
  }

  /** The game gives the player no place. */
  private turnAway(player: number, code: string, text: string): void {
    this.options.bots?.turnedAway(player);
    const member = this.members.get(player);
    if (member) this.leave(member.session, code, text);
  }

  /** The session's connection is lost; its place stays. */
  detach(session: Session, link: WorkerLink): void {
    this.options.put({ kind: 'connection', player: session.id, connected: false });
    this.options.copies.remove(link);
  }

  /** Whether a client that has kept its view can go on with it, after what it has missed. */
  canContinue(session: Session, link: WorkerLink): boolean {
    const member = this.members.get(session.id);
    if (!member?.entered || member.untold.length > 0) return false;
    return this.options.copies.canContinue(link);
  }

  /** The session speaks through `session.link` now: tell it where the room is.
   *  @param continued it has kept its view, and needs only what it has missed. */
  attach(session: Session, continued = false): void {
    const { copies, put } = this.options;
    const member = this.members.get(session.id);
    if (!member || !session.link) return;
    put({ kind: 'connection', player: session.id, connected: true });
    this.ungreeted.delete(member);
    copies.add(session.link);
    if (continued) {
      copies.continue(session.link, session);
      member.resume();
    } else {
      member.renew();
      // A member that the room has not taken in yet is greeted when it has.
      if (member.entered) this.greet(member);
    }
    if (this.awaited.delete(session) && this.awaited.size === 0) this.options.complete();
  }

  command(session: Session, { seq, name, args, call }: CommandMessage): void {
    const member = this.members.get(session.id);
    if (!member || !session.link || !member.take(seq, call)) return;
    this.options.put({ kind: 'command', player: session.id, seq, name, args, call });
  }

  /** The room has applied these: the next publication acknowledges the commands among them, and tells
   *  what the players see whose view they have changed. */
  applied(inputs: readonly Input[], { views }: Pick<Outputs, 'views'>): void {
    const { copies, metrics } = this.options;
    let commands = 0;
    for (const input of inputs) {
      if (input.kind !== 'command') continue;
      commands++;
      const member = this.members.get(input.player);
      if (member) copies.acknowledge(member.session);
    }
    for (const player of views) {
      const member = this.members.get(player);
      if (member) copies.showView(member.session);
    }
    if (commands > 0) metrics.count('commandsApplied', commands);
  }

  /** Tells them what a batch has made the room say. */
  report({ joined, turnedAway, events, answers }: Outputs): void {
    for (const { player, code, text } of turnedAway) this.turnAway(player, code, text);
    for (const id of joined) {
      const member = this.members.get(id);
      if (!member) continue;
      member.entered = true;
      this.options.places.noteJoined(member.session, this.options.room.id);
      this.greet(member);
    }
    // No member is sent an event of a room before it hears that it is in.
    this.greetWaiting();
    for (const { player, name, data } of events) {
      if (player === 0) this.options.copies.broadcast(name, data);
      else this.members.get(player)?.tell(name, data);
    }
    for (const { player, seq, answer } of answers) this.members.get(player)?.answer(seq, answer);
  }

  private add(session: Session, entered: boolean): Member {
    const { room } = this.options;
    const member = new Member(session, this.options, entered);
    if (entered) this.options.places.noteJoined(session, room.id);
    this.members.set(session.id, member);
    session.rooms.set(room.id, room);
    session.hasPlayed = true;
    this.visitors.add(session.id, session.name);
    this.emptySince = undefined;
    return member;
  }

  /** Those who could not be greeted when they should have been. */
  greetWaiting(): void {
    if (this.ungreeted.size === 0) return;
    const waiting = [...this.ungreeted];
    this.ungreeted.clear();
    for (const member of waiting)
      if (this.members.get(member.session.id) === member) this.greet(member);
  }

  /** Tells a member that it is in, with everything that its worker needs before that, as often as its
   *  place was asked for. */
  private greet(member: Member): void {
    const { copies, describe } = this.options;
    const { link } = member.session;
    if (link) {
      const described = describe();
      if (!described) {
        this.ungreeted.add(member);
        return;
      }
      copies.need(link);
      for (const request of member.requests) member.greet(request, described.about);
    }
    member.requests = [];
  }
}
