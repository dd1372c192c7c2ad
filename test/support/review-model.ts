import { jest } from '@jest/globals';
import { loadConfig } from '../../lib/process/config.ts';
import { processDue } from '../../mixins/due-work/process-due.ts';
import type { DueQueue } from '../../mixins/due-work/queue.ts';
import productService from '../../services/product/product/product.service.ts';
import type { Product } from '../../services/product/product/product.ts';
import { type AggregateUpdate, settleContribution } from '../../services/product/review/aggregate-update.ts';
import reviewService from '../../services/product/review/review.service.ts';
import type { Review } from '../../services/product/review/review.ts';
import { ratingUpdate, reviewTransfers } from '../../services/product/review/review-service.ts';
import reviewVoteService, { helpfulUpdate, voteTransfers } from '../../services/product/review/review-vote.service.ts';
import type { Vote } from '../../services/product/review/review-vote.ts';
import { toProduct } from '../../services/product/seed/load.ts';
import { Cluster, type Fate, type Process } from './model-cluster.ts';

/** A request: of a customer about a product, or of staff about that customer's review. */
export interface Asked {
  what: 'put' | 'withdraw' | 'approve' | 'reject' | 'vote' | 'unvote';
  customer: number;
  product: number;
  stars: number;
}

/** What happens between two steps, and then which step is next and what becomes of it. */
export interface Turn {
  pick: number;
  fate: Fate;
  meanwhile: Asked | 'nothing' | 'recover' | 'freeze' | 'minutes pass';
}

const CUSTOMERS = 3;
const PRODUCTS = 2;
/** Longer than a move is left alone, in ms. */
const LEFT_ALONE = 6000;

const config = loadConfig({ NODE_ENV: 'test', TOKEN_SECRET: 'x'.repeat(32), SEED: 'false' });
const schemas = [productService(config), reviewService(config), reviewVoteService(config)];
const STUBS = {
  'product.lookup': ({ ids }: { ids: string[] }) => ({ items: ids.map((id) => ({ id })) }),
  'order.bought': () => true,
  'customer.contact': () => ({ email: 'ada@example.com', name: 'Ada Byron' }),
  'audit-log.begin': () => undefined,
  'audit-log.end': () => undefined,
};

const productId = (nth: number) => `prd_${nth}`;
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

/** Reviews and votes in a model cluster under a story's turns. Needs Jest's fake clock, as `ModelShop` does. */
export class ModelReviews {
  /** What did not add up, at any moment. */
  readonly wrong = new Set<string>();
  /** How many reviews and votes were counted at rest, so that a story tells something. */
  counted = 0;
  readonly #turns: readonly Turn[];
  readonly #cluster: Cluster;
  readonly #products: Map<string, Product>;
  readonly #reviews: Map<string, Review>;
  readonly #votes: Map<string, Vote>;

  constructor(turns: readonly Turn[]) {
    this.#turns = turns;
    this.#cluster = new Cluster(schemas, STUBS, () => this.#auditNow());
    const { database } = this.#cluster;
    this.#products = database.docs('products');
    this.#reviews = database.docs('reviews');
    this.#votes = database.docs('review-votes');
    for (let nth = 0; nth < PRODUCTS; nth++) {
      const _id = productId(nth);
      const names = { slug: _id, title: _id, description: '', brand: '', category: '', attributes: {} };
      const times = { createdAt: new Date(), updatedAt: new Date() };
      const price = { amount: 1, currency: 'EUR' };
      const sample = { _id, ...names, price, status: 'active', popularity: 0, variants: [], ...times } as const;
      this.#products.set(_id, { ...toProduct({ ...sample, variants: [] }), rev: 0 });
    }
  }

  get steps() {
    return this.#cluster.steps;
  }

  /** Plays the story, and lets the shop come to rest: first without those who are frozen or late. */
  async play(): Promise<void> {
    for (const { pick, fate, meanwhile } of this.#turns) {
      const process = this.#cluster.processes[pick % 2 === 0 ? 0 : 1];
      if (typeof meanwhile === 'object') this.#ask(meanwhile, process);
      else if (meanwhile === 'minutes pass') jest.setSystemTime(Date.now() + 170_000);
      else if (meanwhile === 'freeze') this.#cluster.freeze(process, !process.frozen);
      else if (meanwhile === 'recover') this.#recover(process);
      await this.#cluster.turn(pick, fate);
    }
    const [one, two] = this.#cluster.processes;
    if (one.frozen && two.frozen) this.#cluster.freeze(one, false);
    await this.#rest({ late: false });
    for (const process of [one, two]) this.#cluster.freeze(process, false);
    await this.#rest({ late: true });
    this.#auditAtRest();
  }

  async #rest(options: { late: boolean }): Promise<void> {
    for (let rounds = 0; rounds < 20; rounds++) {
      await this.#cluster.rest(options);
      const open = [...this.#reviews.values(), ...this.#votes.values()].some(({ dueAt }) => dueAt !== null);
      if (!open) return;
      this.#recover(this.#cluster.processes.find(({ frozen }) => !frozen) as Process);
    }
    this.wrong.add('something is never counted');
  }

  #recover({ services }: Process): void {
    jest.setSystemTime(Date.now() + LEFT_ALONE);
    const self = (name: string) => services[name]?.self as never;
    // Failed work is tried again at the end of the story.
    const goOn = <T extends Review | Vote>(queue: DueQueue<T>, counting: AggregateUpdate<T>) => {
      const work = ({ _id }: T) => settleContribution(_id, counting);
      processDue(queue, { store: counting.store, work, failed: () => {} }, 50).catch(() => {});
    };
    goOn(reviewTransfers, ratingUpdate(self('review')));
    goOn(voteTransfers, helpfulUpdate(self('review-vote')));
  }

  #ask({ what, customer, product, stars }: Asked, process: Process): void {
    const user = { id: `cus_${customer}`, sessionId: 'ses', role: 'customer' };
    const staff = { ...user, id: 'cus_staff', role: 'staff' };
    const id = productId(product);
    const theirs = [...this.#reviews.values()].find((one) => one.productId === id && one.customerId === user.id);
    const others = [...this.#reviews.values()].find((one) => one.productId === id && one.customerId !== user.id);
    const serve = (name: string, params: object, who = user) => {
      this.#cluster.serve(process, name, params, { user: who }).catch(() => {}); // told of an error, as customers are
    };
    if (what === 'put') serve('review.put', { id, rating: stars, text: 'It is what it is.' });
    else if (what === 'withdraw') serve('review.withdraw', { id });
    else if (what === 'approve') serve('review.approve', { id: theirs?._id ?? 'rev_none', ifMatch: '*' }, staff);
    else if (what === 'reject') serve('review.reject', { id: theirs?._id ?? '', ifMatch: '*', reason: 'x' }, staff);
    else if (what === 'vote') serve('review-vote.cast', { id, reviewId: others?._id ?? 'rev_none' });
    else serve('review-vote.withdraw', { id, reviewId: others?._id ?? 'rev_none' });
  }

  #check(holds: boolean, what: string): void {
    if (!holds) this.wrong.add(what);
  }

  #auditNow(): void {
    for (const { rating } of this.#products.values()) {
      const { count, sum: stars } = rating;
      const fits = count >= 0 && count <= CUSTOMERS && stars >= count && stars <= 5 * count;
      this.#check(fits, `${count} reviews have ${stars} stars`);
    }
    for (const { helpful } of this.#reviews.values()) {
      this.#check(helpful >= 0 && helpful < CUSTOMERS, `${helpful} have found a review helpful`);
    }
  }

  #auditAtRest(): void {
    const reviews = [...this.#reviews.values()];
    const votes = [...this.#votes.values()];
    for (const { _id, rating } of this.#products.values()) {
      const stars = reviews.flatMap((one) => (one.productId === _id && one.status === 'approved' ? [one.rating] : []));
      const due = `${stars.length} reviews with ${sum(stars)} stars`;
      this.#check(
        rating.count === stars.length && rating.sum === sum(stars),
        `${due}, counted: ${JSON.stringify(rating)}`,
      );
      this.counted += stars.length;
    }
    for (const { _id, status, helpful, author } of reviews) {
      const voters = votes.filter(({ reviewId }) => reviewId === _id);
      this.#check(status !== 'withdrawn' && author !== '', 'a review that was withdrawn is still there');
      this.#check(helpful === voters.length, `${voters.length} votes, ${helpful} counted`);
      this.counted += voters.length;
    }
    for (const { reviewId, withdrawn } of votes) {
      this.#check(!withdrawn, 'a vote that was withdrawn is still there');
      this.#check(this.#reviews.has(reviewId), 'a vote is for a review that is gone');
    }
  }
}
