// What a person at a terminal sees when the server has started: where to connect, how to play.

/** What the banner tells of. */
export interface BannerFacts {
  readonly host: string;
  readonly port: number;
  readonly adminHost: string;
  readonly adminPort: number;
  /** Worker processes, or one for each client. */
  readonly workers: number | 'auto' | 'per-client';
  /** The games that are loaded. `matched`: how many players a match of it has; 1 where it is joined alone. */
  readonly games: readonly { readonly name: string; readonly matched: number }[];
}

const EVERY_ADDRESS = new Set(['0.0.0.0', '::']);
const DEFAULT_PORT = 8000;

/** Games beyond these are only counted. */
const GAMES_SHOWN = 8;

export function banner(facts: BannerFacts): string {
  const { host, port, adminHost, adminPort, workers } = facts;
  const everywhere = EVERY_ADDRESS.has(host) ? ' and every other address of this machine' : '';
  const rows = [
    ['players', `${hostPort(host, port)}${everywhere}`],
    ...playRows(facts),
    ['metrics', `http://${hostPort(adminHost, adminPort)}/metrics`],
    ['workers', workersText(workers)],
    ['stop', 'Ctrl-C'],
  ];
  const lines = rows.map(([name = '', text]) => `    ${name.padEnd(9)}${text}`);
  return ['', '  Holdfast is running.', '', ...lines, '', ''].join('\n');
}

/** A command for each game, to be run in another terminal. */
function playRows({ host, port, games }: BannerFacts): string[][] {
  const address = [
    EVERY_ADDRESS.has(host) || host === '127.0.0.1' ? '' : ` --host ${host}`,
    port === DEFAULT_PORT ? '' : ` --port ${port}`,
  ].join('');
  const rows = games.slice(0, GAMES_SHOWN).map(({ name, matched }, i) => {
    const hint = matched > 1 ? `in ${matched} terminals: ${matched} players are matched` : '';
    const where = hint || (i === 0 ? 'in another terminal' : '');
    return [
      i === 0 ? 'play' : '',
      `npm run play -- --game ${name}${address}${where && `   ${where}`}`,
    ];
  });
  if (games.length > GAMES_SHOWN) rows.push(['', `and ${games.length - GAMES_SHOWN} more games`]);
  return rows;
}

function workersText(workers: BannerFacts['workers']): string {
  if (workers === 'per-client') return 'one for each client';
  return workers === 'auto' ? 'one for each core' : String(workers);
}

/** An address that a program on this machine can connect to. */
function hostPort(host: string, port: number): string {
  const name = EVERY_ADDRESS.has(host) ? '127.0.0.1' : host;
  return `${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** Where the server listens; the configuration may have said: any free port. */
export interface BoundPorts {
  readonly port: number;
  readonly adminPort: number;
}

/** Shows the banner to a person; a program that reads the log as JSON gets none. */
export function printBanner(
  config: Omit<BannerFacts, 'games'>,
  bound: BoundPorts & Pick<BannerFacts, 'games'>,
  screen: { readonly isPretty: boolean; writeText(text: string): void },
): void {
  if (screen.isPretty) screen.writeText(banner({ ...config, ...bound }));
}
