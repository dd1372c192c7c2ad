export interface Category {
  _id: string;
  rev: number;
  slug: string;
  title: string;
  description: string;
  /** Where it stands in the shop. */
  position: number;
}

export function categoryView({ _id, slug, title, description }: Category) {
  return { id: _id, slug, title, description };
}
