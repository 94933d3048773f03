// The code that child processes run: a copy in the data directory of what was accepted last.
//
// A build, an upload or an editor may leave code on the disk that does not load. A process that is started
// after a death must not find that: so all run the copy, and a new one is made only when a restart is asked
// for. It takes the old one's place when a spare process has loaded it.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import type { Log } from '../observe/index.ts';
import { type CodeFiles, readCode } from './code-files.ts';
import { LoadError } from './load-error.ts';

export interface AcceptedCodeOptions {
  /** The data directory. */
  readonly data: string;
  /** `main.js` of the server, as it was named when that was started. A server that runs from its TypeScript sources has no copy. */
  readonly mainPath: string;
  readonly games: readonly string[];
  readonly log: Log;
  /** Where the code comes from; a test has its own. */
  readonly sources?: { readCode: typeof readCode; readBoot(): string };
}

/** A copy. It is also in memory, since a clean-up of the data directory may remove its files. */
export interface CodeCopy extends CodeFiles {
  readonly version: string;
  readonly boot: string;
}

/** What a process runs: a copy, or what is on the disk when it starts. */
export type Code = CodeCopy | 'disk';

const BOOT = 'boot.mjs';
const INDEX = 'index.json';
const SOURCES = 'sources';
const VERSION_CHARACTERS = 12;
const NO_COPY =
  'no copy of the code is in the data directory: processes load the code from the disk as it is when they ' +
  'start, also where it is broken; mend what is in the way, then ask for a restart';

export class AcceptedCode {
  private readonly options: AcceptedCodeOptions;
  private readonly folder: string;
  private current: Code = 'disk';
  /** Of the code that this process has: the files of a copy are as it makes them. */
  private boot: string | undefined;

  constructor(options: AcceptedCodeOptions) {
    this.options = options;
    this.folder = resolve(options.data, 'code');
  }

  /** Takes what is on the disk now; copies of earlier servers go. Never throws: the first process that
   *  loads the code says what is wrong with it. */
  async begin(): Promise<void> {
    try {
      this.current = await this.copy();
    } catch (error) {
      this.options.log.warn({ err: error }, NO_COPY);
    }
    await this.tidy();
  }

  /** Copies what is on the disk now, to be tried.
   *  @returns 'disk' where there is no place for a copy, or none is kept: what is there is tried.
   *  @throws {LoadError} */
  async stage(): Promise<Code> {
    try {
      return await this.copy();
    } catch (error) {
      if (error instanceof LoadError) throw error;
      this.options.log.warn({ err: error }, NO_COPY);
      return 'disk';
    }
  }

  /** Later processes run this code. The copy before stays until `tidy`: processes that run it may start
   *  others from it.
   *  @returns takes that back, where processes that run the code do not get ready. */
  accept(code: Code): () => void {
    const before = this.current;
    this.current = code;
    if (code !== 'disk') this.options.log.info({ version: code.version }, 'new code is accepted');
    return () => {
      this.current = before;
    };
  }

  /** No process will run this code. */
  async refuse(code: Code): Promise<void> {
    if (code !== 'disk' && code.version !== versionOf(this.current))
      await this.remove(code.version);
  }

  /** Removes every copy but the one that is accepted. */
  async tidy(): Promise<void> {
    if (!this.isCopied) return;
    const names = await readdir(this.folder).catch(() => []);
    for (const name of names) if (name !== versionOf(this.current)) await this.remove(name);
  }

  /** What Node is given to start a process with. @param code Default: what is accepted. */
  script(code: Code = this.current): { exec: string; args: string[] } {
    const { mainPath, log } = this.options;
    if (code === 'disk') return { exec: mainPath, args: [] };
    const folder = join(this.folder, code.version);
    const exec = join(folder, BOOT);
    if (![BOOT, INDEX, SOURCES].every((name) => existsSync(join(folder, name)))) {
      try {
        writeCopy(folder, code);
      } catch (error) {
        log.error({ err: error }, NO_COPY);
        return { exec: mainPath, args: [] };
      }
      log.warn({ folder }, 'the copy of the code was removed, and is made again');
    }
    return { exec, args: [code.main] };
  }

  private get isCopied(): boolean {
    return extname(this.options.mainPath) === '.js';
  }

  private async copy(): Promise<Code> {
    if (!this.isCopied) return 'disk';
    const { readCode, readBoot } = this.options.sources ?? disk;
    this.boot ??= readBoot();
    const { boot } = this;
    const files = await readCode(this.options);
    const { index, sources } = files;
    const hash = createHash('sha256').update(index).update(sources).update(boot).digest('hex');
    const copy = { ...files, version: hash.slice(0, VERSION_CHARACTERS), boot };
    const folder = join(this.folder, copy.version);
    // A power loss may have left it in part.
    if (!isWhole(folder, copy)) {
      await rm(folder, { recursive: true, force: true });
      const next = join(this.folder, 'next');
      await rm(next, { recursive: true, force: true });
      writeCopy(next, copy);
      await rename(next, folder);
    }
    return copy;
  }

  private async remove(name: string): Promise<void> {
    await rm(join(this.folder, name), { recursive: true, force: true }).catch(() => {});
  }
}

const disk = {
  readCode,
  readBoot: () => readFileSync(join(import.meta.dirname, 'code-boot.js'), 'utf8'),
};

const versionOf = (code: Code): string | undefined => (code === 'disk' ? undefined : code.version);

function isWhole(folder: string, { index, sources, boot }: CodeCopy): boolean {
  try {
    const has = (name: string, text: string | Buffer) =>
      readFileSync(join(folder, name)).equals(Buffer.from(text));
    return has(BOOT, boot) && has(INDEX, index) && has(SOURCES, sources);
  } catch {
    return false;
  }
}

function writeCopy(folder: string, { index, sources, boot }: CodeCopy): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, SOURCES), sources);
  writeFileSync(join(folder, INDEX), index);
  writeFileSync(join(folder, BOOT), boot);
}
