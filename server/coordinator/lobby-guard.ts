// Refuses a command of the lobby that has ended processes: a client sends an unanswered command again, so it
// would end each new coordinator.
import { performance } from 'node:perf_hooks';
import type { Log, ProcessMetrics } from '../observe/index.ts';
import type { CommandMark, DeadCommand } from '../store/index.ts';
import { type Answer, refused } from './answer.ts';
import type { Session } from './session.ts';

export interface LobbyGuardOptions {
  readonly mark: Pick<CommandMark, 'deaths' | 'begin' | 'end'>;
  readonly log: Log;
  readonly metrics: ProcessMetrics<'coordinator'>;
}

interface Command {
  readonly seq: number;
  readonly name: string;
}

/** Deaths at one command with which it is at fault: one may be a coincidence. */
const DEATHS_OF_ONE = 2;
/** Deaths at commands of one name, of any sessions, within `NAME_MS`: all commands of that name are refused
 *  then, for `NAME_MS`. */
const DEATHS_OF_NAME = 6;
const NAME_MS = 10 * 60_000;

export class LobbyGuard {
  private readonly options: LobbyGuardOptions;
  private readonly deadly = new Set<string>();
  private readonly deadlyNames = new Set<string>();
  private readonly namesUntil = performance.now() + NAME_MS;

  constructor(options: LobbyGuardOptions) {
    this.options = options;
    const { deaths } = options.mark;
    for (const of of deaths) {
      if (countOf(deaths, (other) => keyOf(other) === keyOf(of)) >= DEATHS_OF_ONE)
        this.deadly.add(keyOf(of));
      // The distance both ways: with a clock that was set back, a death in the future would stay recent.
      const recent = ({ name, at }: DeadCommand) =>
        name === of.name && Math.abs(Date.now() - at) < NAME_MS;
      if (countOf(deaths, recent) >= DEATHS_OF_NAME) this.deadlyNames.add(of.name);
    }
  }

  /** Runs a command, unless processes have died at it.
   *  @param run returns, or throws, or ends the process. */
  run<T>(session: Session, { seq, name }: Command, run: () => T): T | Answer {
    const { mark, log, metrics } = this.options;
    if (this.isDeadly(session, { seq, name })) {
      metrics.count('commandsSetAside');
      const text = 'a command of the lobby is refused, as processes have ended while they ran it';
      log.error({ session: session.id, seq, command: name }, text);
      return refused('LOBBY_ERROR', name);
    }
    mark.begin(session.id, seq, name);
    try {
      return run();
    } finally {
      mark.end();
    }
  }

  private isDeadly({ id: session }: Session, { seq, name }: Command): boolean {
    if (this.deadly.has(keyOf({ session, seq }))) return true;
    return this.deadlyNames.has(name) && performance.now() < this.namesUntil;
  }
}

const keyOf = ({ session, seq }: Pick<DeadCommand, 'session' | 'seq'>): string =>
  `${session} ${seq}`;

const countOf = <T>(all: readonly T[], is: (one: T) => boolean): number => all.filter(is).length;
