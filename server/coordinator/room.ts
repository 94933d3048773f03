// A room at work: takes commands in, steps its state at its rate, and publishes what changed.
import { performance } from 'node:perf_hooks';
import { type ErrorCode, sentence } from '../../protocol/index.ts';
import type { Game } from '../games/index.ts';
import type { FromWorker } from '../link/index.ts';
import type { Log, ProcessMetrics } from '../observe/index.ts';
import { rejectionCode } from '../observe/index.ts';
import type { Bank, BankRoom } from './bank.ts';
import { BotDriver } from './bot-driver.ts';
import type { DeterminismCheck } from './determinism-check.ts';
import { GapNotice } from './gap-notice.ts';
import type { Answer } from './ledger.ts';
import type { OutboxEffect } from './outbox.ts';
import { Pacer } from './pacer.ts';
import type { Untold } from './recovery.ts';
import { type LastChanges, RoomCopies } from './room-copies.ts';
import { RoomRecord } from './room-record.ts';
import type { Input, Outputs, RoomState } from './room-state.ts';
import type { Session, WorkerLink } from './session.ts';
import type { RoomStorage } from './storage.ts';
import type { WorkPool } from './work-pool.ts';

type CommandMessage = Extract<FromWorker, { type: 'command' }>;

export interface RoomOptions {
  readonly id: number;
  readonly game: Game;
  /** A new room, or one that was recovered. */
  readonly state: RoomState;
  readonly storage: RoomStorage;
  readonly bank: Pick<Bank, 'handOver' | 'end'>;
  readonly determinism?: DeterminismCheck | undefined;
  /** It was written down by other code: the next tick writes it down as it is now. */
  readonly carriedOver?: boolean;
  /** In a recovered room, what its last batch has changed: perhaps nobody has been told. */
  readonly lastChanges?: LastChanges | undefined;
  /** In a recovered room, who is to be told what. */
  readonly untold?: readonly Untold[];
  /** How often the room is written down whole, in ms. */
  readonly snapshotMs: number;
  /** The sessions of the players that are in a recovered room. */
  sessionOf(player: number): Session | undefined;
  /** How many players and bots together are wanted, and where these think; undefined: no bots. */
  readonly bots?: { readonly wanted: number; readonly pool: WorkPool } | undefined;
  /** Commands of one player that may wait; the worker keeps to less. */
  readonly inboxPerPlayerMax: number;
  readonly log: Log;
  readonly metrics: ProcessMetrics<'coordinator'>;
  /** The disk has not taken what was written: nobody knows what it holds. */
  diskFailed(error: unknown): void;
  /** The game has failed, and the room is over: its files are not to be recovered again. */
  failed(room: Room): void;
  /** Called once, when the room is over and its players have been told. */
  ended(room: Room): void;
}

/** A place in the room. */
interface Member {
  readonly session: Session;
  /** The last sequence number taken into the inbox. */
  taken: number;
  readonly gap: GapNotice;
  /** Whether the room's state has taken it in. */
  entered: boolean;
  /** The requests that asked for the place and wait for their answer. */
  requests: (number | null)[];
}

const EXPIRED: Answer = {
  kind: 'rejected',
  code: 'RESULT_EXPIRED',
  text: sentence('RESULT_EXPIRED'),
};

const RETRY_MS = 200;

export class Room {
  readonly id: number;
  readonly game: Game;
  /** When the last member left, by `performance.now()`; undefined while there is one. */
  emptySince: number | undefined = performance.now();
  private readonly state: RoomState;
  private readonly options: RoomOptions;
  private readonly members = new Map<number, Member>();
  private readonly copies: RoomCopies;
  private readonly record: RoomRecord;
  /** Bounded by members: each has at most `inboxPerPlayerMax` commands here. */
  private inbox: Input[] = [];
  /** Members with commands applied since the last publication. */
  private readonly acked = new Set<Session>();
  private publishedAt = 0;
  /** Steps a room that has ticks. */
  private readonly pacer: Pacer | undefined;
  /** Steps a room that has none, when something has come. */
  private stepping: NodeJS.Immediate | undefined;
  private retrying: NodeJS.Timeout | undefined;
  private untold: readonly Untold[];
  private readonly bots: BotDriver | undefined;
  private over = false;
  /** Fulfilled when every effect on accounts that was made is settled. */
  private settled = Promise.resolve();
  private readonly bankRoom: BankRoom;

  constructor(options: RoomOptions) {
    this.id = options.id;
    this.game = options.game;
    this.options = options;
    const { id, game } = options;
    this.state = options.state;
    this.untold = options.untold ?? [];
    this.state.takeChanges();
    this.record = new RoomRecord({ ...options, carriedOver: options.carriedOver ?? false });
    const tickMs = game.ticksPerSecond > 0 ? 1000 / game.ticksPerSecond : 0;
    const shape = {
      room: id,
      game: game.name,
      kinds: this.state.kinds,
      world: game.world ?? null,
      tickMs: Math.round(tickMs),
    };
    const { carriedOver = false, lastChanges } = options;
    const members = () => this.sessions();
    this.copies = new RoomCopies(shape, this.state, members, !carriedOver, lastChanges);
    this.bankRoom = { id, settled: (result) => this.put({ kind: 'settled', ...result }) };
    this.handOver(this.state.effects);
    if (options.bots && game.bots) {
      const put = (input: Input) => this.put(input);
      this.bots = new BotDriver({ ...options, ...options.bots, put });
    }
    this.readmit();
    if (tickMs > 0) this.pacer = this.startPacer(tickMs);
    this.bots?.fill(this.members.size);
  }

  get players(): number {
    return this.members.size;
  }

  get botCount(): number {
    return this.bots?.size ?? 0;
  }

  get tick(): number {
    return this.state.room.tick;
  }

  get inboxLength(): number {
    return this.inbox.length;
  }

  get isFull(): boolean {
    return this.members.size >= this.game.playersMax;
  }

  /** Gives `session` a place; `joined` is sent when the room has taken it in.
   *  @returns why not. */
  join(session: Session, request: number | null): ErrorCode | undefined {
    const member = this.members.get(session.id);
    if (member) {
      if (member.entered) this.greet(member, request);
      else member.requests.push(request);
      return undefined;
    }
    if (this.over) return 'ROOM_ENDED';
    if (this.game.match) return 'MATCH_ONLY';
    if (this.isFull) return 'ROOM_FULL';
    this.enter(session, request);
    return undefined;
  }

  /** Takes in those who were matched, at once, so that they have their places written down.
   *  @returns false where the room is over. */
  admit(sessions: readonly Session[]): boolean {
    if (this.over) return false;
    for (const session of sessions) this.enter(session, null);
    clearImmediate(this.stepping);
    this.stepNow();
    return !this.over;
  }

  private enter(session: Session, request: number | null): void {
    this.members.set(session.id, {
      session,
      taken: 0,
      gap: new GapNotice(),
      entered: false,
      requests: [request],
    });
    session.rooms.set(this.id, this);
    this.emptySince = undefined;
    // A bot makes place first: with it the room could be full.
    this.bots?.fill(this.members.size);
    const { id: player, name, account, fence } = session;
    this.put({ kind: 'join', player, name, account, fence });
    if (session.link) this.copies.add(session.link);
  }

  /** The session gives up its place, now and for good. */
  leave(session: Session, code: string, text: string): void {
    if (!this.members.delete(session.id)) return;
    session.rooms.delete(this.id);
    if (this.members.size === 0) this.emptySince = performance.now();
    this.put({ kind: 'leave', player: session.id });
    this.bots?.fill(this.members.size);
    const { link, connection } = session;
    if (!link) return;
    link.send({ type: 'left', connection, room: this.id, code, text });
    this.copies.remove(link);
  }

  /** The session's connection is lost; its place stays. */
  detach(session: Session, link: WorkerLink): void {
    this.put({ kind: 'connection', player: session.id, connected: false });
    this.copies.remove(link);
  }

  /** Whether a client that has kept its view can go on with it, after what it has missed. */
  canContinue(session: Session, link: WorkerLink): boolean {
    const isEntered = this.members.get(session.id)?.entered === true;
    return isEntered && this.copies.canContinue(link) && !this.isOwed(session.id);
  }

  /** The session speaks through `session.link` now: tell it where the room is.
   *  @param continued it has kept its view, and needs only what it has missed. */
  attach(session: Session, continued = false): void {
    const member = this.members.get(session.id);
    const { link, connection } = session;
    if (!member || !link) return;
    this.put({ kind: 'connection', player: session.id, connected: true });
    this.copies.add(link);
    if (continued) {
      this.copies.continue(link);
      member.gap.close();
      link.send({ type: 'resumed', connection, room: this.id, seq: this.appliedOf(member) });
      return;
    }
    // Requests were made on a connection that is gone; one answer is due on this one.
    member.requests = [null];
    member.gap.close();
    // A member that the room has not taken in yet is greeted when it has.
    if (member.entered) this.greet(member, null);
  }

  command(session: Session, message: CommandMessage): void {
    const member = this.members.get(session.id);
    const { link, connection } = session;
    const { seq, name, args, call } = message;
    if (!member || !link) return;
    const applied = this.appliedOf(member);
    const isNext = seq === member.taken + 1;
    if (isNext && member.taken - applied < this.options.inboxPerPlayerMax) {
      member.taken = seq;
      member.gap.close();
      this.put({ kind: 'command', player: session.id, seq, name, args, call });
    } else if (seq <= applied) {
      this.answerAgain(session, seq, call);
    } else if (seq > member.taken && member.gap.due(seq)) {
      // One before it is missing, or the inbox has no place for it: the client sends it again.
      link.send({ type: 'resumed', connection, room: this.id, seq: applied });
    }
    // Else it waits in the inbox already, and its answer will come by itself; or the gap was told of.
  }

  /** Sends an event that is not the game's (chat) to every member. */
  broadcast(name: string, data: unknown): void {
    this.copies.broadcast(name, data);
  }

  /** Called several times a second: shows that the room lives, where nothing else has for a second,
   *  and lets the disk take what was written down. */
  beat(): void {
    if (this.over) return;
    this.record.sync();
    if (performance.now() - this.publishedAt >= 1000) this.publish();
  }

  /** Tells the members and stops, for good.
   *  @param keepFiles they were moved, for people to look at. */
  end(code: ErrorCode, text: string, keepFiles = false): void {
    if (!this.stop()) return;
    for (const { session } of [...this.members.values()]) this.leave(session, code, text);
    if (keepFiles) void this.options.storage.close();
    else void this.remove();
    this.options.ended(this);
  }

  /** Stops, to be recovered by a later process at the same tick. */
  async close(): Promise<void> {
    // One more at once: the pause that comes is not longer by what is left of this tick.
    if (this.pacer && !this.over) this.step();
    if (!this.stop()) return;
    // Copies at the last tick can go on with the next process.
    this.publish(true);
    await this.record.close();
  }

  /** The files stay until all is settled: after a fault they are what is handed over again. */
  private async remove(): Promise<void> {
    await this.settled;
    if (await this.record.remove()) this.options.bank.end(this.id);
  }

  private stop(): boolean {
    if (this.over) return false;
    this.over = true;
    this.bots?.stop();
    this.pacer?.stop();
    clearImmediate(this.stepping);
    clearTimeout(this.retrying);
    return true;
  }

  /** The players of a recovered room wait for their connections; those without a session leave. */
  private readmit(): void {
    for (const player of this.state.room.players.values()) {
      if (this.bots?.has(player.id)) continue;
      const session = this.options.sessionOf(player.id);
      if (!session) {
        this.inbox.push({ kind: 'leave', player: player.id });
        continue;
      }
      const taken = this.state.ledgerOf(player.id)?.applied ?? 0;
      const gap = new GapNotice();
      this.members.set(player.id, { session, taken, gap, entered: true, requests: [] });
      session.rooms.set(this.id, this);
      this.emptySince = undefined;
      const { account, fence } = session;
      if (fence !== this.state.fenceOf(player.id)) {
        this.inbox.push({ kind: 'account', player: player.id, account, fence });
      }
      if (player.connected) {
        this.inbox.push({ kind: 'connection', player: player.id, connected: false });
      }
    }
    if (this.inbox.length > 0 && !this.pacer) this.stepping ??= setImmediate(this.stepNow);
  }

  private put(input: Input): void {
    if (this.over) return;
    this.inbox.push(input);
    if (!this.pacer) this.stepping ??= setImmediate(this.stepNow);
  }

  private readonly stepNow = (): void => {
    this.stepping = undefined;
    this.step();
  };

  private startPacer(intervalMs: number): Pacer {
    const { metrics } = this.options;
    return new Pacer({
      intervalMs,
      step: () => this.step(),
      late: (lagMs) => metrics.observe('tickLagSeconds', lagMs / 1000),
      skipped: (ticks) => metrics.count('ticksSkipped', ticks),
    });
  }

  private step(): void {
    const { metrics, determinism } = this.options;
    const startedAt = performance.now();
    const inputs = this.inbox;
    const now = Date.now();
    // Nothing is shown or acknowledged that is not written down.
    if (!this.record.append(now, inputs)) {
      // A room without ticks has no later moment by itself.
      if (!this.pacer) this.retrying = setTimeout(this.stepNow, RETRY_MS);
      return;
    }
    this.inbox = [];
    let outputs: Outputs;
    determinism?.before(inputs);
    const applyingAt = performance.now();
    try {
      outputs = this.state.apply(now, inputs);
    } catch (error) {
      this.fail(error);
      return;
    }
    this.record.applied(inputs, performance.now() - applyingAt);
    determinism?.after(now);
    this.noteApplied(inputs);
    this.publish();
    this.report(outputs);
    this.handOver(outputs.effects);
    metrics.count('ticks');
    metrics.observe('tickSeconds', (performance.now() - startedAt) / 1000);
    if (outputs.ended !== undefined) this.end('ROOM_ENDED', outputs.ended);
    else {
      this.bots?.ticked(this.members.size);
      this.record.snapshotIfDue();
    }
  }

  /** The bank must not know of what a power failure may take back from the room. */
  private handOver(effects: readonly OutboxEffect[]): void {
    if (effects.length === 0) return;
    const { storage, bank, diskFailed } = this.options;
    const seen = this.state.effectsSeen;
    const settled = storage.secure().then(
      () => bank.handOver(this.bankRoom, seen, effects),
      (error) => diskFailed(error),
    );
    this.settled = Promise.all([this.settled, settled]).then(() => {});
  }

  private noteApplied(inputs: readonly Input[]): void {
    let commands = 0;
    for (const input of inputs) {
      if (input.kind !== 'command') continue;
      commands++;
      const member = this.members.get(input.player);
      if (member) this.acked.add(member.session);
    }
    if (commands > 0) this.options.metrics.count('commandsApplied', commands);
  }

  /** Sends what has changed to every copy; nothing, where nothing has, but once a second. */
  private publish(evenQuiet = false): void {
    const changes = this.state.takeChanges();
    const { left, entered, changed } = changes;
    const now = performance.now();
    const quiet = left.length + entered.length + changed.length + this.acked.size === 0;
    if (quiet && !evenQuiet && now - this.publishedAt < 1000) return;
    this.publishedAt = now;
    this.copies.publish(changes, this.acked);
    this.acked.clear();
  }

  /** Only this room is at fault: it ends, the others go on. */
  private fail(error: unknown): void {
    const { log, metrics } = this.options;
    metrics.count('gameErrors');
    log.error(
      { err: error, room: this.id, game: this.game.name, tick: this.tick },
      'the game failed outside a command: the room was ended',
    );
    this.options.failed(this);
    this.end('GAME_ERROR', 'The game failed; this was recorded, and the room has ended.', true);
  }

  private report(outputs: Outputs): void {
    for (const id of outputs.joined) {
      const member = this.members.get(id);
      if (!member) continue;
      member.entered = true;
      for (const request of member.requests) this.greet(member, request);
      member.requests = [];
    }
    for (const { player, name, data } of outputs.events) this.event(player, name, data);
    for (const { player, seq, answer } of outputs.answers) {
      const member = this.members.get(player);
      if (member) this.answer(member.session, seq, answer);
    }
    for (const { player, name, error } of outputs.failures) {
      const { log, metrics } = this.options;
      metrics.count('gameErrors');
      log.error(
        { err: error, room: this.id, player, command: name },
        'the game failed on a command',
      );
    }
  }

  private event(player: number, name: string, data: unknown): void {
    if (player === 0) {
      this.copies.broadcast(name, data);
      return;
    }
    const session = this.members.get(player)?.session;
    if (!session?.link) return;
    const connections = [session.connection];
    session.link.send({ type: 'event', room: this.id, connections, name, data });
  }

  private answerAgain(session: Session, seq: number, call: boolean): void {
    const kept = this.state.ledgerOf(session.id)?.kept(seq);
    if (kept) this.answer(session, seq, kept);
    else if (call) this.answer(session, seq, EXPIRED);
    else this.acknowledge(session);
  }

  private answer(session: Session, seq: number, answer: Answer): void {
    const { link, connection } = session;
    if (!link) return;
    const room = this.id;
    if (answer.kind === 'result') {
      link.send({ type: 'result', connection, room, seq, value: answer.value });
    } else {
      const { code, text } = answer;
      this.options.metrics.count('commandsRejected', 1, { code: rejectionCode(code) });
      link.send({ type: 'rejected', connection, room, seq, code, text });
    }
  }

  /** Tells a member that it is in, with everything that its worker needs before that. */
  private greet(member: Member, request: number | null): void {
    const { session } = member;
    const { link, connection } = session;
    if (!link) return;
    let about: unknown;
    try {
      about = this.state.about();
    } catch (error) {
      this.fail(error);
      return;
    }
    this.copies.need(link);
    link.send({
      type: 'joined',
      connection,
      room: this.id,
      avatar: this.state.avatarOf(session.id),
      about,
      request,
      seq: this.appliedOf(member),
    });
    const due = this.untold.filter(({ player }) => player === session.id);
    this.untold = this.untold.filter(({ player }) => player !== session.id);
    for (const { seq } of due) this.answerAgain(session, seq, false);
  }

  /** Whether the player is to be told something that only a greeting tells. */
  private isOwed(id: number): boolean {
    return this.untold.some(({ player }) => player === id);
  }

  private *sessions(): Iterable<Session> {
    for (const member of this.members.values()) yield member.session;
  }

  private appliedOf(member: Member): number {
    const ledger = member.entered ? this.state.ledgerOf(member.session.id) : undefined;
    return ledger?.applied ?? 0;
  }

  private acknowledge(session: Session): void {
    this.acked.add(session);
    // A room without ticks has no later moment at which it would be told.
    if (!this.pacer) this.publish();
  }
}
