// What stands over the picture while there is no connection or no room.

import type { LinkError } from '../index.ts';
import { systemCodeOf } from '../reach-text.ts';

/** How the connection is, as the player is told. */
export interface LinkStatus {
  /** Whether there is a connection, and a room on it. */
  readonly isReady: boolean;
  /** Whether there was one before. */
  readonly wasReady: boolean;
  /** Since when it is as `isReady` says. */
  readonly sinceMs: number;
  /** When the next attempt is made; in the past: it is being made. */
  readonly retryAtMs: number;
  /** Why there is none. */
  readonly error: LinkError | undefined;
}

/** A pause as short as a planned hand-over is told in the events, and needs no notice. */
const QUIET_MS = 300;

/** @param address host:port.
 *  @returns undefined when there is nothing to say. */
export function noticeOf(link: LinkStatus, address: string, nowMs: number): string | undefined {
  if (link.isReady || (link.wasReady && nowMs - link.sinceMs < QUIET_MS)) return undefined;
  if (!link.error) return `Connecting to ${address}…`;
  return `${reason(link, address)} – ${next(link, nowMs)}`;
}

function reason({ error, wasReady }: LinkStatus, address: string): string {
  switch (error?.code) {
    case 'UNREACHABLE':
      if (systemCodeOf(error) === 'ENOTFOUND') return `There is no host of the name in ${address}`;
      return `No server at ${address}`;
    case 'CONNECT_TIMEOUT':
      return `No server at ${address}`;
    case 'CONNECTION_LOST':
    case 'SERVER_SILENT':
      return wasReady ? 'Connection lost' : `No server at ${address}`;
    default:
      return error?.message.replace(/\.$/, '') ?? '';
  }
}

function next({ retryAtMs, wasReady }: LinkStatus, nowMs: number): string {
  const seconds = Math.ceil((retryAtMs - nowMs) / 1000);
  if (seconds > 0) return `trying again in ${seconds} s`;
  return wasReady ? 'reconnecting…' : 'trying again…';
}
