// The coordinator's sessions, rooms and lobby, without processes and sockets around them.
import type { Config } from '../config.ts';
import type { Game } from '../games/index.ts';
import { readConfig } from '../read-config.ts';
import { AccountsTrouble } from './accounts-trouble.ts';
import { ClientLimits } from './client-limits.ts';
import type { FakeLink } from './fake-link.ts';
import { applyLobbyCommand } from './lobby.ts';
import type { LobbyWorld } from './lobby-commands.ts';
import { Matchmaking } from './matchmaking.ts';
import { RoomList } from './room-list.ts';
import { Rooms } from './rooms.ts';
import type { Session } from './session.ts';
import { Sessions } from './sessions.ts';
import { FakeBank, forgetfulAccounts } from './test-accounts.ts';
import { quietTally, tally } from './test-game.ts';
import { TestPool } from './test-pool.ts';
import { log, metrics } from './test-room.ts';
import { ForgetfulStorage } from './test-storage.ts';
import { TradeAccounts } from './test-trade-accounts.ts';
import { TradeDesk } from './trade-desk.ts';

/** What the test lets the pool give is the first sign. */
const prepared: Game = {
  ...tally,
  name: 'prepared',
  prepare: { module: import.meta.url, run: () => 'nothing' },
  create(room, text) {
    room.entities.sign!.add({ text });
  },
};
const broken: Game = {
  ...tally,
  name: 'broken',
  create() {
    throw new Error('not today');
  },
};

export class TestWorld implements LobbyWorld {
  readonly config: Config;
  readonly log = log;
  readonly metrics = metrics;
  readonly behind = new Set<number>();
  readonly rooms: Rooms;
  readonly roomList: RoomList;
  readonly sessions: Sessions;
  readonly matchmaking: Matchmaking;
  readonly storage = new ForgetfulStorage();
  readonly pool = new TestPool();
  readonly bank = new FakeBank();
  readonly accounts: LobbyWorld['accounts'] = {
    holdings: (account) => ({ [account]: 3 }),
    leaders: (item, account) => ({
      top: [{ name: `best at ${item}`, amount: 9 }],
      own: { place: account === '' ? 0 : 2, amount: 1 },
    }),
    totals: () => ({ items: [{ item: 'coin', accounts: 9, rooms: 9 }], rooms: [] }),
  };
  readonly tradeAccounts = new TradeAccounts();
  readonly trades: TradeDesk;
  readonly limits: ClientLimits;
  readonly trouble = new AccountsTrouble(log);
  readonly guard: LobbyWorld['guard'] = { run: (_session, _command, run) => run() };
  readonly links = new Set<FakeLink>();
  private connections = 0;

  constructor(
    changes: Partial<Config> = {},
    games: readonly Game[] = [tally, quietTally, broken, prepared],
  ) {
    this.config = { ...readConfig([]), ...changes };
    const { config, storage, bank } = this;
    this.limits = new ClientLimits({ config, log, metrics });
    const { limits } = this;
    this.sessions = new Sessions({ config, storage, accounts: forgetfulAccounts, bank });
    const { sessions } = this;
    const diskFailed = () => {};
    this.trades = new TradeDesk({
      accounts: this.tradeAccounts,
      sessions,
      trouble: this.trouble,
      metrics,
      diskFailed,
    });
    this.rooms = new Rooms({
      games: new Map(games.map((game) => [game.name, game])),
      config,
      log,
      metrics,
      storage,
      sessions,
      pool: this.pool.asPool,
      bank,
      limits,
      diskFailed,
    });
    const { rooms } = this;
    this.roomList = new RoomList(rooms);
    const { roomsPerSessionMax } = config;
    const { secret } = forgetfulAccounts;
    this.matchmaking = new Matchmaking({
      rooms,
      sessions,
      secret,
      roomsPerSessionMax,
      log,
      metrics,
    });
  }

  /** A new session on `link`. */
  session(link: FakeLink, name = 'ada', address = '127.0.0.1'): Session {
    this.links.add(link);
    const session = this.sessions.begin(name)!;
    this.sessions.moveTo(session, address, this.limits.groupOf(address));
    this.sessions.attach(session, link, ++this.connections);
    return session;
  }

  lobby(session: Session, seq: number, name: string, args: unknown = {}): void {
    applyLobbyCommand(this, session, {
      type: 'command',
      connection: session.connection,
      room: 0,
      seq,
      name,
      args,
      call: true,
    });
  }

  end(): void {
    for (const room of [...this.rooms]) room.end('ROOM_ENDED', 'The test is over.');
  }
}
