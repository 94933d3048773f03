// The files in deploy/ agree with the server that they run.
import { readFileSync } from 'node:fs';
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
  it('has a process 1 in the container that reaps orphans, and passes signals on', () => {
    const dockerfile = read('Dockerfile');
    const entry = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1];
    expect(JSON.parse(entry!)).toEqual(['tini', '--', 'node', 'dist/server/main.js']);
    expect(dockerfile).toMatch(/apt-get install .*\btini\b/);
  });
});
