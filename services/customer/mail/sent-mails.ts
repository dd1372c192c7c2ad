import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Store } from '../../../mixins/store/store.ts';
import type { Mail } from './mail.ts';

/** A service whose store is there once it is used. */
interface Owner {
  readonly store: Pick<Store<Mail>, 'changeAll'>;
}

/** Marks mails as sent: those that are sent at about the same time by one write. */
export class SentMails {
  readonly #owner: Owner;
  #ids: string[] = [];
  #current: Promise<unknown> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /** Resolves once this is stored. */
  add(id: string): Promise<void> {
    this.#ids.push(id);
    this.#next ??= this.#writeNext();
    return this.#next;
  }

  async #writeNext(): Promise<void> {
    // Mails that are sent during the write before are written together.
    await Promise.all([this.#current, nextTurn()]);
    const ids = this.#ids.splice(0);
    this.#next = undefined;
    // Whatever their state: a mail that was sent must not be sent again.
    const written = this.#owner.store.changeAll(ids, { state: 'SENT', nextAt: null });
    this.#current = written.catch(() => undefined);
    return written;
  }
}
