// One schedule from a seed: a server and players on a machine, faults for a while, then peace, in
// which everything has to come right again.
import { children, program } from './test-cluster.ts';
import { Duelist, Party, wrongInDuels } from './test-duelist.ts';
import { unlockAll } from './test-file-lock.ts';
import { formatDisk } from './test-files.ts';
import { duels, rooms, wrongInRooms } from './test-game.ts';
import { Machine, machine, SimulatedProcess, Violation } from './test-machine.ts';
import { holdersLeft, unplug } from './test-net.ts';
import { Player } from './test-player.ts';
import { configOf, main, TestServer } from './test-server.ts';
import { dropDatabases, writtenAccounts } from './test-sqlite.ts';
import { onMachine, settle } from './test-time.ts';
import { wrongInTrades } from './test-trader.ts';
import type { Visitor } from './test-visitor.ts';

const FAULTS_MAX = 20;
/** The longest time between two faults. */
const FAULT_MS_MAX = 250;
/** How long it may take in peace until every player is attached, and has seen all there is. */
const PEACE_MS = 30_000;
const LOOK_MS = 20;
/** In so many schedules there are matches and trades. */
const DUELS = 0.5;
/** Longer than the time after which a silent process is replaced. */
const HANG_MS = 3000;
const CALLS_MAX = 40;
const FULL_MS_MAX = 500;

/** The schedule that runs: the machine, its disk and its network are one for all. */
let running: Promise<unknown> = Promise.resolve();

/** Begins when the schedules before it have ended: a test that has run out of time goes on with its own.
 *  @returns what happened, shortly.
 *  @throws {Violation} with the end of the trace. */
export function runSchedule(seed: number): Promise<Machine> {
  const result = running.then(() => runAlone(seed));
  running = result.catch(() => {});
  return result;
}

async function runAlone(seed: number): Promise<Machine> {
  const of = new Machine(seed);
  formatDisk();
  dropDatabases();
  unplug();
  unlockAll();
  children.clear();
  rooms.clear();
  duels.clear();
  program.main = main;
  await onMachine(of, () => new Schedule().run());
  if (!of.violation) return of;
  const { message, stack } = of.violation;
  const trace = of.trace.map((line) => `  ${line}`).join('\n');
  throw Object.assign(new Violation(`seed ${seed}, ${message}\n${trace}`), { stack });
}

class Schedule {
  private readonly of = machine();
  private readonly players: Visitor[] = [];
  /** How many players there will be. */
  private readonly expected: number;
  private faultsLeft: number;
  private hasKilledEarly = false;
  private isOver = false;

  constructor() {
    const { random } = this.of;
    const workers = this.of.chance(0.15) ? 'per-client' : random.integer(1, 3);
    const config = {
      workers,
      perClientSpare: 1,
      spares: random.integer(0, 1),
      heartbeatMs: 50,
      hangMs: random.integer(200, 1000),
      inFlightMax: random.integer(4, 64),
      commandsPerSecond: this.of.chance(0.5) ? 1000 : 30,
    } as const;
    const server = new TestServer(configOf(config));
    this.faultsLeft = random.integer(1, FAULTS_MAX);
    const duelists = this.of.chance(DUELS) ? random.integer(2, 4) : 0;
    this.expected = Math.max(duelists, random.integer(1, 4));
    this.addDuelists(duelists);
    for (let i = duelists + 1; i <= this.expected; i++) this.addPlayer(i);
    this.of.note(`${this.expected} players, ${duelists} of matches, workers: ${workers}`);
    this.later(() => this.fault(server));
  }

  async run(): Promise<void> {
    const { of } = this;
    const longest = FAULTS_MAX * FAULT_MS_MAX + HANG_MS + 2 * PEACE_MS + 1000;
    await of.run(() => this.isOver, longest, settle);
    if (!this.isOver) of.violate('the schedule has no end');
  }

  private later(run: () => void): void {
    this.of.after(this.of.random.float() * FAULT_MS_MAX, undefined, run);
  }

  private addPlayer(number: number): void {
    const game = this.of.random.pick(['tally', 'tally', 'quiet', 'mapped']);
    this.add(number, (process) => new Player(process, game));
  }

  /** Of four, two may be a party. */
  private addDuelists(count: number): void {
    const hasParty = count === 4 && this.of.chance(0.5);
    const us = new Party();
    for (let i = 1; i <= count; i++) {
      const party = hasParty && i <= 2 ? us : undefined;
      this.add(i, (process) => new Duelist(process, party, () => this.duelists));
    }
  }

  private get duelists(): Duelist[] {
    return this.players.filter((player) => player instanceof Duelist);
  }

  private add(number: number, begin: (process: SimulatedProcess) => Visitor): void {
    const process = new SimulatedProcess(`player ${number}`);
    this.of.after(this.of.random.float() * 300, process, () => {
      this.players.push(begin(process));
    });
  }

  private fault(server: TestServer): void {
    if (this.faultsLeft-- <= 0) {
      this.peace();
      return;
    }
    const { random } = this.of;
    const choice = random.float();
    const victims = this.victims();
    const player = this.players.length > 0 ? random.pick(this.players) : undefined;
    if (choice < 0.05) server.restart();
    else if (choice < 0.5 && victims.length > 0) this.kill(random.pick(victims));
    else if (choice < 0.7) player?.cut();
    else if (choice < 0.8 && victims.length > 0) this.stop(random.pick(victims), HANG_MS);
    else if (choice < 0.87 && player) this.stop(player.process, HANG_MS);
    else if (choice < 0.95 && victims.length > 0) {
      this.of.fill(random.pick(victims), random.float() * FULL_MS_MAX);
    } else this.stop(server.process, 300);
    this.later(() => this.fault(server));
  }

  /** One that is killed before it has started is the only one of its schedule: a room whose process
   *  dies twice while it is recovered is set aside, which is another matter. */
  private victims(): SimulatedProcess[] {
    const started = [...children].filter(({ hasStarted }) => hasStarted);
    if (this.hasKilledEarly || started.length === children.size) return started;
    this.hasKilledEarly = true;
    return [...children];
  }

  /** At once, or in the middle of what it does next. */
  private kill(victim: SimulatedProcess): void {
    const { of } = this;
    if (of.chance(0.3)) of.kill(victim);
    else victim.callsLeft = Math.min(victim.callsLeft, of.random.integer(0, CALLS_MAX));
  }

  private stop(process: SimulatedProcess, msMax: number): void {
    const { of } = this;
    const short = of.chance(0.8) ? 0.1 : 1;
    of.pause(process, of.random.float() * msMax * short);
  }

  private peace(): void {
    this.of.note('no more faults');
    for (const child of children) child.callsLeft = Number.POSITIVE_INFINITY;
    const lacks = (): string | undefined => {
      if (this.players.length < this.expected) return 'somebody has not begun';
      for (const player of this.players) player.rest();
      const lacking = this.players.map((player) => player.lacks);
      return lacking.find((text) => text !== undefined) ?? wrongInRooms() ?? this.wrongTogether();
    };
    this.wait(lacks, () => this.depart());
  }

  /** What is not as it should be between what players were told and what is written down. */
  private wrongTogether(): string | undefined {
    const { duelists } = this;
    const traders = new Map(duelists.map(({ process, trader }) => [process.name, trader]));
    const written = writtenAccounts();
    let sum = 0;
    for (const { process, earned } of this.players) {
      const due = earned + (traders.get(process.name)?.gain ?? 0);
      const held = written.balances.get(process.name) ?? 0;
      if (held !== due) return `${process.name} has ${held}, and was told of ${due}`;
      sum += held;
    }
    if (sum !== written.net) return `accounts hold ${sum}, and rooms have put in ${written.net}`;
    return wrongInTrades(traders, written) ?? wrongInDuels(duelists);
  }

  /** Once all players are gone for good, nothing of them is left but their places. */
  private depart(): void {
    this.of.note('all players go');
    for (const { process } of this.players) this.of.kill(process);
    const left = (): string | undefined => {
      const holders = holdersLeft();
      if (holders !== undefined) return `a connection is still held by ${holders}`;
      const present = [...rooms.values()].flatMap(({ players }) => [...players.values()]);
      const player = present.find(({ connected }) => connected);
      return player && `${player.name} is connected, says the room`;
    };
    this.wait(left, () => {
      this.isOver = true;
    });
  }

  /** @param lacks what is not as it should be. */
  private wait(lacks: () => string | undefined, then: () => void): void {
    const until = this.of.now + PEACE_MS;
    const look = (): void => {
      const what = lacks();
      if (what === undefined) then();
      else if (this.of.now > until) this.of.violate(`after ${PEACE_MS} ms of peace ${what}`);
      else this.of.after(LOOK_MS, undefined, look);
    };
    look();
  }
}
