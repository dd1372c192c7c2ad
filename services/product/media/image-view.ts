import type { Image } from './image.ts';

/** An image as shoppers see it: one source per width. The content under a URL never changes. */
export const imageView = ({ id, alt, width, height, widths }: Image) => ({
  id,
  alt,
  width,
  height,
  sources: widths.map((width) => ({ width, url: `/media/${id}/${width}.webp` })),
});
