// The HTTP interface for operators: metrics, health, what processes there are, and a restart.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log, Role } from '../observe/index.ts';
import { METRICS_CONTENT_TYPE } from '../observe/index.ts';
import { keepNewest } from './admin-connections.ts';
import { isFromPage, isOwnHost } from './admin-guard.ts';
import type { CrashRecord } from './crashes.ts';
import { listenError } from './listener.ts';
import type { RestartStatus } from './rolling-restart.ts';

export interface ProcessInfo {
  readonly role: Role | 'spare';
  /** Its place among those of its role; its replacement has the same. */
  readonly slot: number;
  /** A worker's number, as players and logs see it. */
  readonly worker: number | null;
  readonly pid: number;
  readonly uptimeSeconds: number;
  /** Of this slot. */
  readonly restarts: number;
  /** Connections of a worker, sessions of the coordinator. */
  readonly clients: number;
  readonly eventLoopLagMs: number;
  readonly residentBytes: number;
  /** Its event loop turns. */
  readonly responsive: boolean;
  /** It can do its work; a spare one: it has loaded its code and rehearsed, and is as quick to take
   *  another's place as it will be. */
  readonly ready: boolean;
  readonly lastBeatAgeMs: number;
}

/** What the admin interface shows. */
export interface AdminSource {
  metricsText(): Promise<string>;
  /** Why players cannot connect and play; undefined where they can. */
  unreadyReason(): string | undefined;
  /** Why the server has to be started again; undefined where it works, or will again by itself. */
  unhealthyReason(): string | undefined;
  processes(): ProcessInfo[];
  /** Newest first. */
  crashes(): readonly CrashRecord[];
  /** Begins a rolling restart, where none is under way and the server serves. */
  restart(): RestartStatus;
  restartStatus(): RestartStatus;
}

export interface AdminOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Other names by which it is reached. */
  readonly names: readonly string[];
  readonly source: AdminSource;
  readonly log: Log;
}

export interface Admin {
  readonly port: number;
  /** Answers what has been asked, then closes, within a second. */
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Route {
  readonly text: string;
  answer(source: AdminSource): Answer | Promise<Answer>;
  /** It is answered whatever name the client has for this server: load balancers have names of their own, and
   *  there is nothing in it that a web page may not know. */
  readonly isOpen?: boolean;
  /** What POST does, where it may be used. */
  post?(source: AdminSource): Answer;
}

const HEADER_BYTES_MAX = 8192;
const HEADERS_MS = 5000;
const REQUEST_MS = 10_000;
/** Longer than most scrape intervals: a scraper keeps its connection. */
const KEEP_ALIVE_MS = 65_000;
const TIMES_CHECK_MS = 1000;
const CONNECTIONS_MAX = 64;
const HOST_CHARACTERS_MAX = 100;
const CLOSE_MS = 1000;
const METHODS = ['GET', 'HEAD'];

const json = (status: number, value: unknown, headers?: Answer['headers']): Answer => ({
  status,
  type: 'application/json; charset=utf-8',
  body: `${JSON.stringify(value)}\n`,
  ...(headers && { headers }),
});

const routes: Readonly<Record<string, Route>> = {
  '/': {
    text: 'this list',
    answer: () => ({ status: 200, type: 'text/plain; charset=utf-8', body: routeList() }),
  },
  '/metrics': {
    text: 'metrics for Prometheus',
    answer: async (source) => ({
      status: 200,
      type: METRICS_CONTENT_TYPE,
      body: await source.metricsText(),
    }),
  },
  '/healthz': {
    isOpen: true,
    text: '200 while the server works; 503 and the reason when it has to be started again',
    answer: (source) => {
      const reason = source.unhealthyReason();
      return reason === undefined
        ? json(200, { healthy: true })
        : json(503, { healthy: false, reason });
    },
  },
  '/readyz': {
    isOpen: true,
    text: '200 while players can connect and play; 503 and the reason when not',
    answer: (source) => {
      const reason = source.unreadyReason();
      return reason === undefined
        ? json(200, { ready: true })
        : json(503, { ready: false, reason });
    },
  },
  '/api/processes': {
    text: 'the processes of the server, as JSON; a spare one is ready when it has rehearsed',
    answer: (source) => json(200, { processes: source.processes() }),
  },
  '/api/crashes': {
    text: 'processes that have died, and what is known of why, newest first, as JSON',
    answer: (source) => json(200, { crashes: source.crashes() }),
  },
  '/api/restart': {
    text: 'POST: replaces the processes one after another; GET: how that goes, as JSON',
    answer: (source) => json(200, source.restartStatus()),
    post: (source) => {
      const status = source.restart();
      return json(status.state === 'restarting' ? 202 : 503, status);
    },
  },
};

/** Serves `source` over HTTP.
 *  @throws {ListenError} naming host and port, when they cannot be listened on. */
export async function startAdmin(options: AdminOptions): Promise<Admin> {
  const { host, port, log } = options;
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: TIMES_CHECK_MS,
    },
    (request, response) => void respond(request, response, options),
  );
  keepNewest(server, CONNECTIONS_MAX);
  await listen(server, host, port);
  server.on('error', (error) => log.warn({ err: error }, 'admin interface failed'));
  let closed: Promise<void> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      closed ??= close(server);
      return closed;
    },
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: AdminOptions,
): Promise<void> {
  // A body means nothing here; unread, it would hold up the next request of the connection.
  request.resume();
  let answer: Answer;
  try {
    answer = await answerTo(request, options);
  } catch (error) {
    options.log.error({ err: error, path: request.url }, 'admin request failed');
    answer = json(500, { error: 'The server failed on this request; its log says why.' });
  }
  const { status, type, body, headers } = answer;
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(body);
}

function answerTo(
  request: IncomingMessage,
  { source, host, names }: AdminOptions,
): Answer | Promise<Answer> {
  const [path = ''] = (request.url ?? '').split('?', 1);
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (!route) {
    const paths = Object.keys(routes).join(', ');
    return json(404, { error: `There is nothing at this path. There is ${paths}.` });
  }
  const { headers } = request;
  if (!route.isOpen && !isOwnHost(headers.host, [host, ...names])) {
    const name = JSON.stringify(headers.host?.slice(0, HOST_CHARACTERS_MAX));
    const error = `This server does not know itself by the name ${name}: use its address, or set --admin-names.`;
    return json(421, { error });
  }
  if (request.method === 'POST' && route.post) {
    // A page in an operator's browser could send it, too.
    if (isFromPage(headers))
      return json(403, { error: 'This is not for web pages: use curl -X POST.' });
    return route.post(source);
  }
  if (!METHODS.includes(request.method ?? '')) {
    const methods = route.post ? [...METHODS, 'POST'] : METHODS;
    const error = `This path takes ${methods.join(' and ')} only.`;
    return json(405, { error }, { allow: methods.join(', ') });
  }
  return route.answer(source);
}

function routeList(): string {
  const rows = Object.entries(routes).map(([path, { text }]) => `${path.padEnd(16)}${text}\n`);
  return `Holdfast, the admin interface:\n\n${rows.join('')}`;
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen({ host, port }, resolve);
  try {
    await promise;
  } catch (cause) {
    throw listenError(host, port, cause as NodeJS.ErrnoException, '--admin-port');
  }
  server.off('error', reject);
}

async function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
  server.close(() => resolve());
  await promise;
  clearTimeout(timer);
}
