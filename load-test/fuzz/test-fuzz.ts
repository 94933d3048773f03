// The fuzzer as people start it, for tests.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** @returns the exit code, what was said, and the report that was written. */
export async function fuzz(line: string): Promise<{ code: number; out: string; report: unknown }> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-fuzz-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'report.json');
  const script = join(import.meta.dirname, 'main.ts');
  const args = ['--import', 'tsx', script, ...line.split(' '), '--json', file];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      out += chunk;
    });
  }
  const [code] = await once(child, 'close');
  return { code, out, report: JSON.parse(readFileSync(file, 'utf8')) };
}
