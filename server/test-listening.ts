// On which ports a process listens, as Linux tells.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The TCP ports, IPv4 and IPv6, on which a process listens. */
export function listeningPorts(pid: number): number[] {
  const inodes = new Set<string>();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      inodes.add(/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? '');
    } catch {
      // It was closed in between.
    }
  }
  return ['tcp', 'tcp6'].flatMap((kind) => {
    const rows = readFileSync(`/proc/${pid}/net/${kind}`, 'utf8').split('\n').slice(1);
    const fields = rows.map((row) => row.trim().split(/\s+/));
    const listening = fields.filter(
      ([, , , state, ...rest]) => state === '0A' && inodes.has(rest[5]!),
    );
    return listening.map(([, local]) => Number.parseInt(local!.split(':')[1]!, 16));
  });
}
