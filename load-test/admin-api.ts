// The server's admin interface (HTTP), as far as load-tests and tests ask it.
import { type Labels, type MetricRow, parseMetrics, sumOf } from './metrics-text.ts';

/** A row of /api/processes; it has more fields than these. */
export interface ServerProcessInfo {
  readonly role: 'primary' | 'worker' | 'coordinator' | 'spare';
  readonly slot: number;
  readonly worker: number | null;
  readonly pid: number;
  readonly uptimeSeconds: number;
  readonly restarts: number;
  readonly clients: number;
  readonly eventLoopLagMs: number;
  readonly residentBytes: number;
  readonly responsive: boolean;
  readonly ready: boolean;
  readonly lastBeatAgeMs: number;
}

/** Every method rejects when the server cannot be reached or answers with an error status. */
/** What `/api/restart` tells. */
export interface RestartStatus {
  readonly state: string;
  readonly replaced: number;
  /** Why it was given up. */
  readonly error: string | null;
}

export class AdminApi {
  readonly address: string;

  /** @param address as `127.0.0.1:9464`. */
  constructor(address: string) {
    this.address = address;
  }

  async processes(): Promise<ServerProcessInfo[]> {
    const body = JSON.parse(await this.get('/api/processes')) as { processes: ServerProcessInfo[] };
    return body.processes;
  }

  /** @returns how many deaths of processes the server remembers. */
  async deaths(): Promise<number> {
    return (JSON.parse(await this.get('/api/crashes')) as { crashes: unknown[] }).crashes.length;
  }

  /** The page for Prometheus. */
  metrics(): Promise<string> {
    return this.get('/metrics');
  }

  async metricRows(): Promise<MetricRow[]> {
    return parseMetrics(await this.metrics());
  }

  /** @returns the sum of the rows of this name that have these labels; NaN where there is none. */
  async metric(name: string, labels: Labels = {}): Promise<number> {
    return sumOf(await this.metricRows(), name, labels);
  }

  /** Whether the server says that players can connect and play. */
  async isReady(): Promise<boolean> {
    return (await this.ask('/readyz')).ok;
  }

  /** Asks for a rolling restart.
   *  @returns false where this server has none. */
  async restart(): Promise<boolean> {
    return (await this.ask('/api/restart', 'POST')).ok;
  }

  /** @returns `idle`, `restarting`; undefined where this server has no rolling restart. */
  async restartState(): Promise<string | undefined> {
    return (await this.restartStatus())?.state;
  }

  /** @returns how the newest restart goes, or went; undefined where this server has no rolling restart. */
  async restartStatus(): Promise<RestartStatus | undefined> {
    const response = await this.ask('/api/restart');
    return response.ok ? ((await response.json()) as RestartStatus) : undefined;
  }

  private async get(path: string): Promise<string> {
    const response = await this.ask(path);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} at ${this.address}: ${response.status} ${text}`);
    return text;
  }

  private ask(path: string, method = 'GET'): Promise<Response> {
    // A connection that was kept would keep this process alive.
    const headers = { connection: 'close' };
    return fetch(`http://${this.address}${path}`, { method, headers });
  }
}
