import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { Errors, type ServiceBroker, type ServiceSchema } from 'moleculer';
import { MongoNetworkError } from 'mongodb';
import type { Rpc } from '../../lib/contract/contract.ts';
import { Changes } from '../../mixins/store/changes.ts';
import { deepCopy, type Versioned } from '../../mixins/store/patch.ts';
import type { Store } from '../../mixins/store/store.ts';
import { staffAuditMiddleware } from '../../services/customer/staff/staff-audit.ts';
import { newCart } from '../../services/shopping/cart/cart.ts';
import { emptyReceivable } from '../../services/shopping/payment/receivables/claims.ts';
import { Database } from './model-database.ts';

/** What a change makes of a document that is missing, by collection. */
const CREATED: Readonly<Record<string, typeof newCart | typeof emptyReceivable>> = {
  carts: newCart,
  receivables: emptyReceivable,
};

/** `not done`: the caller learns of an error; `done unseen`: so too, but it happens; `crash`: its process dies first. */
export type Fate = 'done' | 'not done' | 'done unseen' | 'crash';

interface Waiting {
  life: Life;
  go(fate: Fate): void;
  /** A message whose sender has given up on it. */
  late: boolean;
}

/**
 * As the real ones fail: the driver when a database is out of reach, and Moleculer when a node is. Recovery tells them
 * from an order that fails by itself, which it gives up after ten times.
 */
const unreachable = () => new MongoNetworkError('connection lost');
const unanswered = () => new Errors.RequestTimeoutError({ action: 'of the model', nodeID: 'of the model' });

/** One run of a process, from its start to its crash; what still waits then, waits for ever. */
class Life {
  over = false;
  /** Those who wait for an answer of it: told that they have waited long enough. */
  readonly callers = new Set<() => void>();

  /** Rejects when this life ends or stands still. */
  answer<R>(work: Promise<R>): Promise<R> {
    return new Promise((resolve, reject) => {
      const giveUp = () => reject(unanswered());
      this.callers.add(giveUp);
      work.then(resolve, reject).finally(() => this.callers.delete(giveUp));
    });
  }
}

/** A service as one process runs it. */
interface Running {
  actions: Record<string, { handler: (this: unknown, ctx: unknown) => Promise<unknown> }>;
  self: { store: Store<Versioned>; broker: Rpc };
}
type Meta = Record<string, unknown>;
/** Actions of the parts that the model does not run. */
export type Stubs = Readonly<Record<string, (params: never) => unknown>>;

export class Process {
  readonly name: string;
  life = new Life();
  services: Record<string, Running> = {};
  /** It stands still, as by SIGSTOP, and will not know of it. */
  frozen = false;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * A cluster in which nothing happens by itself: every database operation and every message waits until it is let go,
 * one at a time. Who goes first, what is lost and who dies is then a list of turns, which fast-check draws and shrinks.
 * What the processes run is the shop's own: the handlers of its services, on `Changes`.
 */
export class Cluster {
  readonly processes = [new Process('one'), new Process('two')] as const;
  readonly database: Database;
  /** What failed in the background of a process, and what it logged. */
  readonly failures: unknown[] = [];
  readonly #schemas: readonly ServiceSchema[];
  readonly #stubs: Stubs;
  /** How many steps were let go. */
  steps = 0;
  #waiting: Waiting[] = [];
  #server: Process = this.processes[0];
  #pausing = false;

  /** @param written called after each write, when every document can be looked at. */
  constructor(schemas: readonly ServiceSchema[], stubs: Stubs, written: () => void) {
    this.#schemas = schemas;
    this.#stubs = stubs;
    this.database = new Database(written);
    for (const process of this.processes) this.#start(process);
  }

  /** Lets one waiting step go, if there is one; `pick` says which, and which process serves what it asks for. */
  async turn(pick: number, fate: Fate): Promise<void> {
    await this.#idle();
    this.#server = this.processes[pick % 2 === 0 ? 0 : 1];
    const ready = this.#waiting.filter(({ life }) => !this.#of(life)?.frozen);
    const next = this.#take(ready.at(pick % (ready.length || 1)));
    const victim = next && this.#of(next.life);
    if (fate === 'crash' && victim) this.#crash(victim);
    else next?.go(fate === 'crash' ? 'done' : fate);
  }

  /** Lets everything go in its order, without faults; late messages stay on their way unless `late` calls them in. */
  async rest({ late }: { late: boolean }): Promise<void> {
    this.#server = this.processes.find(({ frozen }) => !frozen) ?? this.#server; // the cluster knows by now
    for (;;) {
      await this.#idle();
      const next = this.#take(this.#waiting.find(({ life, late: is }) => !this.#of(life)?.frozen && (late || !is)));
      if (!next) return;
      next.go('done');
    }
  }

  /** A process stands still, or goes on where it stood. */
  freeze(process: Process, frozen: boolean): void {
    process.frozen = frozen;
    if (frozen) for (const giveUp of process.life.callers) giveUp();
  }

  /** Runs an action in a process, as its broker does. */
  async serve(process: Process, name: string, params: object, meta: Meta = {}): Promise<unknown> {
    const stub = this.#stubs[name];
    if (stub) return deepCopy(stub(params as never));
    const [service = '', action = ''] = name.split('.');
    const running = process.services[service];
    const handler = running?.actions[action]?.handler;
    if (!handler) throw new Error(`the model has no ${name}`);
    const { broker } = running.self;
    return handler.call(running.self, {
      params: deepCopy(params),
      meta,
      locals: {},
      broker,
      ...this.#rpc(process, meta),
    });
  }

  #start(process: Process): void {
    process.life = new Life();
    const broker = this.#rpc(process, {});
    // Actions of staff run on brokers that audit them, and on no others.
    staffAuditMiddleware().created?.(broker as unknown as ServiceBroker);
    const background = (task: Promise<unknown>) => void task.catch((error: unknown) => this.failures.push(error));
    const logger = { info: () => undefined, warn: (_text: string, error: unknown) => this.failures.push(error) };
    for (const { name, mixins = [], actions } of this.#schemas) {
      const { collection } = Object.assign({}, ...mixins) as { collection: string };
      const self = { store: this.#store(process.life, collection), broker, logger, worker: { background } };
      process.services[name] = { actions: actions as unknown as Running['actions'], self };
    }
  }

  #crash(process: Process): void {
    process.life.over = true;
    for (const giveUp of process.life.callers) giveUp();
    this.#waiting = this.#waiting.filter(({ life }) => !life.over);
    this.#start(process);
  }

  #of(life: Life): Process | undefined {
    return this.processes.find((process) => process.life === life);
  }

  #take(next: Waiting | undefined): Waiting | undefined {
    this.#waiting = this.#waiting.filter((waiting) => waiting !== next);
    if (next) this.steps += 1;
    return next;
  }

  /** Until every process waits for a turn: what they do of themselves takes no time but that of Changes' pauses. */
  async #idle(): Promise<void> {
    await setImmediate();
    while (this.#pausing) {
      this.#pausing = false;
      await sleep(1); // its pauses are as short, and began before this one
      await setImmediate();
    }
  }

  #wait(life: Life, late = false): Promise<Fate> {
    return new Promise((go) => {
      if (!life.over) this.#waiting.push({ life, go, late });
    });
  }

  async #step<R>(life: Life, act: () => R): Promise<R> {
    const fate = await this.#wait(life);
    if (fate === 'not done') throw unreachable();
    const result = act();
    if (fate === 'done unseen') throw unreachable();
    return result;
  }

  #rpc({ life }: Process, meta: Meta): Rpc {
    const call = async (name: string, params: object) => {
      const fate = await this.#wait(life);
      const server = this.#server;
      if (fate === 'not done') throw unanswered();
      if (fate === 'done unseen' || server.frozen) {
        void this.#wait(new Life(), true).then(() => this.serve(this.#server, name, params, meta).catch(() => {}));
        throw unanswered();
      }
      const [outcome] = await Promise.allSettled([server.life.answer(this.serve(server, name, params, meta))]);
      if ((await this.#wait(life)) !== 'done') throw unanswered();
      if (outcome.status === 'rejected') throw outcome.reason;
      return deepCopy(outcome.value);
    };
    const silent = async () => {};
    return { call, emit: silent, broadcast: silent } as Rpc;
  }

  /** A process's own view of a collection. */
  #store(life: Life, collection: string): Store<Versioned> {
    const { database } = this;
    const pausing = () => {
      this.#pausing = true; // Changes asks how long
      return 0;
    };
    const create = CREATED[collection];
    const read = async (id: string) => {
      const found = await this.#step(life, () => database.read(collection, id));
      if (found || !create) return found;
      await this.#step(life, () => database.insert(collection, create(id, new Date())));
      return this.#step(life, () => database.read(collection, id));
    };
    const slot = {
      read,
      swap: (id: string, rev: number, patch: object) =>
        this.#step(life, () => database.swap(collection, id, rev, patch as never)),
    };
    // Deferred changes are written when the story lets them go, or with another change.
    const changes = new Changes<Versioned>(slot, { random: pausing, deferral: () => this.#wait(life) });
    const store: Pick<
      Store<Versioned>,
      'insert' | 'get' | 'lastWritten' | 'findOne' | 'find' | 'change' | 'changeSoon' | 'remove'
    > = {
      insert: (doc) => this.#step(life, () => database.insert(collection, doc)),
      get: (id) => this.#step(life, () => database.read(collection, id)),
      lastWritten: (id) => changes.lastWritten(id) ?? null,
      findOne: (filter) => this.#step(life, () => database.find(collection, filter)[0] ?? null),
      find: (filter) => this.#step(life, () => database.find(collection, filter)),
      change: (id, decide) => changes.change(id, decide),
      changeSoon: (id, decide) => changes.changeSoon(id, decide),
      remove: (filter) => this.#step(life, () => database.remove(collection, filter)),
    };
    return store as Store<Versioned>;
  }
}
