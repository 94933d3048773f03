import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Game } from '../game.ts';
import game from './index.ts';
import { readme } from './readme.ts';
import { refusals } from './refusals.ts';

describe('The README', () => {
  it('is as readme.ts writes it', () => {
    const url = new URL('README.md', import.meta.url);
    expect(readFileSync(url, 'utf8'), 'run npx tsx server/games/goldrush/readme.ts').toBe(readme());
  });

  it('names every code in the text of a command', () => {
    const commands = Object.values((game as Game).commands as Game['commands']);
    const texts = commands.map(({ args }) => (args as { description?: string }).description).join();
    for (const code of Object.keys(refusals)) expect(texts).toContain(`\`${code}\``);
  });
});
