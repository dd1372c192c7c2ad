import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { StartError } from '../../lib/process/start-error.ts';

/** A port that is free now; another process may take it before it is used. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** The first of so many ports in a row that are free now. */
export async function freePorts(count: number, host = '127.0.0.1'): Promise<number> {
  for (;;) {
    const first = await freePort(host);
    const others = Array.from({ length: count - 1 }, (_, n) => claimPort(first + 1 + n, host));
    if ((await Promise.allSettled(others)).every(({ status }) => status === 'fulfilled')) return first;
  }
}

/** @throws {StartError} when nothing can listen on `port` */
export async function claimPort(port: number, host: string): Promise<void> {
  const server = createServer();
  try {
    const listening = once(server, 'listening');
    server.listen({ port, host, exclusive: true });
    await listening;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      code === 'EADDRINUSE' ? 'is taken: stop the process that uses it, or set PORT' : `cannot be used: ${message}`;
    throw new StartError(`port ${port} of ${host} ${reason}`);
  } finally {
    server.close();
  }
}

/** Whether something on this machine accepts connections on `port`. */
export async function isAccepting(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
