// All sessions: begins them, resumes them by their token, forgets those nobody came back for.
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { LOBBY } from '../../protocol/index.ts';
import type { Config } from '../config.ts';
import {
  type AccountsFile,
  type SavedSession,
  type SavedSessions,
  StoreError,
  type WaitChange,
} from '../store/index.ts';
import { accountKeyOfToken, accountKeys, accountOf } from './account.ts';
import { AccountLocks } from './account-locks.ts';
import type { Answer } from './answer.ts';
import type { Bank } from './bank.ts';
import type { ListedLedger } from './ledger.ts';
import { Session, type WorkerLink } from './session.ts';
import { SessionNames } from './session-names.ts';
import { SessionRooms } from './session-rooms.ts';
import type { SignedSecrets } from './signed-secrets.ts';
import type { Storage } from './storage.ts';
import { Strangers } from './strangers.ts';

type SavedAnswers = ListedLedger['answers'];

/** How long a session that has only said hello outlives its connection, where `--resume-ms` is longer. */
const STRANGER_RESUME_MS = 10_000;

export interface SessionsOptions {
  readonly config: Config;
  readonly storage: Pick<Storage, 'appendSession'>;
  readonly accounts: Pick<AccountsFile, 'fence' | 'reserve' | 'fencesOf' | 'isKnown' | 'secret'>;
  readonly bank: Pick<Bank, 'raise'>;
}

/** Who wants to know what becomes of sessions. */
export interface SessionWatcher {
  /** A connection speaks for the session, and has been told of its rooms. */
  attached(session: Session): void;
  /** The session is over, and its account with it. */
  ended(session: Session): void;
}

export class Sessions implements Iterable<Session> {
  readonly watchers: SessionWatcher[] = [];
  readonly places: SessionRooms;
  private readonly config: Config;
  private readonly storage: SessionsOptions['storage'];
  private readonly accounts: SessionsOptions['accounts'];
  private readonly bank: SessionsOptions['bank'];
  private readonly keys: SignedSecrets;
  private locks: AccountLocks;
  private readonly byToken = new Map<string, Session>();
  private readonly byNumber = new Map<number, Session>();
  private readonly byAccount = new Map<string, Session>();
  private readonly names = new SessionNames();
  /** Those whose connection is lost, the longest lost first. */
  private readonly detached = new Set<Session>();
  private readonly strangers = new Strangers();
  /** By `Session.addressGroup`. */
  private readonly byAddress = new Map<string, Set<Session>>();
  private lastId = 0;

  constructor({ config, storage, accounts, bank }: SessionsOptions) {
    this.config = config;
    this.storage = storage;
    this.places = new SessionRooms(storage);
    this.accounts = accounts;
    this.bank = bank;
    this.keys = accountKeys(accounts.secret);
    this.locks = new AccountLocks(accounts);
  }

  /** Brings back the sessions of an earlier process; they wait to be resumed. */
  restore({ sessions, lastSession, lastFence }: SavedSessions): void {
    this.lastId = lastSession;
    this.locks = new AccountLocks(this.accounts, lastFence);
    // A newer session comes later. One of them was to end, and the disk may not have that.
    const newest = new Map(sessions.map((saved) => [saved.account, saved]));
    const strangers: SavedSession[] = [];
    const found: Session[] = [];
    for (const saved of sessions) {
      if (saved.account === '') strangers.push(saved);
      else if (newest.get(saved.account) !== saved) this.noteEnd(saved.id);
      else found.push(sessionOf(saved));
    }
    // In one question: they are waited for by everybody.
    const fences = this.accounts.fencesOf(found.map(({ account }) => account));
    for (const session of found) {
      const { id, account, fence } = session;
      const isOwner = fence >= (fences.get(account) ?? 0) && this.locks.reclaim(account, id, fence);
      if (isOwner) this.bringBack(session);
      else this.noteEnd(id);
    }
    for (const saved of strangers) {
      const key = accountKeyOfToken(saved.token);
      const account = accountOf(key);
      const fence = this.locks.take(account, saved.id);
      this.bringBack(sessionOf({ ...saved, key, account, fence }));
    }
  }

  private bringBack(session: Session): void {
    this.add(session);
    this.noteDetached(session);
  }

  [Symbol.iterator](): Iterator<Session> {
    return this.byNumber.values();
  }

  get size(): number {
    return this.byToken.size;
  }

  find(token: string): Session | undefined {
    return this.byToken.get(token);
  }

  byId(id: number): Session | undefined {
    return this.byNumber.get(id);
  }

  /** @returns at most `max` of the sessions with this name, the oldest first. */
  named(name: string, max: number): Session[] {
    return this.names.some(name, max);
  }

  /** The session to which the account belongs now. */
  ownerOf(accountKey: string): Session | undefined {
    return this.byAccount.get(accountOf(accountKey));
  }

  /** A session that has the account of this key has ended when this returns a session.
   *  @param offeredKey as the client says. One that the server has not made, and whose account has
   *  nothing in it, is replaced by one that it makes: a key that others can guess is none.
   *  @returns undefined where there is no place for another.
   *  @throws {StoreError} where it cannot be written down: the session that has the account goes on then. */
  begin(name: string, offeredKey = ''): Session | undefined {
    const accountKey = this.isKey(offeredKey) ? offeredKey : this.keys.make();
    const account = accountOf(accountKey);
    const older = this.byAccount.get(account);
    if (!older && this.byToken.size >= this.config.sessionsMax) return undefined;
    const id = this.lastId + 1;
    if (older) this.locks.free(older.id);
    const fence = this.locks.take(account, id);
    const token = randomBytes(16).toString('base64url');
    const session = new Session({ id, token, name, account, accountKey, fence });
    try {
      const event = { session: id, token, name, account, fence };
      this.storage.appendSession({ kind: 'begin', ...event });
    } catch (error) {
      this.locks.free(id);
      if (older) this.locks.take(account, older.id);
      throw error;
    }
    if (older) {
      this.end(older);
      this.bank.raise(account, fence);
    }
    this.lastId = id;
    this.add(session);
    return session;
  }

  private isKey(offered: string): boolean {
    if (offered === '' || this.keys.isOwn(offered)) return offered !== '';
    const account = accountOf(offered);
    // From an older version, which took every key.
    return this.byAccount.has(account) || this.accounts.isKnown(account);
  }

  /** The number of a new room is used up, even when nothing else is left of it.
   *  @throws {StoreError} */
  noteRoom(room: number): void {
    this.storage.appendSession({ kind: 'numbers', session: this.lastId, room });
  }

  /** The lobby has applied `seq`. @param answer null for what can be asked again.
   *  @param wait what it has changed of who waits for a match.
   *  @throws {StoreError} */
  noteLobby({ id: session }: Session, seq: number, answer: Answer | null, wait?: WaitChange): void {
    this.storage.appendSession({ kind: 'lobby', session, seq, answer, wait });
  }

  /** Who waits for a match has changed, and no command of the lobby has done it.
   *  @throws {StoreError} */
  noteWait(session: number, wait: WaitChange): void {
    this.storage.appendSession({ kind: 'wait', session, wait });
  }

  /** @param continued the client has seen nothing of an interruption, and is to see none. */
  attach(session: Session, link: WorkerLink, connection: number, continued = false): void {
    this.detached.delete(session);
    session.attachedAt = performance.now();
    this.strangers.noteAttached(session);
    session.link = link;
    session.connection = connection;
    session.lobbyGap.close();
    if (continued) {
      const seq = session.lobby.applied;
      link.send({ type: 'resumed', connection, room: LOBBY, seq });
    }
    for (const room of session.rooms.values()) room.members.attach(session, continued);
    for (const watcher of this.watchers) watcher.attached(session);
  }

  /** The connection no longer speaks for the session, which waits to be resumed. */
  detach(session: Session): void {
    const { link } = session;
    if (!link) return;
    session.link = undefined;
    this.noteDetached(session);
    for (const room of session.rooms.values()) room.members.detach(session, link);
  }

  /** The session is over: it leaves its rooms, and its token is worth nothing. */
  end(session: Session): void {
    session.isOver = true;
    this.detach(session);
    for (const room of [...session.rooms.values()]) {
      room.members.leave(session, 'LEFT', 'The session has ended.');
    }
    this.detached.delete(session);
    this.strangers.noteEnded(session);
    this.moveTo(session, '', undefined);
    this.byToken.delete(session.token);
    this.byNumber.delete(session.id);
    this.byAccount.delete(session.account);
    this.names.remove(session);
    for (const watcher of this.watchers) watcher.ended(session);
    this.locks.free(session.id);
    this.noteEnd(session.id);
  }

  /** The session is over, and its client is told so: it makes place for another. */
  evict(session: Session): void {
    const { link, connection } = session;
    this.end(session);
    link?.cut(connection, 'SERVER_FULL', 'sessions that only say hello make place for players');
  }

  /** The session's connection comes from this address. */
  moveTo(session: Session, address: string, group: string | undefined): void {
    const before = session.addressGroup;
    session.address = address;
    session.addressGroup = group;
    if (before === group) return;
    const left = before === undefined ? undefined : this.byAddress.get(before);
    left?.delete(session);
    if (left?.size === 0) this.byAddress.delete(before!);
    if (group === undefined) return;
    const here = this.byAddress.get(group);
    if (here) here.add(session);
    else this.byAddress.set(group, new Set([session]));
  }

  /** Sessions whose newest connection has come from this group of addresses. */
  ofAddress(group: string): ReadonlySet<Session> {
    return this.byAddress.get(group) ?? NONE;
  }

  /** @returns the session that makes place first, of all or of an address; undefined where none may. */
  dispensable(group?: string): Session | undefined {
    const now = performance.now();
    if (group === undefined) return this.strangers.first(now);
    return this.strangers.firstOf(this.ofAddress(group), now);
  }

  private noteDetached(session: Session): void {
    session.detachedAt = performance.now();
    this.detached.add(session);
    this.strangers.noteDetached(session);
  }

  private noteEnd(session: number): void {
    try {
      this.storage.appendSession({ kind: 'end', session });
    } catch (error) {
      // Where the disk does not take it, the session comes back with the next process, and expires there.
      if (!(error instanceof StoreError)) throw error;
    }
  }

  /** Ends the sessions that have waited too long. Called several times a second. */
  beat(): void {
    const now = performance.now();
    const { resumeMs } = this.config;
    const strangerMs = Math.min(resumeMs, STRANGER_RESUME_MS);
    for (const session of this.strangers.lostBefore(now - strangerMs)) this.end(session);
    for (const session of this.detached) {
      if (now - session.detachedAt < resumeMs) return;
      this.end(session);
    }
  }

  private add(session: Session): void {
    this.byToken.set(session.token, session);
    this.byNumber.set(session.id, session);
    this.byAccount.set(session.account, session);
    this.names.add(session);
  }
}

const NONE: ReadonlySet<Session> = new Set();

function sessionOf(saved: SavedSession): Session {
  const { id, token, name, account, key, fence, lobby, rooms, lost } = saved;
  const session = new Session({ id, token, name, account, accountKey: key, fence });
  const answers = lobby.answers.filter(([, answer]) => answer !== null);
  session.lobby.restore({ applied: lobby.applied, answers: answers as SavedAnswers });
  for (const room of rooms) session.writtenRooms.add(room);
  for (const [room, reason] of lost) session.lostRooms.set(room, reason);
  return session;
}
