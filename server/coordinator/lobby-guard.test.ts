// A command of the lobby at which processes die: it is refused after that, and no other is.
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { CommandMark } from '../store/index.ts';
import { temporaryFolder } from '../store/test-disk.ts';
import { LobbyGuard } from './lobby-guard.ts';
import { Session } from './session.ts';
import { log, metrics } from './test-room.ts';

const ann = new Session({ id: 1, token: 'a', name: 'ann' });
const bob = new Session({ id: 2, token: 'b', name: 'bob' });
const now = Date.now();

/** A process on the marks of the one before. */
function start(path: string, at = now): { guard: LobbyGuard; mark: CommandMark } {
  const mark = new CommandMark(path, at);
  onTestFinished(() => mark.close());
  return { mark, guard: new LobbyGuard({ mark, log, metrics }) };
}

const newPath = () => join(temporaryFolder(), 'lobby-command');
const refusal = expect.objectContaining({ kind: 'rejected', code: 'LOBBY_ERROR' });

/** The process that runs the command ends in it. @returns whether it has run it. */
function dieAt(path: string, session: Session, seq: number, name: string, at = now): boolean {
  const { mark, guard } = start(path, at);
  const run = vi.fn(() => mark.close());
  guard.run(session, { seq, name }, run);
  return run.mock.calls.length === 1;
}

const runs = (path: string, session: Session, seq: number, name: string): unknown =>
  start(path).guard.run(session, { seq, name }, () => 'answer');

describe('A command of the lobby', () => {
  it('at which two processes have died is refused by the third, and others are run', () => {
    const path = newPath();
    expect(dieAt(path, ann, 5, 'audit')).toBe(true);
    expect(dieAt(path, ann, 5, 'audit')).toBe(true);
    expect(dieAt(path, ann, 5, 'audit')).toBe(false);
    expect(runs(path, ann, 5, 'audit')).toEqual(refusal);
    expect(runs(path, ann, 6, 'audit')).toBe('answer');
    expect(runs(path, bob, 5, 'audit')).toBe('answer');
  });

  it('at which one process has died is run again', () => {
    const path = newPath();
    dieAt(path, ann, 5, 'audit');
    expect(runs(path, ann, 5, 'audit')).toBe('answer');
    expect(runs(path, ann, 5, 'audit')).toBe('answer');
  });

  it('that throws has not ended its process', () => {
    const path = newPath();
    for (let i = 0; i < 3; i++) {
      const throwing = () =>
        start(path).guard.run(ann, { seq: 1, name: 'audit' }, () => {
          throw new Error('a mistake of ours');
        });
      expect(throwing).toThrow('a mistake');
    }
    expect(runs(path, ann, 1, 'audit')).toBe('answer');
  });

  it('of a name at which six processes have died is refused to everyone for a while', () => {
    const path = newPath();
    for (let seq = 1; seq <= 6; seq++) expect(dieAt(path, ann, seq, 'audit')).toBe(true);
    expect(dieAt(path, bob, 1, 'audit')).toBe(false);
    expect(runs(path, bob, 1, 'online')).toBe('answer');
  });

  it('of a name at which processes have died long ago is run', () => {
    const path = newPath();
    const longAgo = now - 3600_000;
    for (let seq = 1; seq <= 6; seq++) dieAt(path, ann, seq, 'audit', longAgo);
    expect(runs(path, bob, 1, 'audit')).toBe('answer');
    const inTheFuture = now + 3600_000;
    for (let seq = 1; seq <= 6; seq++) dieAt(path, ann, seq, 'trade', inTheFuture);
    expect(runs(path, bob, 1, 'trade')).toBe('answer');
  });
});
