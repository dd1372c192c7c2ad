import { type Context, Errors, type ServiceSchema } from 'moleculer';
import { contract, type Meta } from '../../lib/contract/contract.ts';
import { errors } from '../../services/shared/problems.ts';

const open = { visibility: 'published', auth: 'public', idempotent: true, returns: 'any' } as const;
const id = { type: 'string', max: 40 } as const;
/** Longer than any test, so that what is fresh is so by something else. */
const HOUR = 3_600_000;

/** A service to put behind a gateway, some of whose answers are kept. */
export const articles = contract(
  'articles',
  {
    get: {
      ...open,
      summary: 'One',
      rest: 'GET /v1/articles/:id',
      params: { id, currency: { type: 'string', optional: true }, size: { type: 'number', optional: true } },
      nearCache: { ttl: HOUR, dropOn: { 'articles.changed': 'id' } },
    },
    list: { ...open, summary: 'All', rest: 'GET /v1/articles', params: {}, nearCache: { ttl: HOUR, dropOn: {} } },
    mine: { ...open, summary: 'Mine', rest: 'GET /v1/mine', personal: true, params: {} },
    put: { ...open, summary: 'Changes one', rest: 'PUT /v1/articles/:id', params: { id, title: 'string' } },
  },
  { changed: { summary: 'One is different', params: { id: 'string' } } },
);

type Get = Context<{ id: string; title: string }, Meta>;

/** The node of it: counts what it is asked for, and answers when it may. */
export class Articles {
  readonly titles = new Map<string, string>();
  asked = 0;
  isSilent = false;
  #held: (() => void)[] | undefined;

  /** Answers wait from now on. */
  hold(): void {
    this.#held = [];
  }

  /** They go. */
  release(): void {
    for (const go of this.#held ?? []) go();
    this.#held = undefined;
  }

  async #read(name: string): Promise<string> {
    this.asked += 1;
    const title = this.titles.get(name);
    await new Promise<void>((go) => (this.#held ? this.#held.push(go) : go()));
    if (name === 'broken') throw new Errors.MoleculerServerError('broken');
    if (title === undefined) throw errors.notFound();
    return title;
  }

  schema(): ServiceSchema {
    const { get, put } = articles.actions;
    const publish = { visibility: 'published' } as const;
    return {
      name: 'articles',
      actions: {
        get: {
          ...publish,
          params: { $$strict: true, ...get.params },
          handler: async ({ params, meta }: Get) => ({
            ...params,
            // By another name it is the same one.
            id: params.id.replace(/^also-/, ''),
            title: await this.#read(params.id.replace(/^also-/, '')),
            told: Object.keys(meta),
          }),
        },
        list: { ...publish, handler: async () => ({ items: [await this.#read('a')] }) },
        mine: { ...publish, handler: ({ meta }: Get) => ({ who: meta.user?.id ?? null }) },
        put: {
          ...publish,
          params: { $$strict: true, ...put.params },
          handler: ({ params, broker }: Get) => {
            this.titles.set(params.id, params.title);
            if (!this.isSilent) broker.broadcast('articles.changed', { id: params.id });
            return { id: params.id };
          },
        },
      },
    };
  }
}
