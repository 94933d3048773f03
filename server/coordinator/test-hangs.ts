// Rooms with real files and real time, and a game that hangs wherever it is told to.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Config } from '../config.ts';
import { type Game, type Room as GameRoom, type Player, Type } from '../games/game.ts';
import { createLog, ProcessMetrics } from '../observe/index.ts';
import { readConfig } from '../read-config.ts';
import { replayRoom } from '../replay/index.ts';
import { FakeLink } from './fake-link.ts';
import type { Room } from './room.ts';
import { Rooms } from './rooms.ts';
import type { Session } from './session.ts';
import { Sessions } from './sessions.ts';
import { FileStorage } from './storage.ts';
import { FakeBank, forgetfulAccounts } from './test-accounts.ts';
import { quietTally, type TallyState, tally } from './test-game.ts';
import { TestPool } from './test-pool.ts';

export const LIMIT_MS = 60;

/** Where the game hangs when a player does or is called so. */
export type Harm = 'command' | 'tick' | 'join' | 'leave' | 'about' | 'bots' | 'none';

type State = TallyState & { harm?: Harm };

export function forEver(): never {
  for (;;);
}

export const hanging: Game = {
  ...tally,
  name: 'hanging',
  playersMax: 8,
  tick({ state }: GameRoom) {
    if ((state as State).harm === 'tick') forEver();
  },
  join(room: GameRoom, player: Player) {
    if (player.name === 'join') forEver();
    return tally.join!(room, player);
  },
  leave(room: GameRoom, player: Player) {
    if (player.name === 'leave') forEver();
    tally.leave!(room, player);
  },
  about: ({ state }: GameRoom) =>
    (state as State).harm === 'about' ? forEver() : { rule: 'count' },
  commands: {
    ...(tally.commands as Record<string, never>),
    /** Changes much first: nothing of that may be seen. */
    hang: {
      args: Type.Object({}),
      run(room: GameRoom) {
        for (const token of room.entities.token!) room.entities.token!.remove(token);
        (room.state as { applied: string[] }).applied.push('what never was');
        forEver();
      },
    },
    harm: {
      args: Type.Object({ where: Type.String() }),
      run(room: GameRoom, _player: Player, { where }: { where: Harm }) {
        (room.state as State).harm = where;
      },
    },
  },
} as unknown as Game;

export const quietHanging: Game = { ...hanging, name: 'quiet hanging', ticksPerSecond: 0 };

/** A coordinator's rooms, as one process after another has them. */
export class HangWorld {
  readonly data: string;
  readonly log: Record<string, unknown>[] = [];
  readonly metrics = new ProcessMetrics('coordinator');
  readonly games: ReadonlyMap<string, Game>;
  readonly pool = new TestPool();
  rooms!: Rooms;
  sessions!: Sessions;
  private storage!: FileStorage;
  private readonly config: Config;
  private connections = 0;
  private isFinished = false;

  constructor(changes: Partial<Config> = {}, games: readonly Game[] = [hanging, quietHanging]) {
    this.data = mkdtempSync(join(tmpdir(), 'holdfast-hangs-'));
    const { data } = this;
    this.config = {
      ...readConfig([]),
      data,
      journalSync: 'never',
      stepMsMax: LIMIT_MS,
      ...changes,
    };
    this.games = new Map([tally, quietTally, ...games].map((game) => [game.name, game]));
    this.begin();
    onTestFinished(async () => {
      await this.finish();
      rmSync(data, { recursive: true, force: true });
    });
  }

  /** As the next process, on what this one has left. */
  async restart(): Promise<void> {
    await this.finish();
    this.begin();
    this.sessions.restore(this.storage.saved);
    await this.rooms.recover(this.storage);
  }

  /** As the next process where this one has been killed: nothing is written down at the end. */
  async kill(): Promise<void> {
    for (const room of this.rooms) (room as unknown as { stop(): void }).stop();
    await this.rooms.close();
    await this.storage.close();
    this.begin();
    this.sessions.restore(this.storage.saved);
    await this.rooms.recover(this.storage);
  }

  async open(game: string): Promise<Room> {
    return (await this.rooms.open(game)) as Room;
  }

  session(link: FakeLink, name = 'ada'): Session {
    const session = this.sessions.begin(name)!;
    this.sessions.attach(session, link, ++this.connections);
    return session;
  }

  /** A session that `room` has taken in. */
  async joined(room: Room, name = 'ada'): Promise<{ session: Session; link: FakeLink }> {
    const link = new FakeLink(this.connections + 1);
    const session = this.session(link, name);
    room.join(session, null);
    await until(() => link.of('joined').length > 0);
    return { session, link };
  }

  send(room: Room, session: Session, seq: number, name: string, args: unknown = {}): void {
    const { connection } = session;
    const of = { type: 'command', connection, room: room.id, call: true } as const;
    room.members.command(session, { ...of, seq, name, args });
  }

  /** From now on. */
  limit(ms: number): void {
    const { guard, stepping } = this.rooms as unknown as { guard: object; stepping: object };
    Object.assign(guard, { limitMs: ms });
    Object.assign(stepping, { guardMs: ms / 10 });
  }

  /** The folders of rooms. */
  get folders(): string[] {
    return readdirSync(join(this.data, 'rooms')).sort();
  }

  /** Whether the room is, after this process, what its journal makes of its oldest snapshot. */
  isAsWritten(room: number): boolean {
    return replayRoom(join(this.data, 'rooms', String(room)), this.games).isEqual;
  }

  /** Once. */
  async finish(): Promise<void> {
    if (this.isFinished) return;
    this.isFinished = true;
    await this.rooms.finish();
    await this.rooms.close();
    await this.storage.close();
  }

  async hangs(outcome: string): Promise<number> {
    const found = (await this.metrics.snapshot()).find(({ name }) => name.includes('game_hangs'));
    return found!.values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
  }

  private begin(): void {
    this.isFinished = false;
    const { config, metrics, log } = this;
    this.storage = FileStorage.openAtOnce(config);
    const { storage } = this;
    const bank = new FakeBank();
    this.sessions = new Sessions({ config, storage, accounts: forgetfulAccounts, bank });
    this.rooms = new Rooms({
      diskFailed: () => {},
      games: this.games,
      config,
      log: createLog({
        role: 'coordinator',
        level: 'info',
        write: (line) => log.push(JSON.parse(line)),
      }),
      metrics,
      storage,
      sessions: this.sessions,
      pool: this.pool.asPool,
      limits: { reached: () => {} },
      bank,
    });
  }
}

/** Does `act` as soon as game code of the room is stopped, while its state is worth nothing. */
export function whenStopped(room: Room, act: () => void): void {
  const { steps } = room as unknown as { steps: { cut(hang: Error): void; isWhole: boolean } };
  const cut = steps.cut.bind(steps);
  steps.cut = (hang) => {
    cut(hang);
    steps.cut = cut;
    if (steps.isWhole) throw new Error('the room was there all the time');
    act();
  };
}

/** Resolves when it holds. */
export async function until(holds: () => boolean): Promise<void> {
  const endsAt = performance.now() + 8000;
  while (!holds()) {
    if (performance.now() > endsAt) throw new Error(`it does not come to hold: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
