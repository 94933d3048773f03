// Why a server cannot be reached, for whoever started a program with its address.
import { ClientError } from './errors.ts';

/** @param address host:port as it was given.
 *  @returns what is wrong at the address and what to do, in one line without a full stop; undefined for an error
 *  that says nothing about the address. */
export function reachText(error: unknown, address: string): string | undefined {
  if (!(error instanceof ClientError)) return undefined;
  switch (error.code) {
    case 'UNREACHABLE':
      return unreachableText(systemCodeOf(error), address);
    case 'CONNECT_TIMEOUT':
      return `${address} takes connections, but does not answer: is it the port of a Holdfast server, and does the server still react?`;
    case 'CONNECTION_LOST':
      return `${address} ends connections without a word: is it the port of a Holdfast server, and not of its metrics?`;
    case 'NOT_HOLDFAST':
      return `${address} is the port of another program, not of a Holdfast server's game clients: name the port that the server's --port says. ${error.message}`;
    default:
      return undefined;
  }
}

/** @returns the system's code, such as ECONNREFUSED; '' where there is none. */
export function systemCodeOf({ cause }: { readonly cause?: unknown }): string {
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
}

function unreachableText(code: string, address: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return `nothing listens on ${address} (${code}): start the server with npm start, or correct host and port`;
    case 'ENOTFOUND':
      return `there is no host of the name in ${address} (${code}): correct the name`;
    case 'EAI_AGAIN':
      return `the name in ${address} cannot be looked up now (${code}): correct it, or mend the network`;
    default:
      return `${address} cannot be reached${code ? ` (${code})` : ''}: is the host up, and does a firewall let you through?`;
  }
}
