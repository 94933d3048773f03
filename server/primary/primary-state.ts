// What the primary does at a time, from its start to its end.

export enum PrimaryState {
  /** Processes are being started; no connection is accepted. */
  Starting = 'starting',
  /** Connections are accepted. */
  Serving = 'serving',
  /** Clients are told goodbye, then the processes are stopped. */
  Draining = 'draining',
  /** Everything is stopped. */
  Stopped = 'stopped',
}
