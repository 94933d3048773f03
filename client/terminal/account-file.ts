// The player's accounts as files: for each server one, with an account for each name.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export interface AccountFileOptions {
  readonly host: string;
  readonly port: number;
  /** Two names are two players: so one person can play with two terminals. */
  readonly name: string;
  /** Default: `$XDG_STATE_HOME/holdfast`, or `~/.local/state/holdfast`. */
  readonly folder?: string;
}

/** As servers take it. */
const KEY = /^[A-Za-z0-9_-]{22,64}$/;

export class AccountFile {
  private readonly folder: string;
  private readonly path: string;
  private readonly name: string;

  constructor({ host, port, name, folder = stateFolder() }: AccountFileOptions) {
    this.folder = folder;
    this.path = join(folder, `${encodeURIComponent(host)}_${port}.json`);
    this.name = name;
  }

  /** @returns the key that was kept; undefined where there is none that can be read. */
  read(): string | undefined {
    const key = this.keys()[this.name];
    return typeof key === 'string' && KEY.test(key) ? key : undefined;
  }

  /** Keeps the key, for its owner's eyes only.
   *  @returns why it cannot be kept; undefined where it is. */
  keep(key: string): string | undefined {
    const part = `${this.path}.part`;
    try {
      this.makeFolder();
      const keys = { ...this.keys(), [this.name]: key };
      writeFileSync(part, `${JSON.stringify(keys)}\n`, { mode: 0o600 });
      renameSync(part, this.path);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** Not by the `recursive` of Node, which never returns under /proc. */
  private makeFolder(): void {
    for (const path of [dirname(dirname(this.folder)), dirname(this.folder), this.folder]) {
      if (!existsSync(path)) mkdirSync(path, { mode: 0o700 });
    }
  }

  private keys(): Record<string, unknown> {
    try {
      const keys: unknown = JSON.parse(readFileSync(this.path, 'utf8'));
      return typeof keys === 'object' && keys !== null ? { ...keys } : {};
    } catch {
      return {};
    }
  }
}

function stateFolder(): string {
  const { XDG_STATE_HOME } = process.env;
  return join(XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'holdfast');
}
