// Says which command a process runs, for the next process: one that finds a mark knows what the one before
// died at.
import { type Disk, systemDisk } from './disk.ts';

/** A command that was being run when its process ended. */
export interface DeadCommand {
  readonly session: number;
  readonly seq: number;
  readonly name: string;
  /** When the next process has found it, in ms since 1970. */
  readonly at: number;
}

/** A mark is as long as any other, so that one is written over the other. */
const MARK_BYTES = 96;
/** What is remembered of earlier deaths. */
const DEATHS_KEPT = 32;

/** One file: the mark, and after it what earlier processes have died at. It outlives the process, not the
 *  machine. */
export class CommandMark {
  /** The oldest first. */
  readonly deaths: readonly DeadCommand[];
  private readonly disk: Disk;
  private fd: number | undefined;
  private readonly bytes = Buffer.alloc(MARK_BYTES);

  /** A file that cannot be read or written costs only what the marks are for. */
  constructor(path: string, now: number, disk: Disk = systemDisk) {
    this.disk = disk;
    this.deaths = readDeaths(disk, path, now);
    try {
      this.fd = disk.create(path);
      const all = Buffer.from(`${' '.repeat(MARK_BYTES)}${JSON.stringify(this.deaths)}`);
      disk.write(this.fd, all, 0, 0);
    } catch {
      // There is none then.
    }
  }

  /** The command is run now. About 1 µs. */
  begin(session: number, seq: number, name: string): void {
    this.write(`${session} ${seq} ${name}`);
  }

  /** The command has come to its end, or to where it waits. */
  end(): void {
    this.write('');
  }

  /** Later commands leave no mark. */
  close(): void {
    if (this.fd !== undefined) this.disk.close(this.fd);
    this.fd = undefined;
  }

  private write(text: string): void {
    if (this.fd === undefined) return;
    this.bytes.fill(' ').write(text, 'latin1');
    try {
      this.disk.write(this.fd, this.bytes, 0, 0);
    } catch {
      // The next process will not know.
    }
  }
}

function readDeaths(disk: Disk, path: string, now: number): DeadCommand[] {
  try {
    const text = disk.read(path).toString('latin1');
    const deaths = JSON.parse(text.slice(MARK_BYTES)) as DeadCommand[];
    const [session, seq, name] = text.slice(0, MARK_BYTES).trim().split(' ');
    if (name) deaths.push({ session: Number(session), seq: Number(seq), name, at: now });
    return deaths.slice(-DEATHS_KEPT);
  } catch {
    return [];
  }
}
