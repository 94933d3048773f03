// Which HTTP requests the admin interface answers: those of operators' programs, and of no web page.
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/** A page whose name a foreign name server points to this address could read what it asks for: its
 *  requests have that name as their host. An address, and a name without a dot, is in no name server of
 *  others; so Prometheus and probes by address, or by the name of a container, need no setting.
 *  @param names other names of this server.
 *  @returns whether the host of a request is this server's. */
export function isOwnHost(host: string | undefined, names: readonly string[]): boolean {
  // Only programs that speak HTTP/1.0 send none.
  if (host === undefined) return true;
  const url = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;
  if (url === undefined) return false;
  if (url.username !== '' || url.pathname !== '/') return false;
  const name = plain(url.hostname);
  if (isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0) return true;
  return (
    !name.includes('.') || name.endsWith('.localhost') || names.some((own) => plain(own) === name)
  );
}

/** Browsers name where a request comes from; programs do not. */
export function isFromPage({ origin, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  return origin !== undefined || (site !== undefined && site !== 'none');
}

const plain = (name: string): string => name.toLowerCase().replace(/\.$/, '');
