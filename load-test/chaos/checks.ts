// What must hold after a chaos run: one row for each invariant, judged from the evidence alone.
import { wronglyHeld, wronglyPassed, wronglyRaised } from './check-sharing.ts';
import type { Evidence, Outcome } from './evidence.ts';
import { rowOf } from './kinds.ts';

export interface Invariant {
  readonly text: string;
  /** @returns a sentence for each violation. */
  violations(evidence: Evidence): string[];
}

export interface Violation {
  readonly invariant: string;
  readonly text: string;
}

/** Descriptors that come and go: a connection of the admin interface, a child being replaced. */
const DESCRIPTORS_SLACK = 4;

export const invariants: Readonly<Record<string, Invariant>> = {
  recovery: {
    text: 'the server is whole again after each fault, and every client is served',
    violations: ({ outcomes }) => outcomes.flatMap(notRecovered),
  },
  connections: {
    text: 'no connection is dropped but where the fault cuts it',
    violations: ({ outcomes }) => outcomes.flatMap(dropped),
  },
  meanwhile: {
    text: 'no session, place or answer is lost or wrong',
    violations: ({ problems }) => [...problems],
  },
  exactlyOnce: {
    text: 'every acknowledged command is applied exactly once and in order',
    violations: miscounted,
  },
  gold: {
    text: 'gold is neither made nor lost',
    violations: ({ audits }) =>
      audits
        .filter(({ total, expected }) => total !== expected)
        .slice(0, 1)
        .map(({ total, expected }) => `there is ${total} gold where ${expected} was placed`),
  },
  accounts: {
    text: 'accounts hold what rooms have put into them, no more and no less',
    violations: ({ accounts }) =>
      accounts
        .filter(({ accounts, rooms }) => accounts !== rooms)
        .map(
          ({ item, accounts, rooms }) => `accounts hold ${accounts} ${item}, rooms gave ${rooms}`,
        ),
  },
  locks: {
    text: 'a shared lock has one holder at a time, with a higher number each, and none that is dead',
    violations: ({ sharing }) => wronglyHeld(sharing),
  },
  values: {
    text: 'a value that is raised under the lock misses no increment that was acknowledged',
    violations: ({ sharing }) => wronglyRaised(sharing),
  },
  queues: {
    text: 'every item of a shared queue that was put is taken exactly once, or is there',
    violations: ({ sharing }) => wronglyPassed(sharing),
  },
  quarantine: {
    text: 'no room is set aside but one that was made to go wrong',
    violations: ({ quarantined, sabotaged }) =>
      quarantined
        .filter((room) => !sabotaged.includes(room))
        .map((room) => `room ${room} was set aside and nobody had harmed it`),
  },
  replay: {
    text: 'the replay of a room’s files gives the state that the server had',
    violations: ({ replays }) =>
      replays
        .filter(({ verdict }) => verdict !== 'equal')
        .map(({ room, tick, verdict }) => `room ${room} at tick ${tick}: ${verdict}`),
  },
  leftovers: {
    text: 'no descriptor, process or file is left over',
    violations: leftOver,
  },
};

/** @returns nothing when all is as it must be. */
export function violationsOf(evidence: Evidence): Violation[] {
  return Object.entries(invariants).flatMap(([invariant, { violations }]) =>
    violations(evidence).map((text) => ({ invariant, text })),
  );
}

export const nameOf = ({ kinds }: Pick<Outcome, 'kinds'>): string => kinds.join(' + ');

export function notRecovered(outcome: Outcome): string[] {
  const { failures, window } = outcome;
  const name = nameOf(outcome);
  return [
    ...failures.map((failure) => `${name}: ${failure}`),
    ...window.stuck.map((situation) => `${name}: nobody serves ${situation}`),
  ];
}

export function dropped(outcome: Outcome): string[] {
  const { lost, lostBefore, reasons } = outcome.window;
  const why = `, the first: ${reasons.join('; ')}`;
  const name = nameOf(outcome);
  const mayLose = outcome.kinds.some((kind) => rowOf(kind).drops === 'all');
  return [
    ...(lost > 0 && !mayLose ? [`${name}: ${lost} connections were dropped${why}`] : []),
    ...(lostBefore > 0 ? [`${lostBefore} connections were dropped before ${name}${why}`] : []),
  ];
}

function miscounted({ records, tally }: Evidence): string[] {
  const found = records.flatMap(({ name, sent, acknowledged, applied }) => {
    if (acknowledged > applied) {
      return [`${name} was told of ${acknowledged} additions, and the room has ${applied}`];
    }
    if (applied !== sent) return [`${name} made ${sent} additions, and the room has ${applied}`];
    return [];
  });
  const { total, violations, firstViolation } = tally;
  const sent = records.reduce((sum, record) => sum + record.sent, 0);
  if (total !== sent) found.push(`${sent} additions were made, and the room has ${total} in all`);
  if (violations > 0) {
    found.push(`the room saw ${violations} additions out of order, first: ${firstViolation}`);
  }
  return found;
}

function leftOver({ descriptors, exitCode, processesLeft, filesLeft }: Evidence): string[] {
  const found: string[] = [];
  if (descriptors) {
    const { before, after, connected, connections } = descriptors;
    if (after > before + DESCRIPTORS_SLACK) {
      found.push(`the primary had ${before} descriptors without clients, now it has ${after}`);
    }
    if (connected > before + connections + DESCRIPTORS_SLACK) {
      const most = before + connections;
      found.push(
        `the primary had ${connected} descriptors for ${connections} clients, not ${most}`,
      );
    }
  }
  if (exitCode !== 0) found.push(`the server ended with exit code ${exitCode}`);
  if (processesLeft.length > 0) found.push(`processes are left: ${processesLeft.join(', ')}`);
  if (filesLeft.length > 0) found.push(`files are left: ${filesLeft.join(', ')}`);
  return found;
}
