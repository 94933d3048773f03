// The files in deploy/ agree with the server that they run.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { settings, variableOf } from './config.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const service = read('deploy/holdfast.service');
const numberOf = (name: string) => Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(service)?.[1]);

describe('deploy/holdfast.service', () => {
  it('waits longer for the server’s end than that takes', () => {
    // Goodbye to clients; then one process after another may take two seconds.
    const stopMs = settings.drainMs.default + 2 * 2000;
    expect(numberOf('TimeoutStopSec') * 1000).toBeGreaterThan(stopMs);
  });

  it('allows a descriptor for each connection', () => {
    expect(numberOf('LimitNOFILE')).toBeGreaterThan(settings.connectionsMax.default + 1000);
  });

  it.each(['deploy/holdfast.service', 'Dockerfile'])('%s names settings that there are', (path) => {
    const names = Object.keys(settings).map(variableOf);
    const named = read(path).match(/\bHOLDFAST_\w+/g) ?? [];
    expect(named.length).toBeGreaterThan(3);
    for (const name of named) expect(names).toContain(name);
  });
});

describe('Dockerfile', () => {
  const dockerfile = read('Dockerfile');
  const root = new URL('..', import.meta.url);

  it('copies and runs only what there is', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names]) =>
      names!.split(' '),
    );
    expect(copied).toContain('package-lock.json');
    for (const name of copied) expect(existsSync(new URL(name, root)), name).toBe(true);
    const { scripts } = JSON.parse(read('package.json'));
    for (const [, script] of dockerfile.matchAll(/\bnpm run ([\w:-]+)/g)) {
      expect(scripts).toHaveProperty([script!]);
    }
    // What it runs is compiled from a source of the same name.
    const started = /"(dist\/[^"]+)\.js"/.exec(dockerfile)![1]!.replace('dist/', '');
    expect(existsSync(new URL(`${started}.ts`, root))).toBe(true);
  });

  it('has for its build all that the build reads', () => {
    const ignored = read('.dockerignore').split('\n');
    const wanted = [
      'server',
      'client',
      'protocol',
      'load-test',
      'package.json',
      'package-lock.json',
    ];
    for (const name of [...wanted, 'tsconfig.json', 'tsconfig.build.json']) {
      expect(existsSync(new URL(name, root)), name).toBe(true);
      expect(ignored).not.toContain(name);
    }
  });

  it('runs with the version of Node that the package wants', () => {
    const wanted = /\d+/.exec(JSON.parse(read('package.json')).engines.node)![0];
    const images = [...dockerfile.matchAll(/^FROM node:(\d+)/gm)].map(([, version]) => version);
    expect(images).toEqual([wanted, wanted]);
  });

  it('has a process 1 in the container that reaps orphans, and passes signals on', () => {
    const dockerfile = read('Dockerfile');
    const entry = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1];
    expect(JSON.parse(entry!)).toEqual(['tini', '--', 'node', 'dist/server/main.js']);
    expect(dockerfile).toMatch(/apt-get install .*\btini\b/);
  });
});
