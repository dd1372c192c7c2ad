import { contract } from '../../../lib/contract/contract.ts';
import { named } from '../../../lib/contract/named.ts';
import { optional } from '../../../lib/contract/optional.ts';
import { pageOf } from '../../../lib/contract/page.ts';
import { internal, publicRead, staff } from '../../../lib/contract/presets.ts';
import { slugRule } from '../product/product-input.ts';

const slug = { type: 'string', max: 120 } as const;
const fields = {
  title: { type: 'string', trim: true, min: 1, max: 80 },
  description: { type: 'string', max: 1000 },
  /** Slug of the parent category; null for a root. */
  parent: { type: 'string', max: 120, nullable: true },
  position: { type: 'number', integer: true, min: 0, max: 1_000_000 },
} as const;

const view = named('Category', {
  type: 'object',
  props: {
    slug: 'string',
    title: 'string',
    description: 'string',
    parent: { type: 'string', nullable: true },
    /** Slugs from the root down to the category. */
    path: { type: 'array', items: 'string' },
    position: 'number',
    /** Number of products, subcategories included. */
    count: 'number',
  },
});

/** 2,000 categories can be several megabytes: a time-out of one second would make callers repeat requests to a busy node. */
const read = { ...publicRead, timeout: 3000 } as const;
const byStaff = { ...staff('catalogue:write'), returns: view } as const;

export const category = contract(
  'category',
  {
    list: {
      ...read,
      summary: 'List all categories: parents before their children, siblings by position',
      rest: 'GET /v1/categories',
      params: {},
      returns: pageOf(view),
      nearCache: { ttl: 1000, dropOn: { 'category.changed': '*' } },
    },
    get: {
      ...read,
      summary: 'Get a category with its ancestors and children',
      rest: 'GET /v1/categories/:slug',
      params: { slug },
      returns: named('CategoryDetails', {
        type: 'object',
        props: { ...view.props, ancestors: { type: 'array', items: view }, children: { type: 'array', items: view } },
      }),
      problems: ['not-found'],
    },
    create: {
      ...byStaff,
      summary: 'Create a category, by default after its siblings',
      idempotent: false,
      rest: 'POST /v1/admin/categories',
      status: 201,
      location: '/v1/categories/{slug}',
      params: {
        slug: slugRule,
        title: fields.title,
        description: optional(fields.description),
        parent: optional(fields.parent),
        position: optional(fields.position),
      },
      problems: ['slug-taken', 'not-found', 'limit-reached'],
    },
    edit: {
      ...byStaff,
      summary: 'Update a category, or move it with its descendants',
      idempotent: true,
      rest: 'PATCH /v1/admin/categories/:slug',
      params: {
        slug,
        title: optional(fields.title),
        description: optional(fields.description),
        parent: optional(fields.parent),
        position: optional(fields.position),
      },
      problems: ['not-found', 'category-cycle', 'limit-reached'],
    },
    remove: {
      ...byStaff,
      summary: 'Remove an empty category',
      idempotent: true,
      rest: 'DELETE /v1/admin/categories/:slug',
      status: 204,
      params: { slug },
      returns: undefined,
      problems: ['category-not-empty'],
    },
    exists: {
      summary: 'Check that a category exists',
      ...internal,
      params: { slug: { type: 'string', max: 120 } },
    },
    tree: {
      summary: 'Get the category tree; null when it still has that revision',
      ...internal,
      params: { rev: 'number|optional' },
      returns: {
        type: 'object',
        nullable: true,
        props: {
          rev: 'number',
          categories: {
            type: 'record',
            key: 'string',
            value: {
              type: 'object',
              props: {
                title: 'string',
                description: 'string',
                parent: { type: 'string', nullable: true },
                position: 'number',
              },
            },
          },
        },
      },
    },
  },
  {
    changed: { summary: 'The category tree has changed; may be lost', params: { rev: 'number' } },
  },
);
