import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { PacedResponse } from './paced-response.ts';

/** Bounds for clients that read slowly, or not at all. */
export interface SendLimits {
  /** Longest time that a connection may have unsent bytes without sending any, in ms. */
  unsentMs: number;
  /** Requests of one connection that wait for an earlier response. */
  pipelined: number;
  /** Unsent bytes of one client, on all its connections. */
  clientBytes: number;
  /** Unsent bytes of all clients. */
  totalBytes: number;
}

/** 32 KiB within 30 s: a client that reads about 1 KiB per second is served. */
export const SEND_LIMITS: SendLimits = {
  unsentMs: 30_000,
  pipelined: 16,
  clientBytes: 16 * 1024 ** 2,
  totalBytes: 128 * 1024 ** 2,
};

/** The limit for which a connection was reset. */
export type CutReason = 'unsent-time' | 'pipelined' | 'client-bytes' | 'total-bytes';

interface Options {
  limits: SendLimits;
  /** The client of a request, for `clientBytes`. */
  clientOf(req: IncomingMessage): string;
  /** In ms, of any origin. */
  clock?: { now(): number };
  onCut?(reason: CutReason): void;
}

interface Connection {
  socket: Socket;
  /** The current response, and its request or the one before. */
  current: PacedResponse | undefined;
  request: IncomingMessage | undefined;
  waiting: (() => void)[];
  /** The client whose bytes are unsent. */
  client: string;
  unsent: number;
  /** Bytes that the kernel has taken. */
  sent: number;
  /** The last time when bytes were sent, or none were unsent. */
  movedAt: number;
}

/**
 * Answers the requests of a connection one after the other (HTTP pipelining, RFC 9112 §9.3.2), and resets the connections
 * of clients that leave too much unread for too long.
 */
export class Replies {
  readonly #options: Options;
  readonly #clock: { now(): number };
  readonly #connections = new Map<Socket, Connection>();
  readonly #unsentOf = new Map<string, number>();
  #unsent = 0;

  constructor(server: Server, options: Options) {
    this.#options = options;
    this.#clock = options.clock ?? performance;
    server.on('connection', (socket: Socket) => this.#open(socket));
  }

  /** Bytes of all clients that are unsent. */
  get unsentBytes(): number {
    return this.#unsent;
  }

  /** Runs `handle` when the earlier requests of the connection are answered. */
  answer(req: IncomingMessage, res: PacedResponse, handle: () => Promise<void>): void {
    const connection = this.#connections.get(req.socket);
    if (!connection) return void res.destroy(); // closed already
    const begin = () => {
      connection.current = res;
      connection.request = req;
      res.once('close', () => this.#next(connection));
      // The bytes that are still unsent are those that the client did not read at once.
      void handle().finally(() => this.#look(connection));
    };
    if (!connection.current) begin();
    else if (connection.waiting.length < this.#options.limits.pipelined) connection.waiting.push(begin);
    else this.#cut(connection, 'pipelined');
  }

  /** Checks all connections; to be called every second. */
  check(): void {
    for (const connection of this.#connections.values()) this.#look(connection);
  }

  #open(socket: Socket): void {
    const connection = {
      ...{ socket, current: undefined, request: undefined, waiting: [] },
      ...{ client: '', unsent: 0, sent: 0, movedAt: 0 },
    };
    this.#connections.set(socket, connection);
    socket.once('close', () => {
      this.#connections.delete(socket);
      this.#count(connection, 0);
    });
  }

  #next(connection: Connection): void {
    connection.current = undefined;
    this.#count(connection, 0);
    // After a response with `Connection: close`, no other can be sent.
    if (!connection.socket.writable) connection.waiting = [];
    connection.waiting.shift()?.();
  }

  #look(connection: Connection): void {
    const { socket, current, request } = connection;
    if (socket.destroyed) return;
    const unsent = current?.unsentBytes ?? socket.writableLength;
    if (unsent === 0 && connection.unsent === 0) return;
    const { unsentMs, clientBytes, totalBytes } = this.#options.limits;
    const now = this.#clock.now();
    // `bytesWritten` includes bytes that are not sent yet.
    const sent = socket.bytesWritten - socket.writableLength;
    if (connection.unsent === 0 || sent !== connection.sent) connection.movedAt = now;
    if (connection.unsent === 0 && request) connection.client = this.#options.clientOf(request);
    connection.sent = sent;
    this.#count(connection, unsent);
    if (unsent === 0) return;
    const { client } = connection;
    if (now - connection.movedAt >= unsentMs) this.#cut(connection, 'unsent-time');
    while ((this.#unsentOf.get(client) ?? 0) > clientBytes && this.#cutSlowest('client-bytes', client));
    while (this.#unsent > totalBytes && this.#cutSlowest('total-bytes'));
  }

  /** Resets the connection with unsent bytes, of all or of one client, that has sent none for the longest time. */
  #cutSlowest(reason: CutReason, client?: string): boolean {
    let slowest: Connection | undefined;
    for (const connection of this.#connections.values()) {
      if (connection.unsent === 0 || (client !== undefined && connection.client !== client)) continue;
      if (!slowest || connection.movedAt < slowest.movedAt) slowest = connection;
    }
    if (slowest) this.#cut(slowest, reason);
    return slowest !== undefined;
  }

  #cut(connection: Connection, reason: CutReason): void {
    connection.waiting = [];
    this.#count(connection, 0);
    this.#connections.delete(connection.socket);
    // A reset also frees the bytes that the kernel holds.
    connection.socket.resetAndDestroy();
    this.#options.onCut?.(reason);
  }

  #count(connection: Connection, unsent: number): void {
    const change = unsent - connection.unsent;
    if (change === 0) return;
    connection.unsent = unsent;
    this.#unsent += change;
    const left = (this.#unsentOf.get(connection.client) ?? 0) + change;
    if (left > 0) this.#unsentOf.set(connection.client, left);
    else this.#unsentOf.delete(connection.client);
  }
}
