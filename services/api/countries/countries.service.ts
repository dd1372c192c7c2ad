import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';
import type { Meta, Params } from '../../../lib/contract/contract.ts';
import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { isCountry, languageOf } from '../../shared/country-names.ts';
import { errors } from '../../shared/problems.ts';
import { countries } from './countries.contract.ts';
import { countryList, countryView } from './country-view.ts';

/** The data changes with a version of the shop alone. */
const CACHE_CONTROL = 'public, max-age=86400';
/** A list takes 1 MB. */
const MAX_CACHED_LANGUAGES = 4;

/** Countries and their addresses; runs in every gateway, and needs no database. */
export default function countriesService(config: Config) {
  const lists = new LRUCache<string, ReturnType<typeof tagged<ReturnType<typeof countryList>>>>({
    max: MAX_CACHED_LANGUAGES,
  });

  return service(countries, config, {
    handlers: {
      list(ctx) {
        const language = requestedLanguage(ctx.params);
        const { value, etag } = lists.get(language) ?? tagged(countryList(language));
        lists.set(language, { value, etag });
        describe(ctx.meta, language, etag);
        return value;
      },

      get(ctx) {
        const code = ctx.params.code.toUpperCase();
        if (!isCountry(code)) throw errors.notFound('This country');
        const language = requestedLanguage(ctx.params);
        const { value, etag } = tagged(countryView(code, language));
        describe(ctx.meta, language, etag);
        return value;
      },
    },
  });
}

function requestedLanguage({ lang, acceptLanguage }: Params<'countries.list'>): string {
  const accepted = new Negotiator({ headers: { 'accept-language': acceptLanguage ?? '' } }).languages();
  return languageOf(lang === undefined ? accepted : [lang, ...accepted]);
}

/** A value with the strong ETag of its JSON. */
const tagged = <T>(value: T) => ({
  value,
  etag: `"${hash('sha256', JSON.stringify(value), 'base64url').slice(0, 22)}"`,
});

function describe(meta: Meta, language: string, etag: string): void {
  meta.$responseHeaders = {
    'Cache-Control': CACHE_CONTROL,
    'Content-Language': language,
    ETag: etag,
    Vary: 'Accept-Language, Origin',
  };
}
