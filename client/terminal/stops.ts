// Ctrl-Z and `fg`: the terminal is the shell's while the program is stopped.

/** A stop that does not come, as where there is no shell to continue the program, is given up then. */
const STOP_MS = 200;

/** Watches SIGTSTP and SIGCONT.
 *  @param release gives the terminal back; idempotent.
 *  @param retake takes it again, whatever has been done to it.
 *  @returns stops the whole foreground job, as the terminal does for Ctrl-Z when it is not in raw
 *  mode. */
export function watchStops(release: () => void, retake: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;

  function stop(pid: number): void {
    if (timer) return;
    release();
    // Without a listener the signal does what it does by default.
    process.off('SIGTSTP', stopSelf);
    process.kill(pid, 'SIGTSTP');
    timer = setTimeout(resume, STOP_MS);
  }
  function stopSelf(): void {
    stop(process.pid);
  }
  function resume(): void {
    if (timer) {
      clearTimeout(timer);
      timer = undefined;
      process.on('SIGTSTP', stopSelf);
    } else release();
    retake();
  }

  process.on('SIGTSTP', stopSelf);
  process.on('SIGCONT', resume);
  return () => stop(0);
}
