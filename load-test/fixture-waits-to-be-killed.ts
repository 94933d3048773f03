// For a test: starts a server, says the pids of its processes, and does nothing until it is killed.
import { ServerProcess } from './server-process.ts';

const server = await ServerProcess.start();
const pids = (await server.processes()).map(({ pid }) => pid);
process.stdout.write(`${JSON.stringify(pids)}\n`);
setInterval(() => {}, 1000);
