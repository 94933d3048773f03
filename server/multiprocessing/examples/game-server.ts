// A game server with a process for each client: what one client sends can end its own process only.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { Group, givenSocket, Process, target } from '../toolkit.ts';

const openScore = async () => (await Group.current()).value('score', 0);

/** `score 3` adds to the score that all clients share. */
export async function serve(): Promise<void> {
  const socket = givenSocket()!;
  const score = await openScore();
  for await (const line of createInterface({ input: socket })) {
    const [command, points] = line.split(' ');
    // A mistake in the game.
    if (command === 'crash') process.kill(process.pid, 'SIGSEGV');
    await score.add(Number(points));
    socket.write('OK\n');
  }
}

/** Sends one line. @returns the answer, or what came instead. */
async function play(port: number, line: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${line}\n`);
  const [answer] = await Promise.race([
    once(socket.setEncoding('utf8'), 'data'),
    once(socket, 'close').then(() => ['its process has ended\n']),
  ]);
  socket.destroy();
  return answer;
}

if (import.meta.main) {
  await using _group = await Group.start();
  const score = await openScore();
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    new Process({ target: target(import.meta.url, serve), socket, daemon: true }).start();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const lines = ['score 1', 'score 2', 'crash', 'score 3'];
  const answers = await Promise.all(lines.map((line) => play(port, line)));
  for (const [index, line] of lines.entries()) process.stdout.write(`${line}: ${answers[index]}`);
  process.stdout.write(`the score is ${await score.get()}\n`);
  server.close();
}
