// A crawler: pages of a local server, fetched by two processes, several at a time in each. One page
// kills the process that reads it, and the others are read all the same.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool, target } from '../toolkit.ts';

const PAGES = ['/', '/a', '/b', '/kills', '/c', '/d'];

/** @returns the page's title. */
export async function crawl(url: string): Promise<string> {
  const text = await (await fetch(url)).text();
  // As a parser does that is not written in JavaScript.
  if (text.includes('poison')) process.kill(process.pid, 'SIGSEGV');
  return /<title>(.*)<\/title>/.exec(text)?.[1] ?? '';
}

function serve(): ReturnType<typeof createServer> {
  return createServer(({ url }, response) => {
    const body = url === '/kills' ? 'poison' : `<title>Page ${url}</title>`;
    response.end(body);
  }).listen(0, '127.0.0.1');
}

if (import.meta.main) {
  const server = serve();
  await once(server, 'listening');
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await using pool = new Pool({ processes: 2, concurrentTasks: 4 });
  // What is read beside the page that kills is read again, by itself.
  const tasks = PAGES.map((page) =>
    pool.run(target(import.meta.url, crawl), [root + page], { retries: 1 }),
  );
  for (const [index, title] of (await Promise.allSettled(tasks)).entries()) {
    const said = title.status === 'fulfilled' ? title.value : title.reason.code;
    process.stdout.write(`${PAGES[index]}: ${said}\n`);
  }
  server.close();
}
