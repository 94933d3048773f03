// An example of the client library: joins Goldrush, says what it sees, and walks about for a while.
//   tsx client/example.ts [host:port]
import { connect, reachText } from './index.ts';

const [host = '127.0.0.1', port = '8000'] = (process.argv[2] ?? '').split(':').filter(Boolean);
const say = (line: string) => process.stdout.write(`${line}\n`);

// Resolves at the server's welcome. From here on the client keeps itself connected; `await using`
// closes it at the end of the file.
await using client = await connect({ host, port: Number(port), name: 'example' }).catch((error) => {
  say(reachText(error, `${host}:${port}`) ?? error.message);
  process.exit(1);
});
say(`connected as player ${client.welcome?.session}, served by worker ${client.welcome?.worker}`);
client.on('reconnecting', ({ error, delayMs }) => say(`${error.message} (again in ${delayMs} ms)`));
client.on('warning', (error) => say(`warning: ${error.message}`));

const room = await client.join({ game: 'goldrush' });
const kinds = room.kinds.map(({ name, fields }) => `${name} {${fields.map((f) => f.name)}}`);
say(`joined room ${room.number}, in which there are: ${kinds.join(', ')}`);
room.on('event', (name, data) => say(`${name} ${JSON.stringify(data)}`));
room.on('rejected', ({ message }) => say(`refused: ${message}`));

const steps = [
  { dx: 0, dy: -1 },
  { dx: 1, dy: 0 },
  { dx: 0, dy: 1 },
  { dx: -1, dy: 0 },
];
for (let step = 0; step < 10; step++) {
  room.send('walk', steps[step % steps.length]);
  await new Promise((resolve) => setTimeout(resolve, 400));
  const seen = room.kinds.map(({ name }) => `${[...room.of(name)].length} ${name}`).join(', ');
  say(
    `tick ${room.tick}: ${seen}; me ${JSON.stringify(room.avatar)}; ${client.rttMs?.toFixed(1)} ms`,
  );
}
