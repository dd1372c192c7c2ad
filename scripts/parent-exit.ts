const PARENT_CHECK_MS = 500;

/**
 * Calls `end` when the parent process has exited. A supervisor may be killed, and npm sends SIGTERM to a shell that exits
 * without passing it on.
 */
export function onParentExit(end: () => void): void {
  process.on('disconnect', end); // the IPC channel of a supervisor
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event) setInterval(() => process.ppid !== parent && end(), PARENT_CHECK_MS).unref();
}
