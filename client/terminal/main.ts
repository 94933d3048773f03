// Plays on a Holdfast server in a terminal: builds the parts, and gives the terminal back at the end.
import { Client } from '../index.ts';
import { AccountFile } from './account-file.ts';
import { type Exit, watchExits } from './exits.ts';
import { Keyboard } from './keyboard.ts';
import { playOptionsOf } from './options.ts';
import { Play } from './play.ts';
import { Screen } from './screen.ts';
import { watchStops } from './stops.ts';

/** A server that does not answer the goodbye must not keep the player from the shell. */
const GOODBYE_MS = 300;

const options = playOptionsOf(process.argv.slice(2));
const { stdin, stdout, stderr } = process;

const unusable = whyUnusable();
if (unusable === undefined) run();
else {
  stderr.write(`${unusable}\n`);
  process.exitCode = 1;
}

function whyUnusable(): string | undefined {
  if (!stdin.isTTY || !stdout.isTTY) {
    return 'play needs a terminal: run it in one, without redirecting its input or output';
  }
  if (process.env.TERM !== 'dumb') return undefined;
  return 'play needs a terminal that can place text anywhere: with TERM=dumb it cannot. Set TERM to what the terminal is, such as xterm.';
}

function run(): void {
  const { host, port, name } = options;
  const accountFile = new AccountFile({ host, port, name });
  const account = accountFile.read();
  const client = new Client({
    ...{ host, port, name, keepTrying: true, closeTimeoutMs: GOODBYE_MS },
    ...(account === undefined ? {} : { account }),
  });
  const screen = new Screen(stdin, stdout, process.env.TERM);
  let isEnding = false;
  const clockMs = () => performance.now();
  const keepAccount = (key: string) => accountFile.keep(key);
  const quit = () => end({ code: 0 });
  const ended = (error: Error) => {
    // The goodbye also ends what was still being waited for.
    if (!isEnding) end({ code: 1, text: error.message });
  };
  const suspend = () => stopJob();
  const play = new Play({ client, screen, options, clockMs, keepAccount, quit, ended, suspend });
  const keyboard = new Keyboard(stdin, (key) => play.pressed(key));
  const release = () => {
    keyboard.close();
    screen.close();
  };
  const retake = () => {
    if (isEnding) return;
    // The raw mode first: a program in the background is stopped by that before it draws.
    keyboard.open();
    screen.open();
    play.resized();
  };

  function end({ code, text, isCrash = false }: Exit): void {
    if (isEnding) {
      if (isCrash || code > 0) process.exit(code);
      return;
    }
    isEnding = true;
    play.close();
    release();
    if (text !== undefined) stderr.write(`${text}\n`);
    if (isCrash) process.exit(code);
    client.close().then(() => process.exit(code));
  }

  watchExits(stdin, stdout, end);
  const stopJob = watchStops(release, retake);
  process.on('exit', () => screen.close());
  stdout.on('resize', () => play.resized());
  keyboard.open();
  screen.open();
  play.open();
}
