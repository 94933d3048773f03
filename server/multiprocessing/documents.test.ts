// docs/MULTIPROCESSING.md and README.md against the toolkit: programs run as written, errors are those.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import * as toolkit from './toolkit.ts';

const documents = ['docs/MULTIPROCESSING.md', 'README.md'];
const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Whole programs that use the toolkit. */
const programs = documents.flatMap((path) =>
  [...read(path).matchAll(/```ts\n([\s\S]*?)```/g)]
    .map(([, code]) => code!)
    .filter((code) => code.includes("'holdfast/multiprocessing'"))
    // Those are run beside a server, by its tests.
    .filter((code) => !code.includes('ofServer'))
    .map((code, index) => ({ title: `${path}, program ${index + 1}`, code })),
);

describe('The documents', () => {
  it.each(programs)('have programs that print what they say: $title', async ({ code }) => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
    try {
      const file = join(directory, 'program.ts');
      const door = fileURLToPath(new URL('./toolkit.ts', import.meta.url));
      writeFileSync(file, code.replace("'holdfast/multiprocessing'", JSON.stringify(door)));
      const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 15_000 });
      const said = [...code.matchAll(/; \/\/ (.*)\n/g)].map(([, text]) => `${text}\n`).join('');
      expect(said).not.toBe('');
      expect(stdout).toBe(said);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('list every error with its codes, and every class can be imported', () => {
    const rows = [...read(documents[0]!).matchAll(/^\| `(\w+Error)` \| (.*?) \|/gm)];
    const listed = rows.map(([, name, codes]) => [name, codes!.replaceAll('`', '').split(', ')]);
    const { multiprocessingErrors } = toolkit;
    const classes = Object.entries(multiprocessingErrors);
    expect(listed).toEqual(classes.map(([name, codes]) => [name, Object.keys(codes)]));
    for (const [name] of classes) expect(toolkit).toHaveProperty(name);
  });

  it('name every class of the toolkit', () => {
    const text = read(documents[0]!);
    const classes = Object.entries(toolkit).filter(([, value]) => /^class /.test(String(value)));
    const missing = classes.map(([name]) => name).filter((name) => !text.includes(name));
    expect(missing).toEqual([]);
  });
});

describe('A code', () => {
  it('belongs to one class', () => {
    const codes = Object.values(toolkit.multiprocessingErrors).flatMap(Object.keys);
    expect(codes).toHaveLength(new Set(codes).size);
  });
});
