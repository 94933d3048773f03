// Plays on a Holdfast server in a terminal: builds the parts, and gives the terminal back at the end.
import { Client } from '../index.ts';
import { AccountFile } from './account-file.ts';
import { type Exit, watchExits } from './exits.ts';
import { Keyboard } from './keyboard.ts';
import { playOptionsOf } from './options.ts';
import { Play } from './play.ts';
import { Screen } from './screen.ts';

/** A server that does not answer the goodbye must not keep the player from the shell. */
const GOODBYE_MS = 300;

const options = playOptionsOf(process.argv.slice(2));
const { stdin, stdout, stderr } = process;

if (stdin.isTTY && stdout.isTTY) run();
else {
  stderr.write('play needs a terminal: run it in one, without redirecting its input or output\n');
  process.exitCode = 1;
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
  const play = new Play({ client, screen, options, clockMs, keepAccount, quit, ended });
  const keyboard = new Keyboard(stdin, (key) => play.pressed(key));

  function end({ code, text, isCrash = false }: Exit): void {
    if (isEnding) {
      if (isCrash || code > 0) process.exit(code);
      return;
    }
    isEnding = true;
    play.close();
    keyboard.close();
    screen.close();
    if (text !== undefined) stderr.write(`${text}\n`);
    if (isCrash) process.exit(code);
    client.close().then(() => process.exit(code));
  }

  watchExits(stdin, stdout, end);
  process.on('exit', () => screen.close());
  stdout.on('resize', () => play.resized());
  screen.open();
  keyboard.open();
  play.open();
}
