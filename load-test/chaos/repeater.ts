// A player of the tally room, in JSON lines, that asks calls which were answered once more: it must
// get the first answer again, whatever has died in between.
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { PROTOCOL_VERSION } from '../../protocol/index.ts';
import type { BotOptions } from './bot.ts';
import type { TallyRecord } from './messages.ts';
import { until } from './until.ts';

/** The server keeps 64 answers. */
const ANSWERS_KEPT = 60;
const UNANSWERED_MAX = 4;
const CALL_MS = 100;
const RECONNECT_MS = 200;
/** `resumed` may come several times for one gap: they share an answer. */
const RESEND_MS = 50;

interface Received {
  readonly type: string;
  readonly room?: number;
  readonly seq?: number;
  readonly token?: string;
  readonly resumed?: boolean;
  readonly value?: unknown;
  readonly code?: string;
}

export class Repeater {
  private readonly options: Omit<BotOptions, 'game'>;
  private readonly ready = Promise.withResolvers<void>();
  private socket: Socket | undefined;
  private token: string | undefined;
  private room: number | undefined;
  private sent = 0;
  /** The newest calls that were answered, with the value as JSON. */
  private readonly answers = new Map<number, string>();
  private readonly unanswered = new Set<number>();
  /** Asked again, and not answered again. */
  private readonly repeated = new Set<number>();
  private askedAgain = 0;
  private resending: NodeJS.Timeout | undefined;
  private timer: NodeJS.Timeout | undefined;
  private closing = false;

  constructor(options: Omit<BotOptions, 'game'>) {
    this.options = options;
  }

  /** Resolves when it is in the room. */
  start(): Promise<void> {
    this.connect();
    this.timer = setInterval(() => this.next(), CALL_MS);
    return this.ready.promise;
  }

  async settle(): Promise<TallyRecord> {
    clearInterval(this.timer);
    await until(() => this.unanswered.size === 0);
    for (const seq of this.answers.keys()) this.repeat(seq);
    await until(() => this.repeated.size === 0);
    const open = this.unanswered.size + this.repeated.size;
    if (open > 0) this.problem(`${open} calls have no answer`);
    const { sent, askedAgain } = this;
    const applied = Math.max(0, ...this.answers.keys());
    return { name: this.options.name, sent, acknowledged: applied, applied, askedAgain };
  }

  close(): void {
    this.closing = true;
    clearInterval(this.timer);
    this.write({ type: 'quit' });
    this.socket?.end();
  }

  private connect(): void {
    const { host, port } = this.options;
    const socket = connect({ host, port, noDelay: true });
    this.socket = socket;
    this.repeated.clear();
    // What ends a connection shows in `close`.
    socket.on('error', () => {});
    const lines = createInterface({ input: socket });
    lines.on('line', (line) => this.line(line)).on('error', () => {});
    socket.once('close', () => {
      if (this.closing) return;
      // One that never was is no loss.
      if (socket.bytesRead > 0) {
        this.options.incidents.lostConnection(`${this.options.name}: the connection ended`);
      }
      setTimeout(() => this.connect(), RECONNECT_MS);
    });
    this.hello();
  }

  private hello(): void {
    const { name } = this.options;
    const token = this.token === undefined ? {} : { token: this.token };
    this.write({ type: 'hello', protocol: PROTOCOL_VERSION, name, ...token });
  }

  private line(line: string): void {
    let message: Received;
    try {
      message = JSON.parse(line) as Received;
    } catch {
      // The rest of a line that a worker did not live to finish.
      return;
    }
    if (message.type === 'again') this.hello();
    else if (message.type === 'welcome') this.welcomed(message);
    else if (message.type === 'joined') this.joined(message.room!);
    else if (message.room !== this.room) return;
    else if (message.type === 'resumed') this.resend();
    else if (message.type === 'result') this.result(message.seq!, message.value);
    else if (message.type === 'rejected') this.problem(`call ${message.seq}: ${message.code}`);
    else if (message.type === 'left') this.problem(`it lost its place in the room`);
  }

  private welcomed({ token, resumed }: Received): void {
    if (this.token !== undefined && !resumed) this.problem('the server no longer had the session');
    this.token = token;
    if (this.room === undefined) this.write({ type: 'join', game: 'tally' });
  }

  private joined(room: number): void {
    this.room = room;
    this.ready.resolve();
  }

  private next(): void {
    if (this.room === undefined || this.unanswered.size >= UNANSWERED_MAX) return;
    this.unanswered.add(++this.sent);
    this.call(this.sent);
    const old = [...this.answers.keys()];
    if (old.length > 0) this.repeat(old[this.sent % old.length]!);
  }

  /** Soon: whatever has no answer, or none for the second time. */
  private resend(): void {
    this.resending ??= setTimeout(() => {
      this.resending = undefined;
      for (const seq of this.repeated) this.call(seq);
      for (const seq of this.unanswered) this.call(seq);
    }, RESEND_MS);
  }

  private repeat(seq: number): void {
    if (this.repeated.has(seq)) return;
    this.repeated.add(seq);
    this.call(seq);
  }

  private result(seq: number, value: unknown): void {
    const text = JSON.stringify(value);
    const first = this.answers.get(seq);
    if (this.repeated.delete(seq)) this.askedAgain++;
    if (first !== undefined && first !== text) {
      this.problem(`call ${seq} was answered by ${first} and then by ${text}`);
    }
    if (!this.unanswered.delete(seq)) return;
    const { n } = value as { n: number };
    if (n !== seq) this.problem(`call ${seq} was answered as call ${n}`);
    this.answers.set(seq, text);
    if (this.answers.size > ANSWERS_KEPT - UNANSWERED_MAX) {
      this.answers.delete([...this.answers.keys()][0]!);
    }
  }

  private call(seq: number): void {
    this.write({ type: 'call', room: this.room, seq, name: 'add', args: { n: seq } });
  }

  private write(message: object): void {
    this.socket?.write(`${JSON.stringify(message)}\n`);
  }

  private problem(text: string): void {
    this.options.incidents.problem(`${this.options.name}: ${text}`);
  }
}
