// Stops a replay for a debugger.
import inspector from 'node:inspector';

/** Where debuggers look by themselves. */
const USUAL_PORT = 9229;

/** Opens the inspector on loopback and returns when a debugger is there. */
export function waitForDebugger(): void {
  inspector.open(USUAL_PORT, '127.0.0.1');
  // Another process has the usual port; Node says on stderr where this one listens.
  if (!inspector.url()) inspector.open(0, '127.0.0.1');
  process.stderr.write('Waiting for a debugger: chrome://inspect, or "Attach" in an editor.\n');
  inspector.waitForDebugger();
}

/** The debugger stops here; stepping out leads to the batch that comes next. */
export function pause(): void {
  // biome-ignore lint/suspicious/noDebugger: this is what it is for
  debugger;
}
