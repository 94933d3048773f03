// A process that was started by another: becomes what its first message says.
import { BlockingConnection } from './blocking-connection.ts';
import { endWell, setBirth, setLoaded } from './current-process.ts';
import { drainOutput } from './drain-output.ts';
import { FrameTooLarge } from './frame.ts';
import {
  type Birth,
  type FromChild,
  MAIN_TASK,
  type TargetAddress,
  type ToChild,
} from './messages.ts';
import { errorTable } from './remote-error.ts';
import { PIPE_FD, SOCKET_FD } from './spawned-process.ts';
import { loadTarget } from './target.ts';
import { TaskRunner } from './task-runner.ts';

let endsWithParent = true;
/** It has come to its end, and lets its output go out. */
let isEnding = false;
let runner: TaskRunner | undefined;

const connection = new BlockingConnection<FromChild, ToChild>({
  fd: PIPE_FD,
  message: receive,
  isAtRest: () => runner?.isAtRest ?? true,
  closed: () => {
    if (isEnding) void endSoon();
    else if (runner?.isIdle) void endWell().then(endSoon);
    else if (endsWithParent) process.exit();
  },
  unsendable: ([, id], error) => {
    const number = id as number;
    if (error instanceof FrameTooLarge) send(['tooLarge', number, error.bytes]);
    else send(['notCloneable', number, errorTable(error)]);
  },
});
process.on('uncaughtExceptionMonitor', (error) => send(['failing', errorTable(error)]));

function receive(message: ToChild): void {
  switch (message[0]) {
    case 'run':
      connection.useEventLoop();
      begin(message[1]);
      void run(message[2], message[3]);
      return;
    case 'serve':
      begin(message[1]);
      runner = new TaskRunner({
        concurrentTasks: message[3],
        send,
        isClear: () => connection.isClear,
        whenClear: (run) => connection.whenClear(run),
      });
      void runner.start(message[2]);
      return;
    case 'ping':
      send(['pong', message[1]]);
      return;
    default:
      runner?.receive(message);
  }
}

/** At once: what a function does next may end the process. */
function send(message: FromChild): void {
  connection.send(message);
}

function begin(birth: Birth): void {
  setBirth(birth, SOCKET_FD);
  endsWithParent = birth.isDaemon;
}

async function run({ module, name }: TargetAddress, args: readonly unknown[]): Promise<void> {
  try {
    const call = await loadTarget(module, name);
    setLoaded();
    const result = await call(...args);
    await endWell();
    send(['done', MAIN_TASK, result]);
  } catch (error) {
    process.exitCode = 1;
    send(['failed', MAIN_TASK, errorTable(error)]);
  }
  // Its end is that of the process, whatever timers and sockets it has left. A parent that is gone
  // takes nothing: then this is called as well.
  isEnding = true;
  connection.end(() => void endSoon());
}

async function endSoon(): Promise<void> {
  isEnding = true;
  await drainOutput();
  process.exit();
}
