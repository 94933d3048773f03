import { describe, expect, it } from 'vitest';
import { actionOf } from '../keymap.ts';
import { anyKeymap } from './any-keys.ts';
import { bindingsOf } from './bindings.ts';
import { commandText, unknownGameText, usageText, valueText } from './command-words.ts';
import { EventLines, unknownEventText } from './event-lines.ts';
import { gameInfoOf, gameRowsOf } from './game-info.ts';
import { argOf, commandOf, infoOf } from './test-any.ts';
import { typedCommandOf } from './typed-command.ts';

const step = (name: string) => argOf(name, { min: -1, max: 1 });
const walk = commandOf('walk', step('dx'), step('dy'));
const painted = commandOf('painted');
const directions = ['north', 'east', 'south', 'west'];

describe('What the server says of a game', () => {
  it('is read from its JSON schemas', () => {
    const answer = [
      {
        name: 'paint',
        text: 'Paint.',
        world: { width: 8, height: 4, viewRadius: 2 },
        commands: [
          {
            name: 'walk',
            args: {
              type: 'object',
              required: ['dx'],
              properties: {
                dx: { type: 'integer', minimum: -1, maximum: 1 },
                mode: { anyOf: [{ const: 'run' }, { const: 'creep' }] },
              },
            },
          },
        ],
      },
    ];
    expect(gameInfoOf(answer, 'paint')).toEqual({
      name: 'paint',
      text: 'Paint.',
      world: { width: 8, height: 4 },
      commands: [
        commandOf(
          'walk',
          argOf('dx', { min: -1, max: 1 }),
          argOf('mode', { type: 'string', isOptional: true, values: ['run', 'creep'] }),
        ),
      ],
    });
  });

  it('may be anything without harm', () => {
    const odd = [
      undefined,
      null,
      7,
      'x',
      [],
      {},
      [null],
      [{ name: 'g' }],
      [{ name: 'g', commands: 3 }],
    ];
    for (const value of odd) {
      expect(gameInfoOf(value, 'g')?.commands ?? []).toEqual([]);
      expect(() => gameRowsOf(value)).not.toThrow();
    }
    const commands = [{ name: 'a', args: { properties: { b: null, c: { enum: [{}] } } } }, null];
    expect(gameInfoOf([{ name: 'g', commands }], 'g')!.commands).toHaveLength(1);
  });
});

describe('Keys of a game that the client does not know', () => {
  it('walk by a command with dx and dy, whatever its name', () => {
    const { walk: moves } = bindingsOf([painted, commandOf('hop', step('dx'), step('dy'))]);
    expect(moves!.steps.map((one) => one!.args)).toEqual([
      { dx: 0, dy: -1 },
      { dx: 1, dy: 0 },
      { dx: 0, dy: 1 },
      { dx: -1, dy: 0 },
    ]);
    expect(moves!.steps[0]!.name).toBe('hop');
  });

  it.each([
    [directions, { to: 'north' }, { to: 'west' }],
    [['left', 'right', 'down', 'up'], { to: 'up' }, { to: 'left' }],
    [['W', 'A', 'S', 'D'], { to: 'W' }, { to: 'A' }],
    [['N', 'E', 'S', 'W'], { to: 'N' }, { to: 'W' }],
  ])('walk by a direction out of %j', (values, north, west) => {
    const { walk: moves } = bindingsOf([commandOf('go', argOf('to', { type: 'string', values }))]);
    expect([moves!.steps[0]!.args, moves!.steps[3]!.args]).toEqual([north, west]);
  });

  it('walk by commands that are called as the directions', () => {
    const { walk: moves, plain } = bindingsOf(['left', 'right', 'bark'].map((n) => commandOf(n)));
    expect(moves!.steps.map((one) => one?.name)).toEqual([undefined, 'right', undefined, 'left']);
    expect(plain.map(({ name }) => name)).toEqual(['bark']);
  });

  it('take no place in the world for a step', () => {
    const place = (name: string) => argOf(name, { min: 0, max: 31 });
    expect(bindingsOf([commandOf('paint', place('x'), place('y'))]).walk).toBeUndefined();
    const more = commandOf('build', step('dx'), step('dy'), argOf('what', { type: 'string' }));
    expect(bindingsOf([more]).walk).toBeUndefined();
  });

  it('aim by a second command with a direction, and the space bar shoots ahead', () => {
    const fire = commandOf('fire', argOf('direction', { type: 'string', values: directions }));
    const keymap = anyKeymap(infoOf({ commands: [fire, walk] }), true);
    expect(bindingsOf([fire, walk])).toMatchObject({
      walk: { text: 'walk' },
      aim: { text: 'fire' },
    });
    expect(actionOf({ name: 'space' }, keymap)).toEqual({ do: 'shootAhead' });
    expect(actionOf({ name: 'up', shift: true }, keymap)).toEqual({ do: 'shoot', direction: 0 });
  });

  it('send the first command without arguments by the space bar, or one that is called as an act', () => {
    const spaceOf = (...names: string[]) => {
      const commands = [walk, ...names.map((name) => commandOf(name))];
      return actionOf({ name: 'space' }, anyKeymap(infoOf({ commands }), true));
    };
    expect(spaceOf('painted', 'reset')).toEqual({ do: 'command', command: 'painted' });
    expect(spaceOf('painted', 'dig')).toEqual({ do: 'command', command: 'dig' });
    expect(spaceOf()).toBeUndefined();
  });

  it('offer only what the game has', () => {
    const { rows, hints } = anyKeymap(infoOf({ commands: [walk, painted] }), true);
    const text = rows.map(({ keys, text }) => `${keys} ${text}`).join('\n');
    expect(text).toContain('arrows, W A S D walk');
    expect(text).toContain('/walk 1 0');
    expect(text).not.toMatch(/shoot|trade|scores/);
    expect(hints).toContain('Space painted');
    expect(anyKeymap(undefined, false).hints).toEqual(['? help', 'Enter chat', 'Q quit']);
  });
});

describe('A command that is typed', () => {
  const build = commandOf(
    'build',
    argOf('what', { type: 'string', values: ['wall', 'door'] }),
    argOf('big', { type: 'boolean', isOptional: true }),
    argOf('note', { type: 'string', isOptional: true }),
  );
  const commands = [walk, painted, build];
  it.each([
    ['/walk 1 0', 'walk', { dx: 1, dy: 0 }],
    ['/walk dx=1 dy=-1', 'walk', { dx: 1, dy: -1 }],
    ['/walk dy=1 0', 'walk', { dx: 0, dy: 1 }],
    ['/WALK {"dx":1,"dy":0}', 'walk', { dx: 1, dy: 0 }],
    ['/walk x', 'walk', { dx: 'x' }],
    ['/painted', 'painted', {}],
    ['/build wall yes near the gate', 'build', { what: 'wall', big: true, note: 'near the gate' }],
    ['/build "door"', 'build', { what: 'door' }],
    ['/build what=wall note="a b"', 'build', { what: 'wall', note: 'a b' }],
  ])('%s', (line, name, args) => {
    expect(typedCommandOf(line, commands)).toEqual({ name, args, excess: '' });
  });

  it('is not sent with words that it has no argument for', () => {
    expect(typedCommandOf('/walk 1 0 5 6', commands)).toMatchObject({ excess: '5 6' });
  });

  it('is none of the game’s where the game has no such command', () => {
    for (const line of ['/fly', '/', '//walk', '/constructor', '/__proto__']) {
      expect(typedCommandOf(line, commands)).toBeUndefined();
    }
  });
});

describe('Words', () => {
  it('say what a command takes', () => {
    expect(commandText(walk)).toBe('walk dx dy: each -1 to 1');
    expect(commandText(painted)).toBe('painted');
    const card = argOf('card', { min: 0, max: 6, text: 'place in your hand' });
    const face = argOf('face', { type: 'string', isOptional: true, values: ['up', 'down'] });
    expect(commandText({ ...commandOf('play', card, face), text: 'plays a card' })).toBe(
      'play card [face]: plays a card; card place in your hand, 0 to 6, face up or down',
    );
  });

  it('say how the command is used that is being typed', () => {
    expect(usageText('/wa', [walk])).toBe('walk dx dy: each -1 to 1');
    expect(usageText('/walk 1 ', [walk])).toBe('walk dx dy: each -1 to 1');
    expect(usageText('/wa 1', [walk])).toBe('');
    expect(usageText('walk', [walk])).toBe('');
  });

  it('show values of any shape in one short line', () => {
    expect(valueText({ by: 'ada', at: [1, 2.345], deep: { a: { b: 1 } } })).toBe(
      'by ada, at 1, 2.35, deep a …',
    );
    expect(valueText('x'.repeat(500)).length).toBeLessThanOrEqual(60);
    expect(valueText('two\nlines\x1b[2J')).not.toMatch(/\p{Cc}/u);
  });

  it('name the games that there are where the one asked for is not', () => {
    const games = gameRowsOf([{ name: 'paint' }, { name: 'duel', match: { players: 2 } }]);
    expect(unknownGameText('chess', games)).toBe(
      'This server has no game named chess. It has: paint, duel (for 2 players, who are matched). Choose one: --game paint',
    );
  });
});

describe('Events of a game that the client does not know', () => {
  it('are shown by their names and data', () => {
    expect(unknownEventText('boom', { at: [1, 2], by: 'ada' })).toBe('boom: at 1, 2, by ada');
    expect(unknownEventText('boom', null)).toBe('boom');
  });

  it('become a line a second of each kind, which counts those that were left out', () => {
    const lines = new EventLines();
    const told = Array.from({ length: 100 }, (_, i) => lines.line('boom', 'boom', i * 20));
    expect(told.filter((line) => line !== undefined)).toEqual(['boom', 'boom (and 49 more)']);
    expect(lines.line('other', 'other', 1990)).toBe('other');
  });
});
