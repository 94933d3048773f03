// Sessions on disk: after any fault they are as the events say that were appended.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountOf } from './account-id.ts';
import { CompactedLog } from './compacted-log.ts';
import { systemDisk } from './disk.ts';
import { pack } from './msgpack.ts';
import { REASONS_MAX, type SessionEvent, SessionHistory, sessionCodec } from './session-events.ts';
import {
  FollowedSessions,
  SessionsFile,
  type SessionsFileOptions,
  sessionsFormat,
} from './sessions-file.ts';
import { StoreError } from './store-error.ts';
import { crashingDisk, smallDisk, temporaryFolder } from './test-disk.ts';

const newOptions = (): SessionsFileOptions => ({
  path: join(temporaryFolder(), 'sessions.log'),
  policy: 'always',
  answersKept: 3,
});

const session = fc.integer({ min: 1, max: 4 });
const room = fc.integer({ min: 1, max: 3 });
const wait = fc.record({
  game: fc.constantFrom('chess', 'duel'),
  ticket: fc.option(
    fc.record({ party: fc.string(), size: fc.nat(9), since: fc.nat(), room: fc.nat() }),
  ),
});
const event: fc.Arbitrary<SessionEvent> = fc.oneof(
  fc.record({
    kind: fc.constant('begin' as const),
    session,
    token: fc.string(),
    name: fc.string(),
    account: fc.string(),
    fence: fc.nat(),
  }),
  fc.record({ kind: fc.constant('join' as const), session, room }),
  fc.record({ kind: fc.constant('leave' as const), session, room }),
  fc.record({ kind: fc.constant('end' as const), session }),
  fc.record({
    kind: fc.constant('lobby' as const),
    session,
    seq: fc.nat(),
    answer: fc.record({ kind: fc.constant('result'), value: fc.array(fc.string()) }),
  }),
  fc.record({ kind: fc.constant('wait' as const), session, wait }),
  fc.record({
    kind: fc.constant('lobby' as const),
    session,
    seq: fc.nat(),
    answer: fc.constant(null),
    wait,
  }),
);

function historyOf(events: readonly SessionEvent[]): SessionHistory {
  const history = new SessionHistory(3);
  for (const event of events) history.apply(event);
  return history;
}

describe('The file of sessions', () => {
  it('takes sessions from before there were accounts: they have none', () => {
    const history = new SessionHistory(3);
    history.apply(sessionCodec.fromArray([1, 1, 't', 'ann']));
    expect(history.saved().sessions).toMatchObject([{ token: 't', account: '', fence: 0 }]);
  });

  it('has no key of an account, also where an older version has written one', async () => {
    const options = newOptions();
    const { file } = SessionsFile.open(options);
    const key = 'a-key-of-an-older-version';
    file.append({ kind: 'begin', session: 1, token: 't', name: 'ann', key, fence: 7 });
    await file.close();
    expect(readFileSync(options.path, 'latin1')).toContain(key);
    const { file: next, saved } = SessionsFile.open(options);
    expect(saved.sessions).toMatchObject([{ account: accountOf(key), key, fence: 7 }]);
    void next.sync();
    await expect.poll(() => readFileSync(options.path, 'latin1')).not.toContain(key);
    await next.close();
    const again = SessionsFile.open(options).saved;
    expect(again).toEqual({ ...saved, sessions: [{ ...saved.sessions[0]!, key: '' }] });
  });

  it('knows the highest fencing number, also of a session that has ended', async () => {
    const options: SessionsFileOptions = { ...newOptions(), policy: 'never' };
    const { file } = SessionsFile.open(options);
    const begin = (session: number, fence: number): void => {
      file.append({ kind: 'begin', session, token: 't', name: 'ann', account: 'a', fence });
      file.append({ kind: 'end', session });
    };
    begin(1, 9);
    for (let i = 2; i < 3000; i++) begin(i, 8);
    await file.close();
    const { saved } = SessionsFile.open(options);
    expect(saved).toMatchObject({ sessions: [], lastFence: 9 });
  });

  it('is empty at first', () => {
    const { saved, droppedBytes } = SessionsFile.open(newOptions());
    expect(saved).toEqual({ sessions: [], waiting: [], lastSession: 0, lastRoom: 0, lastFence: 0 });
    expect(droppedBytes).toBe(0);
  });

  it('gives back why a session is in a room no longer, until its client was told', () => {
    const options = newOptions();
    const { file } = SessionsFile.open(options);
    file.append({ kind: 'begin', session: 1, token: 't', name: 'ann' });
    for (const room of [4, 5, 6]) {
      file.append({ kind: 'join', session: 1, room });
      file.append({ kind: 'leave', session: 1, room, reason: ['ROOM_ENDED', `end of ${room}`] });
    }
    file.append({ kind: 'leave', session: 1, room: 5 });
    file.append({ kind: 'join', session: 1, room: 6 });
    const lost = [[4, { code: 'ROOM_ENDED', text: 'end of 4' }]];
    const { file: again, saved } = SessionsFile.open(options);
    expect(saved.sessions).toMatchObject([{ rooms: [6], lost }]);
    // So often that the file is made anew.
    for (let i = 0; i < 3000; i++) again.append({ kind: 'join', session: 1, room: 7 });
    expect(SessionsFile.open(options).saved.sessions).toMatchObject([{ rooms: [6, 7], lost }]);
    for (let room = 100; room < 100 + REASONS_MAX; room++) {
      again.append({ kind: 'leave', session: 1, room, reason: ['ROOM_LOST', ''] });
    }
    const [session] = SessionsFile.open(options).saved.sessions;
    expect(session!.lost.map(([room]) => room)).toEqual(
      Array.from({ length: REASONS_MAX }, (_, i) => 100 + i),
    );
  });

  it('gives back who there was, in which rooms, and what the lobby had answered', () => {
    const options = newOptions();
    const { file } = SessionsFile.open(options);
    const own = { account: 'k', fence: 7 };
    file.append({ kind: 'begin', session: 1, token: 't', name: 'ann', ...own });
    file.append({ kind: 'begin', session: 2, token: 'u', name: 'bob' });
    for (const room of [5, 4, 9]) file.append({ kind: 'join', session: 1, room });
    file.append({ kind: 'leave', session: 1, room: 9 });
    for (const seq of [1, 2, 3, 4]) file.append({ kind: 'lobby', session: 1, seq, answer: [seq] });
    file.append({ kind: 'end', session: 2 });
    const answers = [2, 3, 4].map((seq) => [seq, [seq]]);
    expect(SessionsFile.open(options).saved).toEqual({
      sessions: [
        {
          ...{ id: 1, token: 't', name: 'ann', key: '', ...own },
          ...{ rooms: [5, 4], lost: [], lobby: { applied: 4, answers } },
        },
      ],
      waiting: [],
      lastSession: 2,
      lastRoom: 9,
      lastFence: 7,
    });
  });

  it('gives back who waits for a match, in the order in which they began', () => {
    const options = newOptions();
    const { file } = SessionsFile.open(options);
    const ticket = { party: '', size: 1, since: 5, room: 3 };
    const begins = (session: number, game: string) =>
      file.append({ kind: 'lobby', session, seq: 1, answer: null, wait: { game, ticket } });
    for (const session of [1, 2, 3, 4]) {
      file.append({ kind: 'begin', session, token: `${session}`, name: 'ann' });
    }
    for (const session of [4, 1, 2, 3]) begins(session, 'duel');
    begins(1, 'chess');
    file.append({ kind: 'wait', session: 4, wait: { game: 'duel', ticket: null } });
    file.append({ kind: 'end', session: 2 });
    begins(4, 'duel');
    const { waiting } = SessionsFile.open(options).saved;
    expect(waiting.map(({ session, game }) => `${session} ${game}`)).toEqual([
      '1 duel',
      '3 duel',
      '1 chess',
      '4 duel',
    ]);
    expect(waiting[0]).toEqual({ session: 1, game: 'duel', ...ticket });
  });

  it('of the first format, which knew nobody who waits, is read', () => {
    const options = newOptions();
    const { file } = SessionsFile.open(options);
    file.append({ kind: 'begin', session: 1, token: 't', name: 'ann' });
    file.append({ kind: 'lobby', session: 1, seq: 1, answer: [7] });
    const bytes = readFileSync(options.path);
    bytes.writeUInt16LE(1, 4);
    writeFileSync(options.path, bytes);
    const lobby = { applied: 1, answers: [[1, [7]]] };
    expect(SessionsFile.open(options).saved).toMatchObject({ sessions: [{ lobby }], waiting: [] });
  });

  it('says the same after any number of starts, in ever the same bytes', () => {
    const options: SessionsFileOptions = { ...newOptions(), policy: 'never' };
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40, size: 'max' }), (events) => {
        systemDisk.remove(options.path);
        const { file } = SessionsFile.open(options);
        for (const event of events) file.append(event);
        const saved = historyOf(events).saved();
        expect(SessionsFile.open(options).saved).toEqual(saved);
        const { size } = statSync(options.path);
        expect(SessionsFile.open(options).saved).toEqual(saved);
        expect(statSync(options.path).size).toBe(size);
      }),
      { numRuns: 40 },
    );
  });

  it('says the same when it is made short while more comes, which is then there twice', () => {
    const events = fc.array(event, { maxLength: 40, size: 'max' });
    fc.assert(
      fc.property(events, events, (before, during) => {
        const begun = new Set<number>();
        // No session begins twice or ends before it has begun, and no command is answered twice.
        const mayBe = ({ kind, session }: SessionEvent) => {
          if (kind === 'end') return begun.has(session);
          return kind !== 'begin' || (!begun.has(session) && begun.add(session) !== undefined);
        };
        const first = before.filter(mayBe).map((of, seq) => ({ ...of, seq }));
        const meanwhile = during.filter(mayBe).map((of, i) => ({ ...of, seq: first.length + i }));
        const history = historyOf(first);
        const next = meanwhile.values();
        const short: SessionEvent[] = [];
        for (const event of history.events()) {
          short.push(event);
          const more = next.next();
          if (!more.done) history.apply(more.value);
        }
        for (const more of next) history.apply(more);
        expect(historyOf([...short, ...meanwhile]).saved()).toEqual(history.saved());
      }),
    );
  });

  it('says the same to a process that reads on in it, also when it was replaced or cut', () => {
    const options: SessionsFileOptions = { ...newOptions(), policy: 'never' };
    const look = fc.constantFrom('read' as const, 'replace' as const, 'cut' as const);
    const acts = fc.array(fc.oneof({ weight: 4, arbitrary: event }, look), { maxLength: 60 });
    fc.assert(
      fc.property(acts, (acts) => {
        systemDisk.remove(options.path);
        let { file } = SessionsFile.open(options);
        const followed = new FollowedSessions(options.answersKept);
        for (const act of acts) {
          if (act === 'read') followed.read(options.path, systemDisk);
          else if (act === 'cut') {
            // The end of a record that was being written when its process died.
            systemDisk.cutFile(options.path, Math.max(0, statSync(options.path).size - 3));
            ({ file } = SessionsFile.open(options));
          } else if (act === 'replace') {
            const { saved } = SessionsFile.open(options);
            systemDisk.remove(options.path);
            ({ file } = SessionsFile.open(options));
            for (const { id: session, token, name } of saved.sessions) {
              file.append({ kind: 'begin', session, token, name });
            }
          } else file.append(act);
        }
        const expected = SessionsFile.open(options).saved;
        expect(followed.read(options.path, systemDisk)).toEqual(expected);
        expect(SessionsFile.open({ ...options, followed }).saved).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it('is made short when it has become long', async () => {
    const options = newOptions();
    const { file } = SessionsFile.open({ ...options, policy: 'never' });
    file.append({ kind: 'begin', session: 1, token: 't', name: 'ann' });
    const answer = 'x'.repeat(1000);
    let seq = 0;
    for (let bytes = 0; bytes <= statSync(options.path).size; ) {
      bytes = statSync(options.path).size;
      file.append({ kind: 'lobby', session: 1, seq: ++seq, answer });
      await setImmediate();
    }
    await file.close();
    const answers = [seq - 2, seq - 1, seq].map((of) => [of, answer]);
    expect(SessionsFile.open(options).saved.sessions).toMatchObject([
      { name: 'ann', lobby: { applied: seq, answers } },
    ]);
  });

  it('loses only an event that is torn, at whichever byte', () => {
    const options = newOptions();
    const { file } = SessionsFile.open(options);
    file.append({ kind: 'begin', session: 1, token: 't', name: 'ann' });
    const { size } = statSync(options.path);
    file.append({ kind: 'join', session: 1, room: 5 });
    const bytes = readFileSync(options.path);
    for (let length = size; length < bytes.length; length++) {
      writeFileSync(options.path, bytes.subarray(0, length));
      const { saved, droppedBytes } = SessionsFile.open(options);
      expect(saved.sessions).toMatchObject([{ name: 'ann', rooms: [] }]);
      expect(droppedBytes).toBe(length - size);
    }
  });

  it('is never without its sessions while it is opened', () => {
    const options = newOptions();
    const { file } = SessionsFile.open(options);
    file.append({ kind: 'begin', session: 1, token: 't', name: 'ann' });
    for (let operations = 0; operations < 9; operations++) {
      const { disk } = crashingDisk(operations);
      try {
        SessionsFile.open({ ...options, disk });
      } catch {}
      expect(SessionsFile.open(options).saved.sessions).toHaveLength(1);
    }
  });

  it('on a full disk refuses the event and stays as it was', () => {
    const options = newOptions();
    const place = { bytes: 1_000 };
    const { file } = SessionsFile.open({ ...options, disk: smallDisk(place) });
    file.append({ kind: 'begin', session: 1, token: 't', name: 'ann' });
    place.bytes = 5;
    expect(() => file.append({ kind: 'end', session: 1 })).toThrow(StoreError);
    place.bytes = 1_000;
    file.append({ kind: 'join', session: 1, room: 2 });
    expect(SessionsFile.open(options).saved.sessions).toMatchObject([{ rooms: [2] }]);
  });

  it('with what no version writes is an error of the store, and left as it is', () => {
    const options = newOptions();
    CompactedLog.open({ ...options, format: sessionsFormat }).log.append(pack([99, 1]));
    const bytes = readFileSync(options.path);
    expect(() => SessionsFile.open(options)).toThrow(StoreError);
    expect(readFileSync(options.path)).toEqual(bytes);
  });

  it('of a newer format is refused with what to do, and left as it is', () => {
    const options = newOptions();
    SessionsFile.open(options);
    const bytes = readFileSync(options.path);
    bytes.writeUInt16LE(9, 4);
    writeFileSync(options.path, bytes);
    expect(() => SessionsFile.open(options)).toThrow(/format 9 of 4: .* start that version/);
    expect(readFileSync(options.path)).toEqual(bytes);
  });
});

describe('A session’s event', () => {
  it('is the same after it was an array', () => {
    fc.assert(
      fc.property(event, (event) => {
        expect(sessionCodec.fromArray(sessionCodec.toArray(event))).toEqual(event);
      }),
    );
    expect(() => sessionCodec.fromArray([99])).toThrow(RangeError);
  });
});
