import type { Category } from '../category/category-tree.ts';
import { ranges } from './ranges/index.ts';

interface Department {
  slug: string;
  title: string;
  description: string;
  /** Slugs of its ranges. */
  ranges: readonly string[];
}

/** The root categories of the sample shop, in the order of its menu. */
const departments: readonly Department[] = [
  {
    slug: 'clothing',
    title: 'Clothing & Bags',
    description: 'What you wear, and what you carry.',
    ranges: ['knitwear', 'outerwear', 'bags'],
  },
  {
    slug: 'home',
    title: 'Home & Work',
    description: 'For the rooms that you live and work in.',
    ranges: ['bed-and-bath', 'lighting', 'desk'],
  },
  {
    slug: 'kitchen',
    title: 'Kitchen & Table',
    description: 'From the stove to the last cup of coffee.',
    ranges: ['cookware', 'tableware', 'coffee-and-tea', 'kitchen-appliances'],
  },
  {
    slug: 'leisure',
    title: 'Leisure & Outdoors',
    description: 'Evenings at home, days outside and things to mend.',
    ranges: ['audio', 'games', 'camping', 'garden', 'hardware'],
  },
];

/** The sample category tree: departments with their ranges. */
export function sampleTree(): Record<string, Category> {
  const tree: Record<string, Category> = {};
  for (const [i, { slug, title, description, ranges: rangeSlugs }] of departments.entries()) {
    tree[slug] = { title, description, parent: null, position: i + 1 };
    for (const range of ranges) {
      const position = rangeSlugs.indexOf(range.slug) + 1;
      if (position === 0) continue;
      tree[range.slug] = { title: range.title, description: range.description, parent: slug, position };
    }
  }
  return tree;
}
