import { describe, expect, it } from 'vitest';
import { banner, printBanner } from './banner.ts';

const facts = {
  host: '0.0.0.0',
  port: 8000,
  adminHost: '127.0.0.1',
  adminPort: 9464,
  workers: 4,
  games: [{ name: 'paint', matched: 1 }],
} as const;

describe('the banner', () => {
  it('says where to connect, how to play, where the metrics are, and how many workers', () => {
    const text = banner(facts);
    expect(text).toContain('127.0.0.1:8000');
    expect(text).toContain('npm run play -- --game paint   in another terminal');
    expect(text).toContain('http://127.0.0.1:9464/metrics');
    expect(text).toMatch(/workers +4$/m);
    expect(banner({ ...facts, workers: 'per-client' })).toContain('one for each client');
  });

  it('gives the flags that the player needs where the address is not the usual one', () => {
    expect(banner({ ...facts, port: 9000 })).toContain('npm run play -- --game paint --port 9000 ');
    const text = banner({ ...facts, host: '::1', port: 9000 });
    expect(text).toContain('npm run play -- --game paint --host ::1 --port 9000 ');
    expect(text).toContain('[::1]:9000');
  });

  it('gives a command for each game that is loaded, and says how many players a match needs', () => {
    const games = [
      { name: 'paint', matched: 1 },
      { name: 'duel', matched: 2 },
    ];
    const text = banner({ ...facts, games });
    expect(text).toMatch(/play +npm run play -- --game paint {3}in another terminal$/m);
    expect(text).toMatch(
      /^ +npm run play -- --game duel {3}in 2 terminals: 2 players are matched$/m,
    );
    expect(text).not.toContain('goldrush');
  });

  it('names a bounded number of games', () => {
    const games = Array.from({ length: 30 }, (_, i) => ({ name: `game${i}`, matched: 1 }));
    expect(banner({ ...facts, games })).toContain('and 22 more games');
  });

  it('is shown to a person only, with the ports that were bound', () => {
    const config = { ...facts, port: 0, adminPort: 0 };
    const bound = { port: 1234, adminPort: 5678, games: facts.games };
    const shown: string[] = [];
    const writeText = (text: string) => shown.push(text);
    printBanner(config, bound, { isPretty: false, writeText });
    expect(shown).toEqual([]);
    printBanner(config, bound, { isPretty: true, writeText });
    expect(shown[0]).toContain(':1234');
    expect(shown[0]).toContain(':5678/metrics');
  });
});
