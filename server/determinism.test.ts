// What a game's author is told by `--verify-determinism`, which `npm run dev` sets, of a game that cannot be recovered.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LogLine, ServerProcess } from '../load-test/server-process.ts';
import { player, startServerWith, temporaryDirectory } from './test-server.ts';

const gameOf = (
  name: string,
  before: string,
  lines: string,
) => `import { defineGame, Type } from 'holdfast/game';
${before}
export default defineGame({ name: '${name}', text: 'Saves.', ticksPerSecond: 20, playersMax: 9, entities: {},
${lines} });`;

/** @returns a server with these games. */
function start(games: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const data = temporaryDirectory();
  const paths = Object.entries(games).flatMap(([name, game]) => {
    const path = join(data, `${name}.ts`);
    writeFileSync(path, game);
    return ['--game', path];
  });
  return startServerWith({ TMPDIR: data }, '--data', data, ...paths, '--verify-determinism');
}

const logged = (server: ServerProcess, text: string, game?: string): LogLine | undefined =>
  server.log.find((line) => line.msg?.includes(text) && (game === undefined || line.game === game));

describe('--verify-determinism', () => {
  it('tells authors what to use in place of calls and memory that a recovery would not have', async () => {
    let requests = 0;
    const asked = createServer((_request, response) => {
      requests++;
      response.end();
    });
    await new Promise<void>((resolve) => asked.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void asked.close());
    const url = `http://127.0.0.1:${(asked.address() as AddressInfo).port}/`;
    const fetching = `state: () => ({ total: 0 }), commands: {
      ask: { args: Type.Object({}), run: () => { fetch('${url}').catch(() => {}); return 1; } },
      count: { args: Type.Object({}), run: (room) => ++room.state.total },
    }`;
    const remembering = `state: () => ({ total: 0 }), commands: {},
      join(room, player) { names.add(player.name); },
      tick(room) { room.state.total = names.size; }`;
    const server = await start({
      fetching: gameOf('fetching', '', fetching),
      remembering: gameOf('remembering', 'const names = new Set();', remembering),
      timing: gameOf(
        'timing',
        '',
        'state: () => ({}), commands: {}, tick(room) { room.state.at = Date.now(); }',
      ),
    });
    const client = await player(server);

    // A tick that throws ends the room.
    const timing = client.join({ game: 'timing' });
    await expect(timing).rejects.toMatchObject({ code: 'GAME_ERROR' });
    await expect
      .poll(() => logged(server, 'the room was ended', 'timing'))
      .toMatchObject({
        err: {
          code: 'NOT_DETERMINISTIC',
          message: expect.stringMatching(/^timing\.ts:4: Date\.now\(\) in tick: use room\.now,/),
        },
      });

    // A command that throws is refused, and nothing was sent.
    const room = await client.join({ game: 'fetching' });
    await expect(room.call('ask')).rejects.toMatchObject({ code: 'GAME_ERROR' });
    expect(await room.call('count')).toBe(1);
    expect(requests).toBe(0);
    await expect
      .poll(() => logged(server, 'the command was refused'))
      .toMatchObject({
        command: 'ask',
        err: {
          message: expect.stringMatching(
            /^fetching\.ts:5: fetch\(\) in the command ask: it would be/,
          ),
          stack: expect.stringContaining('fetching.ts:5:'),
        },
      });

    await client.join({ game: 'remembering' });
    await expect
      .poll(() => logged(server, 'not deterministic', 'remembering'))
      .toMatchObject({ level: 'error', path: 'state.total', live: '1', again: '0' });
    await expect.poll(() => server.metric('holdfast_determinism_errors_total')).toBeGreaterThan(0);
  });
});
