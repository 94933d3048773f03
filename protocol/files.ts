// The files that derive from the tables of protocol/.
import { protocolDocument } from './document.ts';
import { type GeneratedFile, goldenFiles } from './golden.ts';

/** Every file that is derived from the tables of protocol/. */
export function protocolFiles(): GeneratedFile[] {
  return [{ path: 'protocol/PROTOCOL.md', content: protocolDocument() }, ...goldenFiles()];
}
