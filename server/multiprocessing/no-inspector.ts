// The flag that every process of ours is started with.

/** On SIGUSR1 Node opens a debugger's port, which asks for no password; with this flag it ignores the
 *  signal. */
export const NO_INSPECTOR_BY_SIGNAL = '--disable-sigusr1';
