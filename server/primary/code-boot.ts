// The first script of a process that runs a copy of the code: modules of the copy come from it, whatever the
// disk has at their places. It is copied beside the files of the copy and imports nothing of ours, so that it
// runs whatever becomes of the rest.
//
//     node data/code/<version>/boot.mjs <URL of a module> [arguments of that module]
//
// Modules keep the URLs that they have on the disk: packages are found from there, stack traces name the
// author's files, and what the engine has compiled is found again under every version.
import { openSync, readFileSync, readSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

/** What a copy holds, as `index.json` has it. */
interface CodeIndex {
  /** By URL: how Node is to read it, and where its text is in `sources`. */
  readonly files: Readonly<Record<string, readonly [format: string, from: number, bytes: number]>>;
  /** URLs that lead to another over a symbolic link. */
  readonly aliases: Readonly<Record<string, string>>;
}

const index = JSON.parse(
  readFileSync(new URL('./index.json', import.meta.url), 'utf8'),
) as CodeIndex;
const files = new Map(Object.entries(index.files));
const aliases = new Map(Object.entries(index.aliases));
// Open for as long as the process lives: the copy may be removed before a module is needed.
const sources = openSync(new URL('./sources', import.meta.url), 'r');

function sourceOf(from: number, bytes: number): string {
  const buffer = Buffer.allocUnsafe(bytes);
  const read = readSync(sources, buffer, 0, bytes, from);
  return buffer.toString('utf8', 0, read);
}

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (/^(\.{0,2}\/|file:)/.test(specifier)) {
      const { href } = new URL(specifier, context.parentURL);
      const url = aliases.get(href) ?? href;
      const file = files.get(url);
      if (file) return { url, format: file[0], shortCircuit: true };
    }
    return nextResolve(specifier, context);
  },
  load(url, context, nextLoad) {
    const file = files.get(url);
    if (!file) return nextLoad(url, context);
    const [format, from, bytes] = file;
    return { format, source: sourceOf(from, bytes), shortCircuit: true };
  },
});

// Processes and threads that this one starts run the same copy.
Object.assign(globalThis, { [Symbol.for('holdfast.boot')]: import.meta.filename });
const [node, , module, ...rest] = process.argv;
// The module sees the same process.argv as if Node had started it directly.
process.argv = [node!, fileURLToPath(module!), ...rest];
await import(module!);
