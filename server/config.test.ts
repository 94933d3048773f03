import { CommanderError } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Config,
  ConfigError,
  flagOf,
  type Kind,
  relations,
  type SettingName,
  type SettingRow,
  settings,
  variableOf,
} from './config.ts';
import { configurationFiles } from './document-config.ts';
import { readConfig, serveCommand, takes } from './read-config.ts';

const rows = Object.entries(settings) as [SettingName, SettingRow<Kind, unknown>][];

/** Reads the flags as the server does, but throws where it would end the process. */
function parse(...args: string[]): Config {
  const command = serveCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  return command.parse(args, { from: 'user' }).opts<Config>();
}

function refusal(...args: string[]): string {
  try {
    parse(...args);
  } catch (error) {
    if (error instanceof CommanderError) return error.message;
    throw error;
  }
  throw new Error(`${args.join(' ')} was taken`);
}

/** For each row, values that it takes and values that it does not. */
function samples(row: SettingRow<Kind, unknown>): { good: string[]; bad: string[] } {
  const { min = 0, max = 0 } = row;
  switch (row.kind) {
    case 'integer':
      return {
        good: [String(min), String(max), String(row.default)],
        bad: [
          String(min - 1),
          String(max + 1),
          `${min}.5`,
          '',
          ' ',
          'ten',
          `${min}x`,
          '0x10',
          '1e3',
        ],
      };
    case 'workers':
      return { good: ['auto', 'per-client', '1', '256'], bad: ['0', '257', '', '1.5', 'all'] };
    case 'networks':
      return {
        good: ['none', '10.0.0.0/8', '::1', '192.0.2.1,2001:db8::/32', String(row.default)],
        bad: ['', '10.0.0.0/33', '10.0.0/8', '::1/129', '127.0.0.1,', 'localhost', '10.0.0.0/8x'],
      };
    case 'names':
      return {
        good: ['', 'localhost', 'a.example.net,b-1.example.net'],
        bad: [' ', 'a,', 'a b', 'http://a', 'a:1', '-a'],
      };
    case 'choice':
      return { good: [...(row.choices ?? [])], bad: ['', 'other', 'AUTO'] };
    case 'flag':
      return { good: ['true', 'false'], bad: ['', 'yes', '1', 'TRUE'] };
    case 'string':
      return { good: ['here'], bad: [''] };
    case 'path':
      return { good: ['here', ''], bad: [] };
    case 'list':
      return { good: ['a', 'a:b'], bad: ['', ':'] };
  }
}

afterEach(() => vi.unstubAllEnvs());

describe('where a setting comes from', () => {
  // Servers of tests are told so by the environment.
  beforeEach(() => {
    vi.stubEnv('HOLDFAST_SPARES', undefined).stubEnv('HOLDFAST_WORKERS', undefined);
  });

  it('is the default without a flag and a variable', () => {
    const config = parse();
    for (const [name, row] of rows) expect(config[name], name).toEqual(row.default);
  });

  it.each(rows)('is the variable of %s before its default', (name, row) => {
    const value = samples(row).good[0]!;
    vi.stubEnv(variableOf(name), value);
    expect(parse()[name]).toEqual(parse(flagOf(name), value)[name]);
  });

  it('is the flag before the variable', () => {
    vi.stubEnv('HOLDFAST_PORT', '1111');
    expect(parse('--port', '2222').port).toBe(2222);
    expect(parse().port).toBe(1111);
  });

  it('is for a list all flags, or a variable with colons between its parts', () => {
    vi.stubEnv('HOLDFAST_GAME', '/a.ts:/b.ts');
    expect(parse().game).toEqual(['/a.ts', '/b.ts']);
    expect(parse('--game', '/c.ts', '--game', '/d.ts').game).toEqual(['/c.ts', '/d.ts']);
  });
});

describe('what a setting takes', () => {
  it.each(rows)('%s takes its bounds and refuses what is beyond them, saying so', (name, row) => {
    const { good, bad } = samples(row);
    for (const value of good) parse(flagOf(name), value);
    for (const value of bad) {
      expect(refusal(`${flagOf(name)}=${value}`)).toContain(flagOf(name));
      expect(refusal(`${flagOf(name)}=${value}`)).toContain(`It takes ${takes(row)}.`);
      vi.stubEnv(variableOf(name), value);
      expect(refusal()).toContain(variableOf(name));
    }
  });

  it.each(rows)('%s has a default that it would take', (name, row) => {
    if (row.kind !== 'list') parse(flagOf(name), String(row.default));
  });

  it('names a flag that does not exist', () => {
    expect(refusal('--prot', '1')).toContain('--prot');
    expect(refusal('--prot', '1')).toContain('(Did you mean --port?)');
  });

  it('says how a game is given where a word stands alone', () => {
    expect(refusal('paint.ts')).toContain('a game as in --game paint.ts');
  });

  it.each([
    ['--idle-ms', '10s', 'Its unit is ms: 10s is 10000.'],
    ['--snapshot-ms', '1.5 min', 'Its unit is ms: 1.5 min is 90000.'],
    ['--worker-memory-max', '1GB', 'Its unit is bytes: 1GB is 1073741824.'],
    ['--rooms-kept-bytes', '512MiB', 'Its unit is bytes: 512MiB is 536870912.'],
    ['--rooms-kept-hours', '7d', 'Its unit is hours: 7d is 168.'],
  ])('%s %s is refused with the number in the unit of the setting', (flag, value, text) => {
    expect(refusal(flag, value)).toContain(text);
  });
});

describe('what must hold between settings', () => {
  const broken: readonly (readonly string[])[] = [
    ['--heartbeat-ms', '1000', '--hang-ms', '2999'],
    ['--unsent-bytes-max', '65536', '--unsent-bytes-cut', '65536'],
    ['--connections-max', '100', '--connections-per-address-max', '101'],
    ['--handshake-ms', '2000', '--idle-ms', '1999'],
    ['--worker-memory-max', '134217727', '--workers', '2'],
    ['--step-ms-max', '2000', '--hang-ms', '2000'],
    ['--group-object-bytes-max', '67108865', '--group-bytes-max', '67108864'],
    ['--group-process-bytes-max', '67108865', '--group-bytes-max', '67108864'],
    ['--per-client-spare', '5', '--per-client-max', '4'],
    ['--port', '9000', '--admin-port', '9000'],
  ];

  it('has an example here for each relation', () => {
    expect(broken).toHaveLength(relations.length);
  });

  it.each(broken)('is refused when it does not: %s %s %s %s', (...args) => {
    expect(() => readConfig(args)).toThrow(ConfigError);
    expect(() => readConfig(args)).toThrow(/: (raise|lower) the (first|second)|: lower the first/);
    expect(() => readConfig(args)).toThrow(args[0]);
    // The number of workers is there because each row has two flags.
    if (args[2] !== '--workers') expect(() => readConfig(args)).toThrow(args[2]);
  });

  it('is accepted on the border', () => {
    const config = readConfig(['--heartbeat-ms', '1000', '--hang-ms', '3000']);
    expect(config).toMatchObject({ heartbeatMs: 1000, hangMs: 3000 });
    readConfig(['--worker-memory-max', '0']);
    readConfig(['--port', '9000', '--admin-port', '9000', '--host', '10.0.0.1']);
    readConfig(['--port', '0', '--admin-port', '0']);
  });
});

describe('docs/CONFIGURATION.md', () => {
  it('has each setting with flag, variable, default, range and sentence, and the relations', () => {
    const [file] = configurationFiles();
    expect(file!.path).toBe('docs/CONFIGURATION.md');
    for (const [name, row] of rows) {
      const part = file!.content.split(`### \`${flagOf(name)}\`\n`)[1]?.split('\n#')[0];
      for (const fact of [variableOf(name), row.text, takes(row)]) expect(part).toContain(fact);
      const hasNone = ['list', 'path', 'names'].includes(row.kind);
      expect(part).toContain(hasNone ? 'none' : `\`${row.default}\``);
    }
    for (const { text } of relations) expect(file!.content).toContain(text);
  });
});
